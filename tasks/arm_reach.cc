#include "tasks/arm_reach.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace sinew::tasks {
namespace {

constexpr const char* kAsset = "arm7/arm7.xml";
constexpr int kJoints = 7;
constexpr int kSubsteps = 10;
constexpr double kPanStart = 1.0;    // start pose: shoulder pan within this of straight ahead [rad]
constexpr double kJointStart = 0.5;  // every other joint within this of the home pose [rad]
constexpr double kAzimuth = 150 * std::numbers::pi / 180;
constexpr double kShoulderHeight = 0.333;                // [m]
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

// goals are points in the base's frame, since the shoulder's turns from step to step
class Goals : public sim::GoalModel {
 public:
  explicit Goals(const ArmReachOptions& options) : options_(options) {}

  int goal_dim() const override { return 3; }
  void Achieved(std::span<const float> observation, std::span<float> goal) const override {
    FromShoulder(observation, kTip, goal);
  }
  void Desired(std::span<const float> observation, std::span<float> goal) const override {
    FromShoulder(observation, kTarget, goal);
  }
  void Replace(std::span<const float> goal, std::span<float> observation) const override {
    const double pan = observation[0], c = std::cos(pan), s = std::sin(pan);
    const std::array target{c * goal[0] + s * goal[1], -s * goal[0] + c * goal[1],
                            static_cast<double>(goal[2])};
    for (int i = 0; i < 3; ++i) {
      observation[kTarget + i] = static_cast<float>(target[i]);
      observation[kError + i] = static_cast<float>(target[i] - observation[kTip + i]);
    }
  }
  // all terms are from behind the step
  double Reward(std::span<const float>, std::span<const float> action,
                std::span<const float> next_observation) const override {
    double square = 0, effort = 0;
    for (int i = 0; i < 3; ++i) square += std::pow(next_observation[kError + i], 2);
    for (const double a : action) effort += std::pow(std::clamp(a, -1.0, 1.0), 2);
    std::array<double, 3> terms{};
    RewardTerms(options_, std::sqrt(square), effort, terms);
    return std::accumulate(terms.begin(), terms.end(), 0.0);
  }

 private:
  static void FromShoulder(std::span<const float> observation, int first, std::span<float> point) {
    const double pan = observation[0], c = std::cos(pan), s = std::sin(pan);
    const double radial = observation[first], tangential = observation[first + 1];
    point[0] = static_cast<float>(c * radial - s * tangential);
    point[1] = static_cast<float>(s * radial + c * tangential);
    point[2] = observation[first + 2];
  }

  ArmReachOptions options_;
};

class ArmReach : public sim::Task {
 public:
  ArmReach(std::string name, const ArmReachOptions& options)
      : Task(Load(options)), options_(options) {
    spec_.name = std::move(name);
    spec_.summary = options.random_target ? "7-joint arm, tip to a random 3-D target all around"
                                          : "7-joint arm, tip to a fixed 3-D target";
    spec_.asset = kAsset;
    spec_.substeps = kSubsteps;
    spec_.time_limit = 125;
    spec_.gravity_compensation = options.gravity_compensation;
    spec_.reward_terms = {{"distance", "-|target - tip|"},
                          {"precision", "w exp(-(|target - tip| / width)^2)"},
                          {"effort", "-w |a|^2 / 7"}};
    spec_.success = {{"5cm", 0.05, 10}, {"2cm", 0.02, 10}};
    const sim::Simulation& simulation = prototype();
    const mjModel* model = simulation.model();
    spec_.control_dt = spec_.substeps * model->opt.timestep;
    spec_.action = ActionFromModel(model);
    for (sim::ActionElement& element : spec_.action) {
      for (double* limit :
           {&element.ctrl_low, &element.ctrl_high, &element.torque_low, &element.torque_high}) {
        *limit *= options.torque_scale;
      }
    }
    for (const char* quantity : {"angle", "velocity"}) {
      for (const sim::ActionElement& element : spec_.action) {
        const bool angle = std::string_view(quantity) == "angle";
        spec_.observation.push_back({std::string(quantity) + "_" + element.joint,
                                     angle ? "rad" : "rad/s", angle ? 1.0 : 5.0});
      }
    }
    for (const char* point : {"tip", "target", "error"}) {
      for (const char* axis : {"radial", "tangential", "up"}) {
        spec_.observation.push_back(
            {std::string(point) + "_" + axis, "m", 1, "base, turned with the first joint"});
      }
    }
    if (!options.random_target) {
      for (sim::ObservationElement& element : spec_.observation) {
        if (element.name == "target_up") element.constant_reason = "the one target has one height";
      }
    }
    tip_ = simulation.Id(mjOBJ_SITE, "tip");
    spec_.panels = {{"Motion",
                     {{"tip speed", "m/s", true},
                      {"closing speed", "m/s", true},
                      {"power of the motors", "W", false}}}};
    home_ = simulation.Id(mjOBJ_KEY, "home");
    target_ = model->body_mocapid[simulation.Id(mjOBJ_BODY, "target")];
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    const double* home = simulation.model()->key_qpos + home_ * simulation.model()->nq;
    do {
      for (int i = 0; i < kJoints; ++i) {
        const double spread = i == 0 ? kPanStart : kJointStart;
        simulation.qpos()[i] = home[i] + random.Uniform(-spread, spread);
      }
      simulation.Forward();
    } while (simulation.data()->ncon > 0);
    Target(simulation) = options_.random_target ? DrawTarget(random) : kFixedTarget;
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const Eigen::Vector3d tip = simulation.SitePosition(tip_), target = Target(simulation);
    // the frame that turns with the first joint
    const double pan = simulation.qpos()[0], c = std::cos(pan), s = std::sin(pan);
    const auto in_shoulder_frame = [c, s](const Eigen::Vector3d& p) {
      return Eigen::Vector3d(c * p.x() + s * p.y(), -s * p.x() + c * p.y(), p.z());
    };
    Eigen::Map<Eigen::Vector<double, 2 * kJoints + 9>>(observation.data()) << simulation.qpos(),
        simulation.qvel(), in_shoulder_frame(tip), in_shoulder_frame(target),
        in_shoulder_frame(target - tip);
  }

  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    double effort = 0;
    for (int i = 0; i < kJoints; ++i) {
      const double a = simulation.data()->ctrl[i] / spec_.action[i].ctrl_high;
      effort += a * a;
    }
    RewardTerms(options_, GoalDistance(simulation), effort, terms);
  }

  void FillPanel(const sim::Simulation& simulation, int, std::span<double> values) const override {
    mjtNum velocity[6];  // turning, then moving, in world axes
    mj_objectVelocity(simulation.model(), simulation.data(), mjOBJ_SITE, tip_, velocity, 0);
    const Eigen::Map<const Eigen::Vector3d> moving(velocity + 3);
    const Eigen::Vector3d way = Target(simulation) - simulation.SitePosition(tip_);
    values[0] = moving.norm();
    values[1] = way.norm() > 0 ? moving.dot(way.normalized()) : 0;
    for (int i = 0; i < kJoints; ++i) {
      values[2] += simulation.data()->actuator_force[i] * simulation.model()->actuator_gear[6 * i] *
                   simulation.qvel()[i];
    }
  }

  double GoalDistance(const sim::Simulation& simulation) const override {
    return (Target(simulation) - simulation.SitePosition(tip_)).norm();
  }

  std::shared_ptr<const sim::GoalModel> goals() const override {
    return std::make_shared<Goals>(options_);
  }

 private:
  static sim::Simulation Load(const ArmReachOptions& options) {
    auto simulation = sim::LoadAsset(kAsset);
    if (options.gravity_compensation)
      simulation.EnableGravityCompensation(simulation.Id(mjOBJ_BODY, "base"));
    return simulation;
  }

  Eigen::Map<Eigen::Vector3d> Target(sim::Simulation& simulation) const {
    return Eigen::Map<Eigen::Vector3d>(simulation.data()->mocap_pos + 3 * target_);
  }
  Eigen::Map<const Eigen::Vector3d> Target(const sim::Simulation& simulation) const {
    return Eigen::Map<const Eigen::Vector3d>(simulation.data()->mocap_pos + 3 * target_);
  }

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
  int tip_ = 0, home_ = 0, target_ = 0;
};

class Builder : public TaskBuilder {
 public:
  explicit Builder(bool random_target) : name_(random_target ? "arm-reach" : "arm-reach-fixed") {
    options_.random_target = random_target;
  }
  void Describe(OptionTable& table) override { options_.Describe(table); }
  std::shared_ptr<const sim::Task> Build() const override {
    return std::make_shared<ArmReach>(name_, options_);
  }

 private:
  std::string name_;
  ArmReachOptions options_;
};

}  // namespace

void ArmReachOptions::Describe(OptionTable& table) {
  table.Add("gravity_compensation", &gravity_compensation,
            "cancel gravity at the joints, as such arms' controllers do");
  table.Add("torque_scale", &torque_scale, {0.05, 1},
            "share of each joint's torque limit that an action of 1 commands");
  table.Add("effort_weight", &effort_weight, {0, 10}, "weight of the squared action");
  table.Add("precision_weight", &precision_weight, {0, 100},
            "weight of the bonus close to the target");
  table.Add("precision_width", &precision_width, {1e-3, 1}, "width of that bonus", "m");
}

std::unique_ptr<TaskBuilder> MakeArmReach(bool random_target) {
  return std::make_unique<Builder>(random_target);
}

}  // namespace sinew::tasks
