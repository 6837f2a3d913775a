#include "tasks/arm/arm_reach.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "tasks/arm/arm7_goals.h"

namespace sinew::tasks {
namespace {

constexpr const char* kAsset = "arm7/arm7.xml";
constexpr int kJoints = Arm7Task::kJoints;
constexpr double kAzimuth = 150 * std::numbers::pi / 180;
constexpr double kTargetNear = 0.35, kTargetFar = 0.75;  // distance from the shoulder [m]
constexpr double kTargetLow = 0.1;                       // above the floor [m]
constexpr double kTargetBase = 0.25;                     // away from the base's axis [m]
const Eigen::Vector3d kFixedTarget(0.45, 0.25, 0.5);     // [m]

/// @param distance  [m]. @param effort  |a|^2.
void RewardTerms(const ArmReachOptions& options, double distance, double effort,
                 std::span<double> terms) {
  const double narrowness = distance / options.precision_width;
  terms[0] = -distance;
  terms[1] = options.precision_weight * std::exp(-narrowness * narrowness);
  terms[2] = -options.effort_weight * effort / kJoints;
}

// places in the observation
constexpr int kTip = 2 * kJoints, kTarget = kTip + 3, kError = kTarget + 3;

class Goals : public Arm7Goals {
 public:
  explicit Goals(const ArmReachOptions& options)
      : Arm7Goals(kTip, kTarget, kError), options_(options) {}

  // all terms are from behind the step
  double Reward(std::span<const float>, std::span<const float> action,
                std::span<const float> next_observation) const override {
    double effort = 0;
    for (const double a : action) effort += std::pow(std::clamp(a, -1.0, 1.0), 2);
    std::array<double, 3> terms{};
    RewardTerms(options_, Distance(next_observation), effort, terms);
    return std::accumulate(terms.begin(), terms.end(), 0.0);
  }

 private:
  ArmReachOptions options_;
};

class ArmReach : public Arm7Task {
 public:
  ArmReach(std::string name, const ArmReachOptions& options)
      : Arm7Task(kAsset, options.arm), options_(options) {
    spec_.name = std::move(name);
    spec_.summary = options.random_target ? "7-joint arm, tip to a random 3-D target all around"
                                          : "7-joint arm, tip to a fixed 3-D target";
    spec_.reward_terms = {{"distance", "-|target - tip|"},
                          {"precision", "w exp(-(|target - tip| / width)^2)"},
                          {"effort", "-w |a|^2 / 7"}};
    spec_.success = {{"5cm", 0.05, 10}, {"2cm", 0.02, 10}};
    spec_.panels = {{"Motion",
                     {{"tip speed", "m/s", true},
                      {"closing speed", "m/s", true},
                      {"power of the motors", "W", false}}}};
    for (const char* point : {"tip", "target", "error"}) ObservePoint(point);
    if (options.random_target) return;
    for (spec::ObservationElement& element : spec_.observation) {
      if (element.name == "target_up") element.constant_reason = "the one target has one height";
    }
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    DrawPose(simulation, random);
    Target(simulation) = options_.random_target ? DrawTarget(random) : kFixedTarget;
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const Eigen::Vector3d tip = Tip(simulation), target = Target(simulation);
    double* next = WriteJoints(simulation, observation);
    for (const Eigen::Vector3d& point : {tip, target, Eigen::Vector3d(target - tip)})
      next = Write(InShoulderFrame(simulation, point), next);
  }

  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    RewardTerms(options_, GoalDistance(simulation), kJoints * Effort(simulation), terms);
  }

  void FillPanel(const sim::Simulation& simulation, int, std::span<double> values) const override {
    mjtNum velocity[6];  // turning, then moving, in world axes
    mj_objectVelocity(simulation.model(), simulation.data(), mjOBJ_SITE, tip_, velocity, 0);
    const Eigen::Map<const Eigen::Vector3d> moving(velocity + 3);
    const Eigen::Vector3d way = Target(simulation) - Tip(simulation);
    values[0] = moving.norm();
    values[1] = way.norm() > 0 ? moving.dot(way.normalized()) : 0;
    for (int i = 0; i < kJoints; ++i) {
      values[2] += simulation.data()->actuator_force[i] * simulation.model()->actuator_gear[6 * i] *
                   simulation.qvel()[i];
    }
  }

  double GoalDistance(const sim::Simulation& simulation) const override {
    return (Target(simulation) - Tip(simulation)).norm();
  }

  std::shared_ptr<const spec::GoalModel> goals() const override {
    return std::make_shared<Goals>(options_);
  }

 private:
  // uniform in the part of a shell around the shoulder that the tip can reach without touching
  // floor or base
  static Eigen::Vector3d DrawTarget(Random& random) {
    while (true) {
      const Eigen::Vector3d p(random.Uniform(-kTargetFar, kTargetFar),
                              random.Uniform(-kTargetFar, kTargetFar),
                              random.Uniform(-kTargetFar, kTargetFar));
      const double radius = p.norm(), height = p.z() + kShoulderHeight;
      if (radius < kTargetNear || radius > kTargetFar || height < kTargetLow) continue;
      if (std::hypot(p.x(), p.y()) < kTargetBase || std::abs(std::atan2(p.y(), p.x())) > kAzimuth)
        continue;
      return {p.x(), p.y(), height};
    }
  }

  ArmReachOptions options_;
};

}  // namespace

void ArmReachOptions::Describe(OptionTable& table) {
  arm.Describe(table);
  table.Add("effort_weight", &effort_weight, {0, 10}, "weight of the squared action");
  table.Add("precision_weight", &precision_weight, {0, 100},
            "weight of the bonus close to the target");
  table.Add("precision_width", &precision_width, {1e-3, 1}, "width of that bonus", "m");
}

std::unique_ptr<sim::TaskBuilder> MakeArmReach(bool random_target) {
  ArmReachOptions defaults;
  defaults.random_target = random_target;
  return sim::MakeTaskBuilder(defaults, [random_target](const ArmReachOptions& options) {
    return std::make_shared<ArmReach>(random_target ? "arm-reach" : "arm-reach-fixed", options);
  });
}

}  // namespace sinew::tasks
