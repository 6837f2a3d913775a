#include "robots/urdf/urdf_link.h"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <filesystem>
#include <set>

#include "core/error.h"

namespace sinew::robots {
namespace {

constexpr double kSmallMass = 1e-3, kSmallInertia = 1e-6;  // [kg], [kg m^2]

Eigen::Matrix3d TensorOf(const Element& inertia) {
  Eigen::Matrix3d tensor;
  const char* names[3][3] = {{"ixx", "ixy", "ixz"}, {"ixy", "iyy", "iyz"}, {"ixz", "iyz", "izz"}};
  for (int i = 0; i < 3; ++i)
    for (int k = 0; k < 3; ++k) tensor(i, k) = Number(inertia, names[i][k], 0);
  return tensor;
}

// Makes three principal moments those of a body: positive, none larger than the two others
// together. @return  the largest change as a share of the largest moment.
double Correct(Eigen::Vector3d* moments) {
  const Eigen::Vector3d given = *moments;
  const double largest = std::max(given.maxCoeff(), kSmallInertia);
  *moments = moments->cwiseMax(1e-6 * largest);
  for (int k = 0; k < 3; ++k) {
    const double excess = (*moments)[k] - (moments->sum() - (*moments)[k]);
    // eigenvalues of a sound tensor may miss by rounding
    if (excess <= 1e-9 * largest) continue;
    for (int other = 0; other < 3; ++other)
      if (other != k) (*moments)[other] += excess / 2 + 1e-9 * largest;
  }
  return (*moments - given).cwiseAbs().maxCoeff() / largest;
}

const Element* ShapeOf(const Element& element) {
  const Element* geometry = element.Child("geometry");
  return geometry && !geometry->children.empty() ? &geometry->children[0] : nullptr;
}

double Positive(const Element& shape, const char* attribute) {
  const double value = Number(shape, attribute, 0);
  if (value > 0) return value;
  throw UserError(
      fmt::format("{}: {} of <{}> must be above 0", shape.Where(), attribute, shape.name));
}

}  // namespace

Pose OriginOf(const Element& element) {
  const Element* origin = element.Child("origin");
  if (!origin) return {};
  return {ToVector(Numbers(*origin, "xyz", 3, {0, 0, 0})),
          FromRollPitchYaw(ToVector(Numbers(*origin, "rpy", 3, {0, 0, 0})))};
}

Eigen::Vector3d VectorOf(const Element& element, const char* child, const char* attribute,
                         const Eigen::Vector3d& fallback) {
  const Element* inner = element.Child(child);
  return inner ? ToVector(Numbers(*inner, attribute, 3, ToList(fallback))) : fallback;
}

LinkWriter::LinkWriter(const Element& robot, Mjcf* mjcf) : mjcf_(mjcf) {
  for (const Element& material : robot.children) {
    const Element* colour = material.Child("color");
    if (material.name == "material" && colour)
      colours_[material.Get("name")] = Join(Numbers(*colour, "rgba", 4, {0.7, 0.7, 0.7, 1}));
  }
}

double LinkWriter::MassOf(const Element& link) {
  const Element* inertial = link.Child("inertial");
  const Element* mass = inertial ? inertial->Child("mass") : nullptr;
  const double value = mass ? Number(*mass, "value", 0) : 0;
  if (value < 0)
    throw UserError(
        fmt::format("{}: the mass of link '{}' is negative", link.Where(), link.Get("name")));
  return value;
}

void LinkWriter::AddInertia(const Element& link, Element* body) {
  const double mass = MassOf(link);
  if (mass <= 0) return;
  const Element& inertial = *link.Child("inertial");
  const Element* inertia = inertial.Child("inertia");
  const Pose origin = OriginOf(inertial);
  const Eigen::Matrix3d tensor =
      inertia ? TensorOf(*inertia) : Eigen::Matrix3d(kSmallInertia * Eigen::Matrix3d::Identity());
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(tensor);
  Eigen::Vector3d moments = solver.eigenvalues();
  Eigen::Matrix3d axes = solver.eigenvectors();
  if (axes.determinant() < 0) axes.col(0) = -axes.col(0);
  const double change = Correct(&moments);
  if (change > 1e-6) {
    mjcf_->report->Inexact(
        "inertias that no body can have (not positive, or one moment above the two others "
        "together) are corrected",
        fmt::format("{} by {:.2g} %", link.Get("name"), 100 * change));
  }
  Element& out = body->Add("inertial", {{"mass", Join({mass})}});
  SetPose(&out, {origin.position, (origin.rotation * Eigen::Quaterniond(axes)).normalized()});
  out.Set("diaginertia", Join(ToList(moments)));
}

void LinkWriter::AddSmallInertia(const Element& link, Element* body) {
  body->Add("inertial", {{"pos", "0 0 0"},
                         {"mass", Join({kSmallMass})},
                         {"diaginertia", Join({kSmallInertia, kSmallInertia, kSmallInertia})}});
  mjcf_->report->Inexact("links that move and have no mass get 1 g", link.Get("name"));
}

void LinkWriter::AddShapes(const Element& link, Element* body) {
  int visuals = 0, collisions = 0;
  for (const Element& child : link.children) {
    const bool collision = child.name == "collision";
    if (!collision && child.name != "visual") continue;
    const int index = collision ? collisions++ : visuals++;
    AddShape(child, fmt::format("{}_{}_{}", link.Get("name"), child.name, index), collision, body);
  }
  if (visuals > 0 && collisions == 0)
    mjcf_->report->Inexact("links without a collision shape touch nothing", link.Get("name"));
}

void LinkWriter::AddShape(const Element& element, const std::string& name, bool collision,
                          Element* body) {
  const Element* shape = ShapeOf(element);
  if (!shape) throw UserError(fmt::format("{}: <{}> has no shape", element.Where(), element.name));
  Element geom{
      .name = "geom", .attributes = {{"name", name}}, .file = shape->file, .line = shape->line};
  if (shape->name == "box") {
    auto size = Numbers(*shape, "size", 3, {0, 0, 0});
    for (double& side : size) side = std::max(side / 2, 1e-5);
    geom.Set("type", "box");
    geom.Set("size", Join(size));
  } else if (shape->name == "cylinder" || shape->name == "capsule") {
    geom.Set("type", shape->name);
    geom.Set("size", Join({Positive(*shape, "radius"), Positive(*shape, "length") / 2}));
  } else if (shape->name == "sphere") {
    geom.Set("type", "sphere");
    geom.Set("size", Join({Positive(*shape, "radius")}));
  } else if (shape->name == "mesh") {
    geom.Set("type", "mesh");
    geom.Set("mesh", MeshFor(*shape));
    if (collision)
      mjcf_->report->Inexact("meshes collide as their convex hulls", body->Get("name"));
  } else {
    throw UserError(
        fmt::format("{}: a shape <{}>: there are box, cylinder, capsule, sphere and mesh",
                    shape->Where(), shape->name));
  }
  SetPose(&geom, OriginOf(element));
  geom.Set("group", collision ? "3" : "2");
  if (!collision) {
    geom.Set("contype", "0");
    geom.Set("conaffinity", "0");
    geom.Set("rgba", ColourOf(element));
  }
  body->children.push_back(std::move(geom));
}

std::string LinkWriter::MeshFor(const Element& mesh) {
  const std::string file = mjcf_->files->ResolveUri(mesh.Get("filename"), mesh).string();
  const auto scale = Numbers(mesh, "scale", 3, {1, 1, 1});
  const std::string key = file + " " + Join(scale);
  const auto known = meshes_.find(key);
  if (known != meshes_.end()) return known->second;
  const std::string stem = std::filesystem::path(file).stem().string();
  std::string name = stem;
  for (int i = 2; mjcf_->Named("asset", "mesh", name); ++i) name = fmt::format("{}_{}", stem, i);
  mjcf_->Section("asset").Add("mesh", {{"name", name}, {"file", file}, {"scale", Join(scale)}});
  return meshes_[key] = name;
}

std::string LinkWriter::ColourOf(const Element& visual) const {
  const std::string grey = "0.7 0.7 0.7 1";
  const Element* material = visual.Child("material");
  if (!material) return grey;
  if (const Element* colour = material->Child("color"))
    return Join(Numbers(*colour, "rgba", 4, {0.7, 0.7, 0.7, 1}));
  const auto named = colours_.find(material->Get("name"));
  return named == colours_.end() ? grey : named->second;
}

}  // namespace sinew::robots
