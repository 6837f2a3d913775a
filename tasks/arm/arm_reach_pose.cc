#include "tasks/arm/arm_reach_pose.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sinew::tasks {
namespace {

constexpr double kLever = 0.15;  // of the points beside the tip [m]
// the fixed target: the tool's pose at these joint angles [rad]
constexpr std::array<double, 7> kFixedPose{0.5, -0.3, 0.2, -1.8, 0.2, 1.4, 0.5};

using Points = std::array<Eigen::Vector3d, 3>;

Points PointsOf(const Eigen::Vector3d& origin, const double* rotation) {
  const Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>> axes(rotation);
  return {origin, origin + kLever * axes.col(0), origin + kLever * axes.col(1)};
}

class ArmReachPose : public Arm7Task {
 public:
  explicit ArmReachPose(const ArmReachPoseOptions& options)
      : Arm7Task("arm7/arm7_pose.xml", options.arm), options_(options) {
    spec_.name = "arm-reach-pose";
    spec_.summary = "7-joint arm, tool to a 3-D position and orientation";
    spec_.reward_terms = {
        {"distance", "-mean distance of three points of the tool to the target's"},
        {"precision", "w exp(-(mean distance / width)^2)"},
        {"effort", "-w |a|^2 / 7"}};
    spec_.success = {{"5cm", 0.05, 10}, {"2cm", 0.02, 10}};
    for (const char* point : {"tip", "target", "error", "error_x", "error_y"}) ObservePoint(point);
    if (options.random_target) return;
    for (spec::ObservationElement& element : spec_.observation) {
      if (element.name == "target_up") element.constant_reason = "the one target has one height";
    }
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    if (options_.random_target) {
      DrawPose(simulation, random);
    } else {
      std::ranges::copy(kFixedPose, simulation.data()->qpos);
      simulation.Forward();
    }
    Target(simulation) = Tip(simulation);
    mju_mat2Quat(simulation.data()->mocap_quat + 4 * target_,
                 simulation.data()->site_xmat + 9 * tip_);
    DrawPose(simulation, random);
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const auto errors = Errors(simulation);
    double* next = WriteJoints(simulation, observation);
    next = Write(InShoulderFrame(simulation, Tip(simulation)), next);
    next = Write(InShoulderFrame(simulation, Target(simulation)), next);
    for (const Eigen::Vector3d& error : errors)
      next = Write(InShoulderFrame(simulation, error), next);
  }

  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    double mean = 0;
    for (const Eigen::Vector3d& error : Errors(simulation)) mean += error.norm() / 3;
    const double narrowness = mean / options_.precision_width;
    terms[0] = -mean;
    terms[1] = options_.precision_weight * std::exp(-narrowness * narrowness);
    terms[2] = -options_.effort_weight * Effort(simulation);
  }

  double GoalDistance(const sim::Simulation& simulation) const override {
    double farthest = 0;
    for (const Eigen::Vector3d& error : Errors(simulation))
      farthest = std::max(farthest, error.norm());
    return farthest;
  }

 private:
  // target - tool of the three points
  Points Errors(const sim::Simulation& simulation) const {
    std::array<double, 9> rotation{};
    mju_quat2Mat(rotation.data(), simulation.data()->mocap_quat + 4 * target_);
    Points errors = PointsOf(Target(simulation), rotation.data());
    const Points tool = PointsOf(Tip(simulation), simulation.data()->site_xmat + 9 * tip_);
    for (size_t i = 0; i < errors.size(); ++i) errors[i] -= tool[i];
    return errors;
  }

  ArmReachPoseOptions options_;
};

}  // namespace

void ArmReachPoseOptions::Describe(OptionTable& table) {
  arm.Describe(table);
  table.Add("random_target", &random_target, "draw the pose anew in every episode");
  table.Add("effort_weight", &effort_weight, {0, 10}, "weight of the squared action");
  table.Add("precision_weight", &precision_weight, {0, 100},
            "weight of the bonus close to the target");
  table.Add("precision_width", &precision_width, {1e-3, 1}, "width of that bonus", "m");
}

std::unique_ptr<sim::TaskBuilder> MakeArmReachPose() {
  return sim::MakeTaskBuilder(ArmReachPoseOptions{}, [](const ArmReachPoseOptions& options) {
    return std::make_shared<ArmReachPose>(options);
  });
}

}  // namespace sinew::tasks
