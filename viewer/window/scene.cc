#include "viewer/window/scene.h"

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

#include "sim/engine/engine.h"

namespace sinew::viewer {
namespace {

constexpr int kMaxGeoms = 4000;
constexpr float kGhostAlpha = 0.35f, kGhostScale = 0.98f;
constexpr double kFramedAspect = 4.0 / 3;  // for which models place their cameras

// MuJoCo's own labels come in steps of 50 %
int FontScale(float scale) {
  return std::clamp(static_cast<int>(std::lround(2 * scale)) * 50, 100, 300);
}

// the ampersand marks a key of simulate's menus
std::string WithoutMark(std::string name) {
  std::erase(name, '&');
  return name;
}

using Eigen::Vector3f;
Eigen::Map<const Vector3f> Vector(const float* values) {
  return Eigen::Map<const Vector3f>(values);
}

}  // namespace

std::string VisualFlagName(int flag) { return WithoutMark(mjVISSTRING[flag][0]); }
std::string RenderFlagName(int flag) { return WithoutMark(mjRNDSTRING[flag][0]); }

Scene::Scene(mjModel* model, float font_scale, bool software, int width, int height)
    : model_(model) {
  // the offscreen buffer is made once, with the size that the model asks for
  model->vis.global.offwidth = std::max(model->vis.global.offwidth, width);
  model->vis.global.offheight = std::max(model->vis.global.offheight, height);
  mjv_defaultScene(&scene_);
  mjr_defaultContext(&context_);
  mjv_defaultOption(&options_);
  mjv_makeScene(model, &scene_, kMaxGeoms);
  mjr_makeContext(model, &context_, FontScale(font_scale));
  scene_.flags[mjRND_SHADOW] = scene_.flags[mjRND_REFLECTION] = !software;
  options_.flags[mjVIS_SELECT] = 0;  // a large ball in the middle of what is looked at
  ResetCamera(kFramedAspect);
}

Scene::~Scene() {
  mjr_freeContext(&context_);
  mjv_freeScene(&scene_);
}

void Scene::SetFontScale(float font_scale) { mjr_changeFont(FontScale(font_scale), &context_); }

void Scene::Update(mjData* data, const mjvPerturb& perturb, std::span<const Wrench> pushes) {
  // a pull is shown by its arrow; MuJoCo's own drawing shows where a twist leads
  options_.flags[mjVIS_PERTOBJ] = (perturb.active & mjPERT_ROTATE) != 0;
  mjv_updateScene(model_, data, &options_, &perturb, &camera_, mjCAT_ALL, &scene_);
  for (const Wrench& push : pushes) {
    AddPushArrow(data, push);
    AddTorqueArrow(data, push);
  }
}

void Scene::AddGhost(sim::Simulation& simulation) {
  static const float kTint[3] = {0.55f, 0.75f, 1.0f};
  const int first = scene_.ngeom;
  mjv_addGeoms(simulation.model(), simulation.data(), &options_, nullptr, mjCAT_DYNAMIC, &scene_);
  for (int i = first; i < scene_.ngeom; ++i) {
    mjvGeom& geom = scene_.geoms[i];
    for (int k = 0; k < 3; ++k) geom.rgba[k] = 0.35f * geom.rgba[k] + 0.65f * kTint[k];
    geom.rgba[3] = kGhostAlpha;
    // a little smaller, so that it stays within the first one where both are in the same place
    for (float& size : geom.size) size *= kGhostScale;
    sim::engine::RemoveTexture(&geom);
    geom.transparent = 1;
  }
}

mjvGeom* Scene::AddArrow(const mjtNum* from, const Eigen::Vector3d& along, const float* rgba) {
  if (scene_.ngeom >= scene_.maxgeom) return nullptr;
  const Eigen::Vector3d to = Eigen::Map<const Eigen::Vector3d>(from) + along;
  mjvGeom* geom = scene_.geoms + scene_.ngeom++;
  mjv_initGeom(geom, mjGEOM_ARROW, nullptr, nullptr, nullptr, rgba);
  geom->category = mjCAT_DECOR;
  sim::engine::Connect(geom, mjGEOM_ARROW, 0.01 * model_->stat.extent, from, to.data());
  return geom;
}

void Scene::AddPushArrow(const mjData* data, const Wrench& push) {
  const double newtons = push.force.norm();
  if (!push || newtons < 1e-3) return;
  // a third of the model's weight is as long as 0.4 of the model
  const double weight = std::max(1e-3, 9.81 * model_->body_subtreemass[0]);
  const double length = 0.4 * model_->stat.extent * std::min(1.5, 3 * newtons / weight);
  static const float kRgba[4] = {1.0f, 0.62f, 0.25f, 1.0f};
  AddArrow(data->xipos + 3 * push.body, length / newtons * push.force, kRgba);
}

void Scene::AddTorqueArrow(const mjData* data, const Wrench& push) {
  const double torque = push.torque.norm();
  // what an off-centre pull twists is left to its arrow
  if (!push || torque < 1e-3 || push.force.norm() > 1e-3) return;
  const double weight = std::max(1e-3, 9.81 * model_->body_subtreemass[0]);
  const double scale = model_->stat.extent;
  const double length = 0.4 * scale * std::min(1.5, 6 * torque / (weight * scale));
  static const float kRgba[4] = {0.65f, 0.58f, 0.95f, 1.0f};
  AddArrow(data->xipos + 3 * push.body, length / torque * push.torque, kRgba);
}

void Scene::Render(mjrRect viewport) {
  mjr_setBuffer(mjFB_WINDOW, &context_);
  mjr_render(viewport, &scene_, &context_);
}

sim::Image Scene::RenderImage(int width, int height) {
  sim::Image image{width, height, {}};
  const size_t row = 3u * width;
  std::vector<uint8_t> upside_down(row * height);
  const mjrRect whole{0, 0, width, height};
  mjr_setBuffer(mjFB_OFFSCREEN, &context_);
  mjr_render(whole, &scene_, &context_);
  mjr_readPixels(upside_down.data(), nullptr, whole, &context_);
  mjr_setBuffer(mjFB_WINDOW, &context_);
  image.rgb.resize(upside_down.size());
  for (int y = 0; y < height; ++y) {
    std::copy_n(upside_down.data() + (height - 1 - y) * row, row, image.rgb.data() + y * row);
  }
  return image;
}

std::optional<Scene::Hit> Scene::Pick(const mjData* data, double aspect, double x, double y) const {
  mjtNum point[3];
  const int body = sim::engine::Pick(model_, data, &options_, aspect, x, y, &scene_, point);
  if (body < 0) return std::nullopt;
  return Hit{body, Eigen::Vector3d(point[0], point[1], point[2])};
}

std::optional<Eigen::Vector2d> Scene::Project(const Eigen::Vector3d& point, double aspect) const {
  const mjvGLCamera camera = mjv_averageCamera(&scene_.camera[0], &scene_.camera[1]);
  const Vector3f forward = Vector(camera.forward), up = Vector(camera.up);
  const Vector3f offset = point.cast<float>() - Vector(camera.pos);
  const float depth = offset.dot(forward);
  if (depth <= 0) return std::nullopt;
  // on the near plane, where the frustum's edges are given
  const float near_over_depth = camera.frustum_near / depth;
  const float right = offset.dot(forward.cross(up)) * near_over_depth - camera.frustum_center;
  const float height = camera.frustum_top - camera.frustum_bottom;
  const float top = offset.dot(up) * near_over_depth - camera.frustum_bottom;
  return Eigen::Vector2d(0.5 + right / (height * aspect), top / height);
}

void Scene::MoveCamera(mjtMouse action, double dx, double dy) {
  sim::engine::MoveCamera(model_, action, dx, dy, &scene_, &camera_);
}

void Scene::UseFreeCamera() {
  camera_.type = mjCAMERA_FREE;
  camera_.fixedcamid = camera_.trackbodyid = -1;
}

void Scene::ResetCamera(double aspect) {
  mjv_defaultFreeCamera(model_, &camera_);
  if (model_->ncam > 0) LookLikeFixedCamera(0);
  camera_.distance *= std::max(1.0, kFramedAspect / aspect);
}

// The same view from a camera that the mouse can turn: the free one, whose point of interest is
// where the fixed camera's axis passes the model's centre; or, for a camera that a body carries
// along, the one that follows this body's centre of mass.
void Scene::LookLikeFixedCamera(int id) {
  const int body = model_->cam_bodyid[id];
  const Eigen::Map<const Eigen::Vector3d> position(model_->cam_pos + 3 * id),
      centre(model_->stat.center), from_body(model_->cam_poscom0 + 3 * id);
  const mjtNum* rotation = model_->cam_mat0 + 9 * id;
  const Eigen::Vector3d forward(-rotation[2], -rotation[5], -rotation[8]);
  const Eigen::Vector3d to_centre = centre - position;
  const double distance = forward.dot(body > 0 ? Eigen::Vector3d(-from_body) : to_centre);
  if (distance <= 0) return;
  const auto half_height = [](double fovy) { return std::tan(0.5 * fovy * mjPI / 180); };
  if (body > 0) {
    Follow(body);
  } else {
    const Eigen::Vector3d lookat = position + distance * forward;
    std::copy_n(lookat.data(), 3, camera_.lookat);
  }
  camera_.distance =
      distance * half_height(model_->cam_fovy[id]) / half_height(model_->vis.global.fovy);
  camera_.azimuth = std::atan2(forward[1], forward[0]) * 180 / mjPI;
  camera_.elevation = std::asin(std::clamp(forward[2], -1.0, 1.0)) * 180 / mjPI;
}

void Scene::CycleFixedCamera(int direction) {
  if (model_->ncam == 0) return;
  const int first = direction > 0 ? 0 : model_->ncam - 1;
  const bool fixed = camera_.type == mjCAMERA_FIXED;
  UseFixedCamera(fixed ? (camera_.fixedcamid + direction + model_->ncam) % model_->ncam : first);
}

void Scene::UseFixedCamera(int id) {
  camera_.type = mjCAMERA_FIXED;
  camera_.fixedcamid = id;
}

void Scene::LookAt(const Eigen::Vector3d& point) {
  UseFreeCamera();
  std::copy_n(point.data(), 3, camera_.lookat);
}

void Scene::Follow(int body) {
  camera_.type = mjCAMERA_TRACKING;
  camera_.trackbodyid = body;
  camera_.fixedcamid = -1;
}

std::string Scene::CameraName() const {
  const auto named = [&](mjtObj type, int id) {
    const char* name = mj_id2name(model_, type, id);
    return name ? std::string(name) : std::to_string(id);
  };
  if (camera_.type == mjCAMERA_FIXED) return "camera " + named(mjOBJ_CAMERA, camera_.fixedcamid);
  if (camera_.type == mjCAMERA_TRACKING)
    return "following " + named(mjOBJ_BODY, camera_.trackbodyid);
  return "free camera";
}

}  // namespace sinew::viewer
