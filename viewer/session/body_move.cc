#include "viewer/session/body_move.h"

#include <fmt/format.h>

#include <algorithm>

namespace sinew::viewer {
namespace {

bool IsDriven(const mjModel* model, int joint) {
  for (int i = 0; i < model->nu; ++i) {
    if (model->actuator_trntype[i] == mjTRN_JOINT && model->actuator_trnid[2 * i] == joint) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool IsPlaceable(const mjModel* model, int body) {
  if (body <= 0 || body >= model->nbody) return false;
  if (model->body_mocapid[body] >= 0) return true;
  if (model->body_parentid[body] != 0 || model->body_jntnum[body] == 0) return false;
  for (int k = 0; k < model->body_jntnum[body]; ++k) {
    const int joint = model->body_jntadr[body] + k;
    if (model->jnt_type[joint] != mjJNT_SLIDE || IsDriven(model, joint)) return false;
  }
  return true;
}

void PlaceBody(sim::Simulation& simulation, const BodyMove& move) {
  const mjModel* model = simulation.model();
  mjData* data = simulation.data();
  if (const int mocap = model->body_mocapid[move.body]; mocap >= 0) {
    std::copy_n(move.position.data(), 3, data->mocap_pos + 3 * mocap);
    return;
  }
  const Eigen::Vector3d offset =
      move.position - Eigen::Map<const Eigen::Vector3d>(data->xpos + 3 * move.body);
  for (int k = 0; k < model->body_jntnum[move.body]; ++k) {
    const int joint = model->body_jntadr[move.body] + k;
    mjtNum& q = data->qpos[model->jnt_qposadr[joint]];
    q += offset.dot(Eigen::Map<const Eigen::Vector3d>(data->xaxis + 3 * joint));
    if (model->jnt_limited[joint]) {
      q = std::clamp(q, model->jnt_range[2 * joint], model->jnt_range[2 * joint + 1]);
    }
    data->qvel[model->jnt_dofadr[joint]] = 0;
  }
}

std::string BodyName(const mjModel* model, int body) {
  const char* name = mj_id2name(model, mjOBJ_BODY, body);
  return name ? name : fmt::format("body {}", body);
}

}  // namespace sinew::viewer
