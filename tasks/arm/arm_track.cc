#include "tasks/arm/arm_track.h"

#include <cmath>
#include <numbers>

#include "tasks/parts/target_path.h"

namespace sinew::tasks {
namespace {

constexpr double kNear = 0.45, kFar = 0.6;     // of the centre from the shoulder [m]
constexpr double kAzimuth = 1.5;               // of the centre [rad]
constexpr double kLow = 0.3, kHigh = 0.7;      // of the centre above the floor [m]
constexpr double kLeast = 0.05, kMost = 0.15;  // amplitude of each axis [m]
const Eigen::Vector3d kFrequency = 2 * std::numbers::pi * Eigen::Vector3d(0.25, 0.35, 0.2);

class ArmTrack : public Arm7Task {
 public:
  explicit ArmTrack(const ArmTrackOptions& options)
      : Arm7Task("arm7/arm7_track.xml", options.arm), options_(options) {
    spec_.name = "arm-track";
    spec_.summary = "7-joint arm, tip after a moving 3-D target";
    spec_.time_limit = 250;
    spec_.reward_terms = {{"distance", "-|target - tip|"},
                          {"precision", "w exp(-(|target - tip| / width)^2)"},
                          {"effort", "-w |a|^2 / 7"}};
    spec_.success = {{"5cm", 0.05, 50}, {"2cm", 0.02, 50}};
    for (const char* point : {"tip", "target", "error"}) ObservePoint(point);
    ObservePoint("target_velocity", "m/s", 0.3);
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    DrawPose(simulation, random);
    DrawPath(random).Store(&simulation, 0);
  }

  void MoveTargets(sim::Simulation& simulation) const override {
    Target(simulation) = TargetPath::Load(simulation, 0).Position(simulation.data()->time);
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const Eigen::Vector3d tip = Tip(simulation), target = Target(simulation);
    const Eigen::Vector3d velocity =
        TargetPath::Load(simulation, 0).Velocity(simulation.data()->time);
    double* next = WriteJoints(simulation, observation);
    for (const Eigen::Vector3d& point : {tip, target, Eigen::Vector3d(target - tip), velocity})
      next = Write(InShoulderFrame(simulation, point), next);
  }

  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    const double distance = GoalDistance(simulation);
    const double narrowness = distance / options_.precision_width;
    terms[0] = -distance;
    terms[1] = options_.precision_weight * std::exp(-narrowness * narrowness);
    terms[2] = -options_.effort_weight * Effort(simulation);
  }

  double GoalDistance(const sim::Simulation& simulation) const override {
    return (Target(simulation) - Tip(simulation)).norm();
  }

 private:
  TargetPath DrawPath(Random& random) const {
    TargetPath path;
    const double azimuth = random.Uniform(-kAzimuth, kAzimuth);
    const double radius = random.Uniform(kNear, kFar);
    path.centre = {radius * std::cos(azimuth), radius * std::sin(azimuth),
                   random.Uniform(kLow, kHigh)};
    for (int i = 0; i < 3; ++i) {
      path.amplitude[i] = random.Uniform(kLeast, kMost);
      path.phase[i] = random.Uniform(-std::numbers::pi, std::numbers::pi);
    }
    path.frequency = options_.speed * kFrequency;
    return path;
  }

  ArmTrackOptions options_;
};

}  // namespace

void ArmTrackOptions::Describe(OptionTable& table) {
  arm.Describe(table);
  table.Add("speed", &speed, {0, 10}, "of the target, times its own");
  table.Add("effort_weight", &effort_weight, {0, 10}, "weight of the squared action");
  table.Add("precision_weight", &precision_weight, {0, 100},
            "weight of the bonus close to the target");
  table.Add("precision_width", &precision_width, {1e-3, 1}, "width of that bonus", "m");
}

std::unique_ptr<sim::TaskBuilder> MakeArmTrack() {
  return sim::MakeTaskBuilder(ArmTrackOptions{}, [](const ArmTrackOptions& options) {
    return std::make_shared<ArmTrack>(options);
  });
}

}  // namespace sinew::tasks
