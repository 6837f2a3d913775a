#include "tasks/arm/arm_insert.h"

#include <Eigen/Geometry>
#include <cmath>
#include <numbers>

#include "tasks/arm/arm7_kinematics.h"
#include "tasks/parts/interval.h"

namespace sinew::tasks {
namespace {

using Eigen::Matrix3d, Eigen::Vector3d;

// as in the MJCF [m]
constexpr double kDepth = 0.05, kClearance = 0.001;

// where the hole's bottom is, and how far above its opening the peg starts [m]
constexpr Interval kHoleX{0.4, 0.58}, kHoleY{-0.2, 0.2}, kHoleZ{0.03, 0.15};
constexpr Interval kStartAbove{0.05, 0.2}, kJustAbove{0.002, 0.03};
constexpr Interval kAtBottom{0, 0.003};
constexpr double kBeside = 0.015;  // of the hole's axis, where an episode starts above it [m]
constexpr double kYaw = 45 * std::numbers::pi / 180, kTilt = 8 * std::numbers::pi / 180;

class ArmInsert : public Arm7Task {
 public:
  explicit ArmInsert(const ArmInsertOptions& options)
      : Arm7Task("arm7/arm7_insert.xml", options.arm), options_(options) {
    spec_.name = "arm-insert";
    spec_.summary = "7-joint arm with a peg: put it into a hole with 1 mm to spare";
    spec_.time_limit = 150;
    spec_.reward_terms = {{"distance", "-|end - bottom|"},
                          {"align", "-w (distance of the end from the hole's axis)"},
                          {"precision", "w exp(-(|end - bottom| / width)^2)"},
                          {"upright", "-w (1 - cos of the peg's tilt)"},
                          {"effort", "-w |a|^2 / 7"}};
    spec_.success = {{"5mm", 0.005, 10}, {"1cm", 0.01, 10}};
    ObservePoint("end", "m", 0.5);
    ObservePoint("hole", "m", 0.5);
    ObservePoint("error", "m", 0.1);
    ObservePoint("direction", "1");
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    PlaceHole(simulation, random);
    PosePeg(simulation, random, [&] {
      return Vector3d(kHoleX.Draw(random), kHoleY.Draw(random),
                      Opening(simulation) + kStartAbove.Draw(random));
    });
  }

  void ResetForTraining(sim::Simulation& simulation, Random& random) const override {
    const double draw = random.Uniform();
    if (draw >= options_.start_inside + options_.start_above) return Reset(simulation, random);
    if (draw < options_.start_inside) {
      StartOverHole(simulation, random, {0, kDepth}, kClearance / 2, 0);
    } else {
      StartOverHole(simulation, random, {kDepth + kJustAbove.low, kDepth + kJustAbove.high},
                    kBeside, kTilt);
    }
  }

  bool ResetAtGoal(sim::Simulation& simulation, Random& random) const override {
    StartOverHole(simulation, random, kAtBottom, kClearance / 2, 0);
    return true;
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const Vector3d end = Tip(simulation), hole = Target(simulation);
    double* next = WriteJoints(simulation, observation);
    for (const Vector3d& point : {end, hole, Vector3d(hole - end), Direction(simulation)}) {
      next = Write(InShoulderFrame(simulation, point), next);
    }
  }

  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    const Vector3d error = Target(simulation) - Tip(simulation);
    const double narrowness = error.norm() / options_.precision_width;
    terms[0] = -error.norm();
    terms[1] = -options_.align_weight * error.head<2>().norm();
    terms[2] = options_.precision_weight * std::exp(-narrowness * narrowness);
    terms[3] = -options_.upright_weight * (1 + Direction(simulation).z());
    terms[4] = -options_.effort_weight * Effort(simulation);
  }

  double GoalDistance(const sim::Simulation& simulation) const override {
    return (Target(simulation) - Tip(simulation)).norm();
  }

 private:
  // from the flange to the peg's end; straight down is -z
  Vector3d Direction(const sim::Simulation& simulation) const {
    return -SiteFrame(simulation, tip_).col(2);
  }
  double Opening(const sim::Simulation& simulation) const {
    return Target(simulation).z() + kDepth;
  }

  void PlaceHole(sim::Simulation& simulation, Random& random) const {
    Target(simulation) = Vector3d(kHoleX.Draw(random), kHoleY.Draw(random), kHoleZ.Draw(random));
  }

  // places the hole, and the peg's end so high over its bottom and so far beside its axis
  void StartOverHole(sim::Simulation& simulation, Random& random, Interval height, double beside,
                     double tilt) const {
    PlaceHole(simulation, random);
    const Vector3d hole = Target(simulation);
    const auto draw = [&] {
      const double above = height.Draw(random);
      return Vector3d(hole.x() + random.Uniform(-beside, beside),
                      hole.y() + random.Uniform(-beside, beside), hole.z() + above);
    };
    PosePeg(simulation, random, draw, tilt);
  }

  // brings the peg's end to a place that draw() gives, pointing down but for `tilt`
  template <typename Draw>
  void PosePeg(sim::Simulation& simulation, Random& random, const Draw& draw,
               double tilt = kTilt) const {
    bool solved = false;
    while (!solved) {
      const Vector3d end = draw();
      const Matrix3d frame = TurnAboutZ(random.Uniform(-kYaw, kYaw)) *
                             Eigen::AngleAxisd(random.Uniform(-tilt, tilt), Vector3d::UnitX()) *
                             Eigen::AngleAxisd(random.Uniform(-tilt, tilt), Vector3d::UnitY());
      solved = SolveArm7(simulation, tip_, end, frame);
    }
  }

  ArmInsertOptions options_;
};

}  // namespace

void ArmInsertOptions::Describe(OptionTable& table) {
  arm.Describe(table);
  table.Add("align_weight", &align_weight, {0, 100},
            "weight of the end's distance from the hole's axis");
  table.Add("precision_weight", &precision_weight, {0, 100},
            "weight of the bonus close to the bottom");
  table.Add("precision_width", &precision_width, {1e-3, 1}, "width of that bonus", "m");
  table.Add("upright_weight", &upright_weight, {0, 10}, "weight of the peg's tilt");
  table.Add("effort_weight", &effort_weight, {0, 10}, "weight of the squared action");
  table.Add("start_inside", &start_inside, {0, 1},
            "share of the training episodes that start with the peg in the hole; evaluation never "
            "does");
  table.Add("start_above", &start_above, {0, 1},
            "share of the training episodes that start right above the hole");
}

std::unique_ptr<sim::TaskBuilder> MakeArmInsert() {
  return sim::MakeTaskBuilder(ArmInsertOptions{}, [](const ArmInsertOptions& options) {
    return std::make_shared<ArmInsert>(options);
  });
}

}  // namespace sinew::tasks
