#include "tasks/arm/arm_grip.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "tasks/arm/arm7.h"
#include "tasks/arm/arm7_goals.h"
#include "tasks/arm/arm7_kinematics.h"
#include "tasks/parts/interval.h"

namespace sinew::tasks {
namespace {

using Eigen::Matrix3d, Eigen::Vector3d;
using RowMatrix3d = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;

constexpr const char* kAsset = "arm7/arm7_hand.xml";
constexpr int kJoints = 7;
constexpr double kDegree = std::numbers::pi / 180;

// as in the MJCF [m]
constexpr double kHalfCube = 0.02, kOpen = 0.04, kPadAbove = 0.02, kPadBelow = 0.016;
constexpr double kProximity = 0.01;

// start states and targets [m], [degrees]
constexpr Interval kObjectX{0.4, 0.58}, kObjectY{-0.2, 0.2}, kTargetAirZ{0.06, 0.35};
constexpr Interval kHandZ{0.18, 0.32}, kInHandZ{0.022, 0.35}, kAroundZ{0.022, 0.06};
constexpr double kHandYaw = 30, kHandTilt = 8, kCubeYaw = 45, kAroundYaw = 15;
constexpr double kLift = 0.2;

// places in the observation
constexpr int kGrip = 2 * kJoints + 2, kApproach = kGrip + 3, kObject = kApproach + 6,
              kProximities = kObject + 11, kTarget = kProximities + 2, kError = kTarget + 3;

/// @param upright  cosine of the hand's tilt.
void RewardTerms(const ArmGripOptions& options, const GripState& state, double upright,
                 double mean_square_action, std::span<double> terms) {
  GripReward(options, state, mean_square_action, terms);
  if (!options.sparse()) terms.back() = -options.upright_weight * (1 - upright);
}

class Goals : public Arm7Goals {
 public:
  explicit Goals(const ArmGripOptions& options)
      : Arm7Goals(kObject, kTarget, kError), options_(options) {}

  // all terms are from behind the step
  double Reward(std::span<const float>, std::span<const float> action,
                std::span<const float> next_observation) const override {
    const auto& o = next_observation;
    double reach = 0, effort = 0;
    for (int i = 0; i < 3; ++i) reach += std::pow(o[kObject + i] - o[kGrip + i], 2);
    for (const double a : action) effort += std::pow(std::clamp(a, -1.0, 1.0), 2);
    const GripState state{.reach = std::sqrt(reach),
                          .carry = Distance(o),
                          .grasp = o[kProximities] * o[kProximities + 1]};
    std::array<double, 6> terms{};
    RewardTerms(options_, state, -o[kApproach + 2], effort / static_cast<double>(action.size()),
                terms);
    return std::accumulate(terms.begin(), terms.end(), 0.0);
  }

 private:
  ArmGripOptions options_;
};

class ArmGrip : public sim::Task {
 public:
  ArmGrip(bool lift, const ArmGripOptions& options) : Task(Load()), lift_(lift), options_(options) {
    spec_.name = lift ? "arm-lift" : "arm-pick-place";
    spec_.summary = lift ? "7-joint arm with a parallel hand: lift a cube by 20 cm"
                         : "7-joint arm with a parallel hand: take a cube to a random place";
    spec_.asset = kAsset;
    spec_.substeps = 10;
    spec_.time_limit = 150;
    spec_.gravity_compensation = true;
    spec_.reward_terms = GripRewardTerms(options);
    if (!options.sparse()) {
      spec_.reward_terms[1].help = "w proximity of the left pad * that of the right";
      spec_.reward_terms.push_back({"upright", "-w (1 - cos of the hand's tilt)"});
    }
    spec_.success = GripSuccess();
    const mjModel* model = prototype().model();
    spec_.control_dt = spec_.substeps * model->opt.timestep;
    spec_.action = ActionFromModel(model);
    for (int i = 0; i < kJoints; ++i) spec_.action[i].ScaleRange(options.torque_scale);
    spec_.observation = ObservationElements();
    for (spec::ObservationElement& element : spec_.observation) {
      if (element.name == "target_up" && lift)
        element.constant_reason = "every cube is to be lifted as high";
    }
    FindParts();
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    const Vector3d object(kObjectX.Draw(random), kObjectY.Draw(random), kHalfCube);
    PlaceObject(simulation, object, Yaw(kCubeYaw, random));
    PoseHand(simulation, kHandZ, random);
    PlaceTarget(simulation, object, random);
  }

  void ResetForTraining(sim::Simulation& simulation, Random& random) const override {
    const double draw = random.Uniform();
    if (draw >= options_.start_in_hand + options_.start_around) return Reset(simulation, random);
    Vector3d object;
    if (draw < options_.start_in_hand) {
      object = StartInHand(simulation, random);
    } else {
      const double yaw = PoseHand(simulation, kAroundZ, random);
      object = simulation.SitePosition(grip_);
      object.z() = kHalfCube;
      PlaceObject(simulation, object, TurnAboutZ(yaw) * Yaw(kAroundYaw, random));
    }
    PlaceTarget(simulation, {object.x(), object.y(), kHalfCube}, random);
  }

  // not of arm-lift, whose target is always as high over where the cube began
  bool ResetAtGoal(sim::Simulation& simulation, Random& random) const override {
    if (lift_) return false;
    SetTarget(simulation, StartInHand(simulation, random));
    return true;
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const Matrix3d hand = HandFrame(simulation), object_frame = ObjectFrame(simulation);
    const Vector3d grip = simulation.SitePosition(grip_), object = Object(simulation),
                   target = Target(simulation), in_hand = hand.transpose() * (object - grip);
    // the frame that turns with the first joint
    const Matrix3d shoulder = TurnAboutZ(-simulation.qpos()[joints_[0].q]);
    const Vector3d cube_x = hand.transpose() * object_frame.col(0);
    const double turn = std::atan2(cube_x.y(), cube_x.x());
    const double finger = simulation.qpos()[fingers_[0].q];
    double* out = observation.data();
    const auto append = [&out](double value) { *out++ = value; };
    const auto append_point = [&](const Vector3d& p) { out = std::copy_n(p.data(), 3, out); };
    for (const Joint& joint : joints_) append(simulation.qpos()[joint.q]);
    for (const Joint& joint : joints_) append(simulation.qvel()[joint.dof]);
    append(finger);
    append(simulation.qvel()[fingers_[0].dof]);
    append_point(shoulder * grip);
    append_point(-(shoulder * hand.col(2)));
    append_point(shoulder * hand.col(1));
    append_point(shoulder * object);
    append_point(shoulder * simulation.qvel().segment<3>(object_joint_.dof));
    append_point(in_hand);
    append(std::sin(4 * turn));
    append(std::cos(4 * turn));
    for (const double side : {1.0, -1.0}) append(Proximity(in_hand, side, finger));
    append_point(shoulder * target);
    append_point(shoulder * (target - object));
  }

  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    const GripState state{.reach = (Object(simulation) - simulation.SitePosition(grip_)).norm(),
                          .carry = GoalDistance(simulation),
                          .grasp = Grasp(simulation)};
    RewardTerms(options_, state, HandFrame(simulation)(2, 2),
                MeanSquareAction(simulation, spec_.action), terms);
  }

  std::shared_ptr<const spec::GoalModel> goals() const override {
    return std::make_shared<Goals>(options_);
  }

  double GoalDistance(const sim::Simulation& simulation) const override {
    return (Target(simulation) - Object(simulation)).norm();
  }

 private:
  struct Joint {
    int q = 0, dof = 0;
  };

  static sim::Simulation Load() {
    auto simulation = sim::LoadAsset(kAsset);
    simulation.EnableGravityCompensation(simulation.Id(mjOBJ_BODY, "base"));
    return simulation;
  }

  static Matrix3d Yaw(double spread, Random& random) {
    return TurnAboutZ(random.Uniform(-spread, spread) * kDegree);
  }

  std::vector<spec::ObservationElement> ObservationElements() const {
    std::vector<spec::ObservationElement> elements;
    for (int i = 0; i < kJoints; ++i) elements.push_back({"angle_" + spec_.action[i].joint, "rad"});
    for (int i = 0; i < kJoints; ++i)
      elements.push_back({"velocity_" + spec_.action[i].joint, "rad/s", 5});
    elements.push_back({"position_fingers", "m", 0.04, "joint"});
    elements.push_back({"velocity_fingers", "m/s", 0.3, "joint"});
    const auto add_point = [&](const std::string& name, const std::string& unit, double magnitude) {
      for (const char* axis : {"_radial", "_tangential", "_up"})
        elements.push_back({name + axis, unit, magnitude, kShoulderFrame});
    };
    add_point("grip", "m", 0.5);
    add_point("approach", "1", 1);
    add_point("closing", "1", 1);
    add_point("object", "m", 0.5);
    add_point("velocity_object", "m/s", 1);
    for (const char* axis : {"x", "y", "z"})
      elements.push_back({std::string("object_in_hand_") + axis, "m", 0.1, "hand"});
    for (const char* name : {"sin_4_turn", "cos_4_turn", "proximity_left", "proximity_right"})
      elements.push_back({name, "1", 1, "hand"});
    add_point("target", "m", 0.5);
    add_point("error", "m", 0.2);
    return elements;
  }

  void FindParts() {
    const sim::Simulation& simulation = prototype();
    for (int i = 0; i < kJoints; ++i) joints_.push_back(FindJoint(spec_.action[i].joint));
    fingers_ = {FindJoint("finger_left"), FindJoint("finger_right")};
    object_joint_ = FindJoint("object");
    grip_ = simulation.Id(mjOBJ_SITE, "grip");
    object_ = simulation.Id(mjOBJ_BODY, "object");
    cube_ = simulation.Id(mjOBJ_GEOM, "object");
    pads_ = {simulation.Id(mjOBJ_GEOM, "pad_left"), simulation.Id(mjOBJ_GEOM, "pad_right")};
    target_ = simulation.model()->body_mocapid[simulation.Id(mjOBJ_BODY, "target")];
  }

  Joint FindJoint(const std::string& name) const {
    const mjModel* model = prototype().model();
    const int id = prototype().Id(mjOBJ_JOINT, name);
    return {model->jnt_qposadr[id], model->jnt_dofadr[id]};
  }

  Matrix3d HandFrame(const sim::Simulation& simulation) const {
    return SiteFrame(simulation, grip_);
  }
  Matrix3d ObjectFrame(const sim::Simulation& simulation) const {
    return Eigen::Map<const RowMatrix3d>(simulation.data()->xmat + 9 * object_);
  }
  Vector3d Object(const sim::Simulation& simulation) const {
    return simulation.BodyPosition(object_);
  }
  Eigen::Map<const Vector3d> Target(const sim::Simulation& simulation) const {
    return Eigen::Map<const Vector3d>(simulation.data()->mocap_pos + 3 * target_);
  }

  // 1 where the pad on that side of the hand touches the cube's face
  static double Proximity(const Vector3d& in_hand, double side, double finger) {
    const Vector3d gap(std::abs(in_hand.x()) - kHalfCube, finger - side * in_hand.y() - kHalfCube,
                       std::max(in_hand.z() - kPadAbove, -in_hand.z() - kPadBelow) - kHalfCube);
    return std::exp(-gap.cwiseMax(0).norm() / kProximity);
  }

  double Grasp(const sim::Simulation& simulation) const {
    const Vector3d in_hand =
        HandFrame(simulation).transpose() * (Object(simulation) - simulation.SitePosition(grip_));
    const double finger = simulation.qpos()[fingers_[0].q];
    return Proximity(in_hand, 1, finger) * Proximity(in_hand, -1, finger);
  }

  void PlaceTarget(sim::Simulation& simulation, const Vector3d& object, Random& random) const {
    Vector3d target = object + Vector3d(0, 0, kLift);
    if (!lift_) {
      target = {kObjectX.Draw(random), kObjectY.Draw(random), kTargetAirZ.Draw(random)};
      if (random.Uniform() < 0.5) target.z() = kHalfCube;
    }
    SetTarget(simulation, target);
  }

  void SetTarget(sim::Simulation& simulation, const Vector3d& target) const {
    std::copy_n(target.data(), 3, simulation.data()->mocap_pos + 3 * target_);
  }

  // the cube between the pads; returns where
  Vector3d StartInHand(sim::Simulation& simulation, Random& random) const {
    PoseHand(simulation, kInHandZ, random);
    const Vector3d grip = simulation.SitePosition(grip_);
    simulation.qpos()[fingers_[0].q] = simulation.qpos()[fingers_[1].q] = kHalfCube;
    PlaceObject(simulation, grip, HandFrame(simulation));
    return grip;
  }

  void PlaceObject(sim::Simulation& simulation, const Vector3d& position,
                   const Matrix3d& frame) const {
    const Eigen::Quaterniond turn(frame);
    simulation.qpos().segment<7>(object_joint_.q) << position, turn.w(), turn.x(), turn.y(),
        turn.z();
  }

  // Brings the open hand somewhere above the place of the objects, pointing down but for a few
  // degrees, and returns its yaw.
  double PoseHand(sim::Simulation& simulation, const Interval& height, Random& random) const {
    while (true) {
      const Vector3d grip(kObjectX.Draw(random), kObjectY.Draw(random), height.Draw(random));
      const double yaw = random.Uniform(-kHandYaw, kHandYaw) * kDegree;
      // close to the floor the pads need the hand straight
      const double tilt = height.low < kHandZ.low ? 0 : kHandTilt * kDegree;
      const Matrix3d frame = TurnAboutZ(yaw) *
                             Eigen::AngleAxisd(random.Uniform(-tilt, tilt), Vector3d::UnitX()) *
                             Eigen::AngleAxisd(random.Uniform(-tilt, tilt), Vector3d::UnitY());
      for (const Joint& finger : fingers_) simulation.qpos()[finger.q] = kOpen;
      if (SolveArm7(simulation, grip_, grip, frame)) return yaw;
    }
  }

  bool lift_;
  ArmGripOptions options_;
  std::vector<Joint> joints_, fingers_;
  Joint object_joint_;
  std::vector<int> pads_;
  int grip_ = 0, object_ = 0, cube_ = 0, target_ = 0;
};

}  // namespace

void ArmGripOptions::Describe(OptionTable& table) {
  GripOptions::Describe(table);
  table.Add("torque_scale", &torque_scale, {0.05, 1},
            "share of each arm joint's torque limit that an action of 1 commands");
  table.Add("upright_weight", &upright_weight, {0, 10}, "weight of the hand's tilt");
}

std::unique_ptr<sim::TaskBuilder> MakeArmGrip(bool lift) {
  return sim::MakeTaskBuilder(ArmGripOptions{}, [lift](const ArmGripOptions& options) {
    return std::make_shared<ArmGrip>(lift, options);
  });
}

}  // namespace sinew::tasks
