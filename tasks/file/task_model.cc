#include "tasks/file/task_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "robots/mjcf/mjcf.h"
#include "tasks/parts/target_path.h"

namespace sinew::tasks {
namespace {

namespace fs = std::filesystem;
using robots::Element;
using sim::Simulation;

// a ball of the target, named unless a geom of the user's model is called so
void AddBall(Element* body, const mjModel* m, const std::string& name, double radius,
             const char* mass, const char* rgba) {
  Element& ball = body->Add("geom", {{"type", "sphere"},
                                     {"size", fmt::format("{}", radius)},
                                     {"mass", mass},
                                     {"contype", "0"},
                                     {"conaffinity", "0"},
                                     {"group", "2"},
                                     {"rgba", rgba}});
  if (mj_name2id(m, mjOBJ_GEOM, name.c_str()) < 0) ball.Set("name", name);
}

// Where a keyframe places bodies of its own, it places the target too.
void PlaceInKeyframes(Element* root) {
  for (Element& section : root->children) {
    if (section.name != "keyframe") continue;
    for (Element& key : section.children) {
      if (key.Has("mpos")) key.Set("mpos", key.Get("mpos") + " 0 0 0");
      if (key.Has("mquat")) key.Set("mquat", key.Get("mquat") + " 1 0 0 0");
    }
  }
}

// The user's MJCF with a target to see and room for its path. The target's body is the last one, so
// that nothing in the model changes its number.
// @param m  the user's model as it is.
std::string WithTarget(const fs::path& path, const mjModel* m, double radius) {
  const robots::FileAccess files(path, {}, /*allow_outside=*/true);
  Element root = robots::ReadTree(path, files);
  root.Set("model", path.stem().string());
  // a model that says what it weighs altogether shares that out among its bodies
  const bool weighs = std::ranges::any_of(root.children, [](const Element& section) {
    return section.name == "compiler" && section.Has("settotalmass");
  });
  const char* mass = weighs ? "1e-12" : "0.001";
  root.Add("size", {{"nuserdata", fmt::to_string(m->nuserdata + TargetPath::kSize)}});
  Element& body = root.Add("worldbody").Add("body", {{"name", "target"}, {"mocap", "true"}});
  body.Add("inertial", {{"pos", "0 0 0"}, {"mass", mass}, {"diaginertia", "1e-6 1e-6 1e-6"}});
  AddBall(&body, m, "target", radius, mass, "0.25 0.9 0.45 0.3");
  AddBall(&body, m, "target_core", 0.4 * radius, mass, "0.2 0.85 0.4 1");
  PlaceInKeyframes(&root);
  return robots::WriteXml(root);
}

Simulation LoadModel(const TaskFileOptions& options) {
  const fs::path path = options.model;
  Simulation plain = Simulation::FromFile(path);
  if (!HasTarget(options) || mj_name2id(plain.model(), mjOBJ_BODY, "target") >= 0) return plain;
  try {
    return Simulation::FromString(WithTarget(path, plain.model(), options.success_distance),
                                  path.parent_path());
  } catch (const UserError& error) {
    throw UserError(
        fmt::format("{} loads, but not with the target that Sinew adds to it ({}); write "
                    "<body name=\"target\" mocap=\"true\"> into the model yourself",
                    path.filename().string(), error.what()));
  }
}

}  // namespace

bool HasTarget(const TaskFileOptions& options) {
  return options.goal == "reach" || options.goal == "track" || options.goal == "push";
}

Simulation LoadTaskModel(const TaskFileOptions& options) {
  Simulation simulation = LoadModel(options);
  if (!options.gravity_compensation.empty())
    simulation.EnableGravityCompensation(simulation.Id(mjOBJ_BODY, options.gravity_compensation));
  return simulation;
}

}  // namespace sinew::tasks
