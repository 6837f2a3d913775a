#include "tasks/arm/arm_push.h"

#include <fmt/format.h>

#include <cmath>

namespace sinew::tasks {
namespace {

constexpr const char* kAsset = "arm-push/arm-push.xml";
constexpr int kJoints = 7;
constexpr int kPuckY = 7, kPuckX = 8;    // in qpos; the goal's two follow and stay 0
constexpr double kNearest = 0.17;        // puck from the goal at the start [m]
constexpr double kStartVelocity = 5e-3;  // [rad/s]

class ArmPush : public sim::Task {
 public:
  ArmPush() : Task(sim::LoadAsset(kAsset)) {
    spec_.name = "arm-push";
    spec_.summary = "7-joint arm, pushes a puck to a goal (Gymnasium Pusher-v4)";
    spec_.asset = kAsset;
    spec_.reward_terms = {{"goal", "-|puck - goal|, before the step"},
                          {"effort", "-0.1 |torque|^2"},
                          {"reach", "-0.5 |puck - fork|, before the step"}};
    spec_.success = {{"5cm", 0.05, 10}};
    spec_.substeps = 5;
    spec_.time_limit = 100;
    spec_.refresh_kinematics = false;
    const sim::Simulation& simulation = prototype();
    spec_.control_dt = spec_.substeps * simulation.model()->opt.timestep;
    spec_.action = ActionFromModel(simulation.model());
    for (const auto& element : spec_.action) {
      spec_.observation.push_back({"angle_" + element.joint, "rad", 1});
    }
    for (const auto& element : spec_.action) {
      spec_.observation.push_back({"velocity_" + element.joint, "rad/s", 3});
    }
    for (const char* thing : {"fork", "puck", "goal"}) {
      for (const char* axis : {"x", "y", "z"}) {
        spec_.observation.push_back({fmt::format("{}_{}", thing, axis), "m", 0.5, "world"});
        auto& element = spec_.observation.back();
        if (std::string_view(thing) == "goal") element.constant_reason = "the goal never moves";
        if (element.name == "puck_z") element.constant_reason = "the puck slides on a table";
      }
    }
    fork_ = simulation.Id(mjOBJ_BODY, "fork");
    puck_ = simulation.Id(mjOBJ_BODY, "puck");
    goal_ = simulation.Id(mjOBJ_BODY, "goal");
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    auto qpos = simulation.qpos();
    do {
      qpos[kPuckY] = random.Uniform(-0.3, 0);
      qpos[kPuckX] = random.Uniform(-0.2, 0.2);
    } while (std::hypot(qpos[kPuckY], qpos[kPuckX]) <= kNearest);
    for (int i = 0; i < kJoints; ++i) {
      simulation.qvel()[i] = random.Uniform(-kStartVelocity, kStartVelocity);
    }
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    Eigen::Map<Eigen::Vector<double, 2 * kJoints + 9>>(observation.data())
        << simulation.qpos().head(kJoints),
        simulation.qvel().head(kJoints), simulation.BodyPosition(fork_),
        simulation.BodyPosition(puck_), simulation.BodyPosition(goal_);
  }

  void BeforeStep(const sim::Simulation& simulation, std::span<double> terms) const override {
    const auto puck = simulation.BodyPosition(puck_);
    const Eigen::Map<const Eigen::VectorXd> torque(simulation.data()->ctrl, kJoints);
    terms[0] = -(puck - simulation.BodyPosition(goal_)).norm();
    terms[1] = -0.1 * torque.squaredNorm();
    terms[2] = -0.5 * (puck - simulation.BodyPosition(fork_)).norm();
  }

  void Reward(const sim::Simulation&, std::span<double>) const override {}

  double GoalDistance(const sim::Simulation& simulation) const override {
    return (simulation.BodyPosition(puck_) - simulation.BodyPosition(goal_)).head<2>().norm();
  }

 private:
  int fork_ = 0, puck_ = 0, goal_ = 0;
};

}  // namespace

std::unique_ptr<sim::TaskBuilder> MakeArmPush() {
  return sim::MakeTaskBuilder(
      sim::NoTaskOptions{}, [](const sim::NoTaskOptions&) { return std::make_shared<ArmPush>(); });
}

}  // namespace sinew::tasks
