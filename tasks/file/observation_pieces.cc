#include "tasks/file/observation_pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/names.h"
#include "sim/actuation/actuators.h"
#include "tasks/parts/target_path.h"

namespace sinew::tasks {
namespace {

using Elements = std::vector<spec::ObservationElement>;
using sim::JointName;
using sim::Simulation;

double* Write(const Eigen::Vector3d& v, double* out) { return std::copy_n(v.data(), 3, out); }

bool IsHinge(const mjModel* m, int joint) { return m->jnt_type[joint] == mjJNT_HINGE; }

// x, y, z of a vector
auto Vector(const std::string& name, const char* unit) {
  return [=](const TaskContext&, const mjModel*, Elements* out) {
    const char* frame = name == "root_up" ? "root" : "world";
    for (const char* axis : {"x", "y", "z"})
      out->push_back({fmt::format("{}_{}", name, axis), unit, 1, frame});
  };
}

// a piece that is a vector, in the world but for the root's own view of the vertical
ObservationPiece VectorPiece(
    const std::string& name, const std::string& help, Needs needs, const char* unit,
    std::function<Eigen::Vector3d(const TaskContext&, const Simulation&)> value) {
  return {name, help, needs, Vector(name, unit),
          [value](const TaskContext& c, const Simulation& s, double* out) {
            return Write(value(c, s), out);
          }};
}

// linear velocity of a body or site in the world [m/s], after its angular velocity
Eigen::Vector3d Velocity(const Simulation& s, mjtObj type, int id, bool angular = false) {
  double velocity[6];
  mj_objectVelocity(s.model(), s.data(), type, id, velocity, 0);
  return Eigen::Map<const Eigen::Vector3d>(velocity + (angular ? 0 : 3));
}

ObservationPiece JointAngles() {
  return {"joint_angles", "angle of every hinge, position of every slide", Needs::kNothing,
          [](const TaskContext& c, const mjModel* m, Elements* out) {
            for (const int j : c.joints)
              out->push_back({"angle_" + JointName(m, j), IsHinge(m, j) ? "rad" : "m", 1, "joint"});
          },
          [](const TaskContext& c, const Simulation& s, double* out) {
            for (const int j : c.joints) *out++ = s.data()->qpos[s.model()->jnt_qposadr[j]];
            return out;
          }};
}

ObservationPiece JointCosSin() {
  return {"joint_cos_sin", "cosine and sine of every hinge, position of every slide",
          Needs::kNothing,
          [](const TaskContext& c, const mjModel* m, Elements* out) {
            for (const int j : c.joints) {
              const std::string name = JointName(m, j);
              if (!IsHinge(m, j)) {
                out->push_back({"position_" + name, "m", 1, "joint"});
                continue;
              }
              out->push_back({"cos_" + name, "1", 1, "joint"});
              out->push_back({"sin_" + name, "1", 1, "joint"});
            }
          },
          [](const TaskContext& c, const Simulation& s, double* out) {
            for (const int j : c.joints) {
              const double q = s.data()->qpos[s.model()->jnt_qposadr[j]];
              if (!IsHinge(s.model(), j)) {
                *out++ = q;
                continue;
              }
              *out++ = std::cos(q);
              *out++ = std::sin(q);
            }
            return out;
          }};
}

ObservationPiece JointVelocities() {
  return {"joint_velocities", "of every hinge and slide", Needs::kNothing,
          [](const TaskContext& c, const mjModel* m, Elements* out) {
            for (const int j : c.joints) {
              out->push_back({"velocity_" + JointName(m, j), IsHinge(m, j) ? "rad/s" : "m/s",
                              IsHinge(m, j) ? 5.0 : 1.0, "joint"});
            }
          },
          [](const TaskContext& c, const Simulation& s, double* out) {
            for (const int j : c.joints) *out++ = s.data()->qvel[s.model()->jnt_dofadr[j]];
            return out;
          }};
}

ObservationPiece Controls() {
  return {"controls", "last control of every actuator, as a share of its largest", Needs::kNothing,
          [](const TaskContext& c, const mjModel* m, Elements* out) {
            for (size_t i = 0; i < c.ctrl.size(); ++i) {
              const char* name = mj_id2name(m, mjOBJ_ACTUATOR, static_cast<int>(i));
              out->push_back(
                  {fmt::format("control_{}", name ? name : std::to_string(i)), "1", 1, "actuator"});
            }
          },
          [](const TaskContext& c, const Simulation& s, double* out) {
            for (size_t i = 0; i < c.ctrl.size(); ++i) *out++ = s.data()->ctrl[i] / c.ctrl[i];
            return out;
          }};
}

ObservationPiece RootHeight() {
  return {"root_height", "of the root body above the world's origin", Needs::kRoot,
          [](const TaskContext&, const mjModel*, Elements* out) {
            out->push_back({"root_height", "m", 1, "world"});
          },
          [](const TaskContext& c, const Simulation& s, double* out) {
            *out++ = c.Height(s);
            return out;
          }};
}

std::vector<ObservationPiece> MakePieces() {
  std::vector<ObservationPiece> pieces{JointAngles(), JointCosSin(), JointVelocities(), Controls(),
                                       RootHeight()};
  const auto add = [&pieces](auto... arguments) { pieces.push_back(VectorPiece(arguments...)); };
  using C = const TaskContext&;
  using S = const Simulation&;
  using V = Eigen::Vector3d;
  add("site_position", "of the end effector", Needs::kSite, "m",
      [](C c, S s) { return c.Site(s); });
  add("site_velocity", "of the end effector", Needs::kSite, "m/s",
      [](C c, S s) { return Velocity(s, mjOBJ_SITE, c.site); });
  add("target_position", "of the target", Needs::kTarget, "m",
      [](C c, S s) { return c.Target(s); });
  add("target_velocity", "of the moving target", Needs::kMovingTarget, "m/s",
      [](C c, S s) { return TargetPath::Load(s, c.path).Velocity(s.data()->time); });
  add("target_error", "target - end effector", Needs::kSiteAndTarget, "m",
      [](C c, S s) -> V { return c.Target(s) - c.Site(s); });
  add("object_position", "of the object", Needs::kObject, "m",
      [](C c, S s) { return c.Object(s); });
  add("object_velocity", "of the object", Needs::kObject, "m/s",
      [](C c, S s) { return Velocity(s, mjOBJ_BODY, c.object); });
  add("object_error", "target - object", Needs::kObjectAndTarget, "m",
      [](C c, S s) -> V { return c.Target(s) - c.Object(s); });
  add("object_to_site", "object - end effector", Needs::kSiteAndObject, "m",
      [](C c, S s) -> V { return c.Object(s) - c.Site(s); });
  add("root_velocity", "of the root body", Needs::kRoot, "m/s",
      [](C c, S s) { return Velocity(s, mjOBJ_BODY, c.root); });
  add("root_rotation_speed", "angular velocity of the root body", Needs::kRoot, "rad/s",
      [](C c, S s) { return Velocity(s, mjOBJ_BODY, c.root, true); });
  add("root_up", "the world's vertical in the root body's frame", Needs::kRoot, "1",
      [](C c, S s) -> V { return V(s.data()->xmat + 9 * c.root + 6); });
  std::ranges::sort(pieces, {}, &ObservationPiece::name);
  return pieces;
}

// unit of a sensor's values, by MuJoCo's sensor types
const char* SensorUnit(int type) {
  switch (type) {
    case mjSENS_ACCELEROMETER:
    case mjSENS_FRAMELINACC:
      return "m/s^2";
    case mjSENS_VELOCIMETER:
    case mjSENS_FRAMELINVEL:
    case mjSENS_SUBTREELINVEL:
      return "m/s";
    case mjSENS_GYRO:
    case mjSENS_JOINTVEL:
    case mjSENS_BALLANGVEL:
    case mjSENS_FRAMEANGVEL:
      return "rad/s";
    case mjSENS_FRAMEANGACC:
      return "rad/s^2";
    case mjSENS_JOINTPOS:
      return "rad";
    case mjSENS_FORCE:
    case mjSENS_TOUCH:
    case mjSENS_ACTUATORFRC:
      return "N";
    case mjSENS_TORQUE:
      return "N·m";
    case mjSENS_FRAMEPOS:
    case mjSENS_SUBTREECOM:
    case mjSENS_RANGEFINDER:
    case mjSENS_TENDONPOS:
      return "m";
    case mjSENS_MAGNETOMETER:
      return "T";
    default:
      return "1";
  }
}

// what a sensor's values are measured in
std::string SensorFrame(const mjModel* m, int id) {
  const int type = m->sensor_type[id];
  if (type <= mjSENS_RANGEFINDER) return "site";
  if (type >= mjSENS_FRAMEPOS && type <= mjSENS_SUBTREEANGMOM) {
    const bool relative = m->sensor_refid[id] >= 0;
    const char* name =
        relative ? mj_id2name(m, m->sensor_reftype[id], m->sensor_refid[id]) : "world";
    return name ? name : "reference";
  }
  switch (type) {
    case mjSENS_JOINTPOS:
    case mjSENS_JOINTVEL:
    case mjSENS_BALLQUAT:
    case mjSENS_BALLANGVEL:
    case mjSENS_JOINTLIMITPOS:
    case mjSENS_JOINTLIMITVEL:
    case mjSENS_JOINTLIMITFRC:
      return "joint";
    case mjSENS_TENDONPOS:
    case mjSENS_TENDONVEL:
    case mjSENS_TENDONLIMITPOS:
    case mjSENS_TENDONLIMITVEL:
    case mjSENS_TENDONLIMITFRC:
      return "tendon";
    case mjSENS_ACTUATORPOS:
    case mjSENS_ACTUATORVEL:
    case mjSENS_ACTUATORFRC:
      return "actuator";
    default:
      return "sensor";
  }
}

ObservationPiece Sensor(const std::string& name, const Simulation& simulation) {
  const mjModel* m = simulation.model();
  const int id = simulation.Id(mjOBJ_SENSOR, name), size = m->sensor_dim[id],
            address = m->sensor_adr[id];
  return {"sensor:" + name, "a sensor of the model", Needs::kNothing,
          [=](const TaskContext&, const mjModel* model, Elements* out) {
            for (int k = 0; k < size; ++k) {
              out->push_back({size > 1 ? fmt::format("{}[{}]", name, k) : name,
                              SensorUnit(model->sensor_type[id]), 1, SensorFrame(model, id)});
            }
          },
          [=](const TaskContext&, const Simulation& s, double* out) {
            return std::copy_n(s.data()->sensordata + address, size, out);
          }};
}

}  // namespace

const std::vector<ObservationPiece>& ObservationPieces() {
  static const std::vector<ObservationPiece> pieces = MakePieces();
  return pieces;
}

ObservationPiece FindPiece(const std::string& name, const TaskContext& context,
                           const sim::Simulation& simulation) {
  const std::string prefix = "sensor:";
  if (name.starts_with(prefix)) return Sensor(name.substr(prefix.size()), simulation);
  std::vector<std::string> names;
  for (const ObservationPiece& piece : ObservationPieces()) {
    names.push_back(piece.name);
    if (piece.name != name) continue;
    CheckNeeds(context, piece.needs, fmt::format("observation piece '{}'", name));
    return piece;
  }
  names.push_back(prefix + "<name>");
  throw UserError(UnknownName("observation piece", name, names));
}

void CheckNeeds(const TaskContext& c, Needs needs, const std::string& what) {
  const auto require = [&what](int id, const char* option) {
    if (id < 0) throw UserError(fmt::format("{} needs {}", what, option));
  };
  using enum Needs;
  if (needs == kSite || needs == kSiteAndTarget || needs == kSiteAndObject)
    require(c.site, "task.site");
  if (needs == kTarget || needs == kSiteAndTarget || needs == kObjectAndTarget)
    require(c.target, "a goal with a target: reach, track or push");
  if (needs == kObject || needs == kObjectAndTarget || needs == kSiteAndObject)
    require(c.object, "task.object");
  if (needs == kRoot) require(c.root, "task.root");
  if (needs == kMovingTarget) require(c.path, "the goal track");
}

}  // namespace sinew::tasks
