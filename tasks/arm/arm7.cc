#include "tasks/arm/arm7.h"

#include <algorithm>
#include <cmath>

namespace sinew::tasks {
namespace {

constexpr int kSubsteps = 10;
constexpr double kPanStart = 1.0;    // start pose: shoulder pan within this of straight ahead [rad]
constexpr double kJointStart = 0.5;  // every other joint within this of the home pose [rad]

sim::Simulation Load(const std::string& asset, bool gravity_compensation) {
  auto simulation = sim::LoadAsset(asset);
  if (gravity_compensation) simulation.EnableGravityCompensation(simulation.Id(mjOBJ_BODY, "base"));
  return simulation;
}

}  // namespace

void Arm7Options::Describe(OptionTable& table) {
  table.Add("gravity_compensation", &gravity_compensation,
            "cancel gravity at the joints, as such arms' controllers do");
  table.Add("torque_scale", &torque_scale, {0.05, 1},
            "share of each joint's torque limit that an action of 1 commands");
}

Arm7Task::Arm7Task(const std::string& asset, const Arm7Options& options)
    : Task(Load(asset, options.gravity_compensation)) {
  const sim::Simulation& simulation = prototype();
  const mjModel* model = simulation.model();
  spec_.asset = asset;
  spec_.substeps = kSubsteps;
  spec_.control_dt = spec_.substeps * model->opt.timestep;
  spec_.time_limit = 125;
  spec_.gravity_compensation = options.gravity_compensation;
  spec_.action = ActionFromModel(model);
  for (spec::ActionElement& element : spec_.action) element.ScaleRange(options.torque_scale);
  for (const spec::ActionElement& element : spec_.action)
    spec_.observation.push_back({"angle_" + element.joint, "rad"});
  for (const spec::ActionElement& element : spec_.action)
    spec_.observation.push_back({"velocity_" + element.joint, "rad/s", 5});
  tip_ = simulation.Id(mjOBJ_SITE, "tip");
  home_ = simulation.Id(mjOBJ_KEY, "home");
  target_ = model->body_mocapid[simulation.Id(mjOBJ_BODY, "target")];
}

void Arm7Task::ObservePoint(const std::string& point, const char* unit, double magnitude) {
  for (const char* axis : {"radial", "tangential", "up"})
    spec_.observation.push_back({point + "_" + axis, unit, magnitude, kShoulderFrame});
}

void Arm7Task::DrawPose(sim::Simulation& simulation, Random& random) const {
  const double* home = simulation.model()->key_qpos + home_ * simulation.model()->nq;
  do {
    for (int i = 0; i < kJoints; ++i) {
      const double spread = i == 0 ? kPanStart : kJointStart;
      simulation.qpos()[i] = home[i] + random.Uniform(-spread, spread);
    }
    simulation.Forward();
  } while (simulation.data()->ncon > 0);
}

double* Arm7Task::WriteJoints(const sim::Simulation& simulation, std::span<double> observation) {
  double* next = std::copy_n(simulation.data()->qpos, kJoints, observation.data());
  return std::copy_n(simulation.data()->qvel, kJoints, next);
}

Eigen::Vector3d Arm7Task::InShoulderFrame(const sim::Simulation& simulation,
                                          const Eigen::Vector3d& point) {
  const double pan = simulation.qpos()[0], c = std::cos(pan), s = std::sin(pan);
  return {c * point.x() + s * point.y(), -s * point.x() + c * point.y(), point.z()};
}

double* Arm7Task::Write(const Eigen::Vector3d& point, double* observation) {
  return std::copy_n(point.data(), 3, observation);
}

double Arm7Task::Effort(const sim::Simulation& simulation) const {
  double effort = 0;
  for (int i = 0; i < kJoints; ++i) {
    const double a = simulation.data()->ctrl[i] / spec_.action[i].ctrl_high;
    effort += a * a;
  }
  return effort / kJoints;
}

}  // namespace sinew::tasks
