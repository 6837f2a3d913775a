#include "robots/urdf/urdf.h"

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <cmath>
#include <set>

#include "core/error.h"
#include "core/names.h"
#include "robots/urdf/urdf_link.h"
#include "robots/urdf/urdf_tree.h"

namespace sinew::robots {
namespace {

constexpr double kAbsurdEffort = 1e5;  // what stands for "none" in files [N m]
// a URDF has no inertia of rotors; makers' own models have effort / armature of some 1000 rad/s^2
constexpr double kRotorAcceleration = 1000;
const std::string kStiffLimit = "0.005 1";  // solref: limits give way by some hundredths of a rad
const std::string kWorld = "world";

// Writes one URDF as MJCF.
class UrdfConverter {
 public:
  UrdfConverter(const Element& robot, const UrdfTree& tree, Mjcf* mjcf)
      : tree_(tree), mjcf_(mjcf), links_(robot, mjcf) {}

  void Run(bool floating) {
    Element& world = mjcf_->Section("worldbody");
    const Element& root = tree_.root();
    if (root.Get("name") == kWorld) {
      links_.AddShapes(root, &world);
      for (const Element* joint : tree_.Below(kWorld)) AddBelow(*joint, &world);
      return;
    }
    Element body{.name = "body",
                 .attributes = {{"name", root.Get("name")}},
                 .file = root.file,
                 .line = root.line};
    if (floating) body.Add("freejoint", {{"name", "floating_base"}});
    Fill(root, floating, &body);
    world.children.push_back(std::move(body));
  }

  void AddConstraints() {
    for (const Element* joint : tree_.joints()) {
      const Element* mimic = joint->Child("mimic");
      if (mimic && moving_.contains(joint->Get("name"))) AddMimic(*joint, *mimic);
    }
  }

  void AddMotors() {
    for (const Element* joint : tree_.joints()) {
      const std::string name = joint->Get("name");
      if (!moving_.contains(name) || joint->Child("mimic")) continue;
      Element& motor = mjcf_->Section("actuator").Add("general", {{"name", name}, {"joint", name}});
      const Element* limit = joint->Child("limit");
      const double effort = limit ? Number(*limit, "effort", 0) : 0;
      if (effort > 0 && effort < kAbsurdEffort) motor.Set("ctrlrange", Join({-effort, effort}));
      if (limit && Number(*limit, "velocity", 0) > 0) {
        mjcf_->report->Inexact("velocity limits of joints hold nothing: the task may weigh speed",
                               fmt::format("{} {:.3g}", name, Number(*limit, "velocity", 0)));
      }
    }
  }

 private:
  void Fill(const Element& link, bool moves, Element* body) {
    links_.AddInertia(link, body);
    if (moves && MassOfGroup(link) <= 0) links_.AddSmallInertia(link, body);
    links_.AddShapes(link, body);
    for (const Element* joint : tree_.Below(link.Get("name"))) AddBelow(*joint, body);
  }

  // a link with those that are fixed to it
  double MassOfGroup(const Element& link) const {
    double mass = LinkWriter::MassOf(link);
    for (const Element* joint : tree_.Below(link.Get("name")))
      if (UrdfTree::TypeOf(*joint) == "fixed")
        mass += MassOfGroup(tree_.link(UrdfTree::ChildOf(*joint)));
    return mass;
  }

  void AddBelow(const Element& joint, Element* parent) {
    const Element& link = tree_.link(UrdfTree::ChildOf(joint));
    Element body{.name = "body",
                 .attributes = {{"name", link.Get("name")}},
                 .file = link.file,
                 .line = link.line};
    SetPose(&body, OriginOf(joint));
    const bool moves = AddJoint(joint, parent->name == "worldbody", &body);
    Fill(link, moves, &body);
    parent->children.push_back(std::move(body));
  }

  // whether the body moves against its parent
  bool AddJoint(const Element& joint, bool below_world, Element* body) {
    const std::string type = UrdfTree::TypeOf(joint), name = joint.Get("name");
    if (type == "fixed") return false;
    if (type == "floating") {
      if (!below_world) {
        mjcf_->report->Refuse("floating joints below other links have no equivalent", name);
        return false;
      }
      body->Add("freejoint", {{"name", name}});
      return true;
    }
    if (type == "planar") return AddPlanar(joint, body);
    if (type != "revolute" && type != "continuous" && type != "prismatic") {
      throw UserError(OneLine(fmt::format(
          "{}: joint '{}' has the type '{}': there are revolute, continuous, prismatic, fixed, "
          "floating and planar",
          joint.Where(), name, type)));
    }
    return AddScalar(joint, type, body);
  }

  bool AddScalar(const Element& joint, const std::string& type, Element* body) {
    const std::string name = joint.Get("name");
    Element out{
        .name = "joint", .attributes = {{"name", name}}, .file = joint.file, .line = joint.line};
    out.Set("type", type == "prismatic" ? "slide" : "hinge");
    const Eigen::Vector3d axis = VectorOf(joint, "axis", "xyz", Eigen::Vector3d::UnitX());
    if (axis.norm() < 1e-9)
      throw UserError(
          OneLine(fmt::format("{}: the axis of joint '{}' has no length", joint.Where(), name)));
    out.Set("axis", Join(ToList(axis.normalized())));
    const Element* limit = joint.Child("limit");
    if (type != "continuous" && limit) {
      const double low = Number(*limit, "lower", 0), high = Number(*limit, "upper", 0);
      if (low > high) {
        throw UserError(OneLine(fmt::format(
            "{}: joint '{}' has lower = {:g} above upper = {:g}: swap them, or write the joint as "
            "fixed",
            joint.Where(), name, low, high)));
      }
      if (low == high) {
        SetPose(body, At(OriginOf(joint), type, axis.normalized(), low));
        mjcf_->report->Exact("joints whose limits leave no room are fixed where they are",
                             fmt::format("{} at {:g}", name, low));
        return false;
      }
      out.Set("limited", "true");
      out.Set("range", Join({low, high}));
    } else if (type != "continuous") {
      mjcf_->report->Inexact("joints without <limit> turn without end", name);
    }
    if (const Element* dynamics = joint.Child("dynamics")) {
      out.Set("damping", Join({std::max(0.0, Number(*dynamics, "damping", 0))}));
      out.Set("frictionloss", Join({std::max(0.0, Number(*dynamics, "friction", 0))}));
    }
    AddRotor(joint, limit, &out);
    body->children.push_back(std::move(out));
    moving_.insert(name);
    return true;
  }

  // where a body is whose joint stands at a value
  static Pose At(const Pose& origin, const std::string& type, const Eigen::Vector3d& axis,
                 double value) {
    if (type == "prismatic") return origin * Pose{.position = value * axis};
    return origin * Pose{.rotation = Eigen::Quaterniond(Eigen::AngleAxisd(value, axis))};
  }

  void AddRotor(const Element& joint, const Element* limit, Element* out) {
    const double effort = limit ? Number(*limit, "effort", 0) : 0;
    if (out->Has("range")) out->Set("solreflimit", kStiffLimit);
    if (joint.Child("mimic") || !(effort > 0 && effort < kAbsurdEffort)) return;
    out->Set("armature", Join({effort / kRotorAcceleration}));
    mjcf_->report->Guessed(
        "armature, the rotor's inertia, which a URDF does not have: effort / (1000 rad/s^2)",
        fmt::format("{} {:.3g}", joint.Get("name"), effort / kRotorAcceleration));
  }

  // two slides and a hinge about the plane's normal, which nothing drives
  bool AddPlanar(const Element& joint, Element* body) {
    const std::string name = joint.Get("name");
    const Eigen::Vector3d normal =
        VectorOf(joint, "axis", "xyz", Eigen::Vector3d::UnitX()).normalized();
    const Eigen::Vector3d x = normal.unitOrthogonal();
    const auto add = [&](const char* suffix, const char* type, const Eigen::Vector3d& axis) {
      body->Add("joint", {{"name", name + suffix}, {"type", type}, {"axis", Join(ToList(axis))}});
    };
    add("_x", "slide", x);
    add("_y", "slide", normal.cross(x));
    add("_turn", "hinge", normal);
    mjcf_->report->Exact("planar joints become two slides and a hinge, without motors", name);
    return true;
  }

  void AddMimic(const Element& joint, const Element& mimic) {
    const std::string leader = mimic.Get("joint"), name = joint.Get("name");
    if (!moving_.contains(leader)) {
      throw UserError(OneLine(fmt::format("{}: joint '{}' mimics '{}', which is no moving joint",
                                          mimic.Where(), name, leader)));
    }
    const double offset = Number(mimic, "offset", 0), factor = Number(mimic, "multiplier", 1);
    mjcf_->Section("equality")
        .Add("joint",
             {{"joint1", name}, {"joint2", leader}, {"polycoef", Join({offset, factor, 0, 0, 0})}});
    mjcf_->report->Exact("mimic joints follow by an equality constraint",
                         fmt::format("{} = {:g} {} + {:g}", name, factor, leader, offset));
  }

  const UrdfTree& tree_;
  Mjcf* mjcf_;
  LinkWriter links_;
  std::set<std::string> moving_;  // hinges and slides
};

bool Floats(const UrdfTree& tree, BaseKind base) {
  if (base != BaseKind::kGuess) return base == BaseKind::kFloating;
  return tree.root().Get("name") != kWorld && HasLegs(tree);
}

}  // namespace

Mjcf ReadUrdf(const Element& robot, BaseKind base, const FileAccess& files, Report* report,
              const Limits& limits) {
  if (HasXacro(robot)) {
    const std::string file = robot.file ? *robot.file : "robot.urdf.xacro";
    throw UserError(fmt::format(
        "{}: a xacro, which is no URDF yet: xacro {} > robot.urdf (or ros2 run xacro xacro), then "
        "sinew import robot.urdf",
        file, file));
  }
  const UrdfTree tree(robot, limits);
  Mjcf mjcf{.root = {.name = "mujoco",
                     .attributes = {{"model", robot.Get("name", "robot")}},
                     .file = robot.file,
                     .line = robot.line},
            .files = &files,
            .report = report,
            .limits = limits};
  mjcf.root.Add("compiler", {{"angle", "radian"}, {"inertiafromgeom", "false"}});
  mjcf.root.Add("option", {{"timestep", "0.002"}});
  UrdfConverter converter(robot, tree, &mjcf);
  converter.Run(Floats(tree, base));
  converter.AddConstraints();
  converter.AddMotors();
  return mjcf;
}

}  // namespace sinew::robots
