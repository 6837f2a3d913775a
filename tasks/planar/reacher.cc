#include "tasks/planar/reacher.h"

#include <algorithm>
#include <cmath>

namespace sinew::tasks {
namespace {

constexpr const char* kAsset = "reacher/reacher.xml";
constexpr double kTargetRadius = 0.2;  // [m]

// places in the observation
constexpr int kTarget = 4, kError = 8;

class Goals : public spec::GoalModel {
 public:
  int goal_dim() const override { return 2; }
  void Achieved(std::span<const float> observation, std::span<float> goal) const override {
    for (int i = 0; i < 2; ++i) goal[i] = observation[kTarget + i] + observation[kError + i];
  }
  void Desired(std::span<const float> observation, std::span<float> goal) const override {
    for (int i = 0; i < 2; ++i) goal[i] = observation[kTarget + i];
  }
  void Replace(std::span<const float> goal, std::span<float> observation) const override {
    for (int i = 0; i < 2; ++i) {
      observation[kError + i] += observation[kTarget + i] - goal[i];
      observation[kTarget + i] = goal[i];
    }
  }
  // both terms are from before the step
  double Reward(std::span<const float> observation, std::span<const float> action,
                std::span<const float>) const override {
    double effort = 0;
    for (const double a : action) effort += std::pow(std::clamp(a, -1.0, 1.0), 2);
    const Eigen::Vector3d error(observation[kError], observation[kError + 1],
                                observation[kError + 2]);
    return -error.norm() - effort;
  }
};

class Reacher : public sim::Task {
 public:
  Reacher() : Task(sim::LoadAsset(kAsset)) {
    spec_.name = "reacher";
    spec_.summary = "2-joint planar arm to a random target (Gymnasium Reacher-v4)";
    spec_.asset = kAsset;
    spec_.observation = {{"cos_shoulder", "1", 1, "joint"},
                         {"cos_elbow", "1", 1, "joint"},
                         {"sin_shoulder", "1", 1, "joint"},
                         {"sin_elbow", "1", 1, "joint"},
                         {"target_x", "m", 1, "world"},
                         {"target_y", "m", 1, "world"},
                         {"velocity_shoulder", "rad/s", 1, "joint"},
                         {"velocity_elbow", "rad/s", 1, "joint"},
                         {"tip_minus_target_x", "m", 1, "world"},
                         {"tip_minus_target_y", "m", 1, "world"},
                         {"tip_minus_target_z", "m", 1, "world",
                          "Gymnasium's planar task observes three coordinates"}};
    spec_.reward_terms = {{"distance", "-|fingertip - target|, before the step"},
                          {"effort", "-|a|^2"}};
    spec_.success = {{"5cm", 0.05, 10}, {"2cm", 0.02, 10}};
    spec_.substeps = 2;
    spec_.time_limit = 50;
    // Gymnasium reads MuJoCo's positions as mj_step leaves them
    spec_.refresh_kinematics = false;
    const sim::Simulation& simulation = prototype();
    spec_.control_dt = spec_.substeps * simulation.model()->opt.timestep;
    spec_.action = ActionFromModel(simulation.model());
    fingertip_ = simulation.Id(mjOBJ_BODY, "fingertip");
    target_ = simulation.Id(mjOBJ_BODY, "target");
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    auto qpos = simulation.qpos();
    auto qvel = simulation.qvel();
    for (int i = 0; i < 2; ++i) {
      qpos[i] = random.Uniform(-0.1, 0.1);
      qvel[i] = random.Uniform(-0.005, 0.005);
    }
    do {
      qpos[2] = random.Uniform(-kTargetRadius, kTargetRadius);
      qpos[3] = random.Uniform(-kTargetRadius, kTargetRadius);
    } while (std::hypot(qpos[2], qpos[3]) >= kTargetRadius);
    qvel[2] = qvel[3] = 0;
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const auto qpos = simulation.qpos();
    const auto qvel = simulation.qvel();
    const Eigen::Vector3d error = Error(simulation);
    Eigen::Map<Eigen::Vector<double, 11>>(observation.data()) << std::cos(qpos[0]),
        std::cos(qpos[1]), std::sin(qpos[0]), std::sin(qpos[1]), qpos[2], qpos[3], qvel[0], qvel[1],
        error;
  }

  void BeforeStep(const sim::Simulation& simulation, std::span<double> terms) const override {
    const double* ctrl = simulation.data()->ctrl;
    terms[0] = -Error(simulation).norm();
    terms[1] = -(ctrl[0] * ctrl[0] + ctrl[1] * ctrl[1]);
  }

  void Reward(const sim::Simulation&, std::span<double>) const override {}

  double GoalDistance(const sim::Simulation& simulation) const override {
    return Error(simulation).norm();
  }

  std::shared_ptr<const spec::GoalModel> goals() const override {
    return std::make_shared<Goals>();
  }

 private:
  Eigen::Vector3d Error(const sim::Simulation& simulation) const {
    return simulation.BodyPosition(fingertip_) - simulation.BodyPosition(target_);
  }

  int fingertip_ = 0, target_ = 0;
};

}  // namespace

std::unique_ptr<sim::TaskBuilder> MakeReacher() {
  return sim::MakeTaskBuilder(
      sim::NoTaskOptions{}, [](const sim::NoTaskOptions&) { return std::make_shared<Reacher>(); });
}

}  // namespace sinew::tasks
