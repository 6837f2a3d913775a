#include "tasks/arm_grip.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "tasks/interval.h"

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
constexpr double kPoseTolerance = 1e-3;  // of inverse kinematics [m], [rad]

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
    if (!options.sparse())
      spec_.reward_terms.push_back({"upright", "-w (1 - cos of the hand's tilt)"});
    spec_.success = GripSuccess();
    const mjModel* model = prototype().model();
    spec_.control_dt = spec_.substeps * model->opt.timestep;
    spec_.action = ActionFromModel(model);
    for (int i = 0; i < kJoints; ++i) {
      sim::ActionElement& element = spec_.action[i];
      for (double* limit :
           {&element.ctrl_low, &element.ctrl_high, &element.torque_low, &element.torque_high}) {
        *limit *= options.torque_scale;
      }
    }
    spec_.observation = ObservationElements();
    for (sim::ObservationElement& element : spec_.observation) {
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
    const bool in_hand = draw < options_.start_in_hand;
    const double yaw = PoseHand(simulation, in_hand ? kInHandZ : kAroundZ, random);
    const Vector3d grip = simulation.SitePosition(grip_);
    Vector3d object = grip;
    if (in_hand) {
      simulation.qpos()[fingers_[0].q] = simulation.qpos()[fingers_[1].q] = kHalfCube;
      PlaceObject(simulation, object, HandFrame(simulation));
    } else {
      object.z() = kHalfCube;
      PlaceObject(simulation, object, Turn(yaw) * Yaw(kAroundYaw, random));
    }
    PlaceTarget(simulation, {object.x(), object.y(), kHalfCube}, random);
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const Matrix3d hand = HandFrame(simulation), object_frame = ObjectFrame(simulation);
    const Vector3d grip = simulation.SitePosition(grip_), object = Object(simulation),
                   target = Target(simulation), in_hand = hand.transpose() * (object - grip);
    // the frame that turns with the first joint
    const Matrix3d shoulder = Turn(-simulation.qpos()[joints_[0].q]);
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
    const GripState state{
        .reach = (Object(simulation) - simulation.SitePosition(grip_)).norm(),
        .carry = GoalDistance(simulation),
        .grasped = Touch(simulation, pads_[0], cube_) && Touch(simulation, pads_[1], cube_)};
    GripReward(options_, state, MeanSquareAction(simulation, spec_.action), terms);
    if (!options_.sparse())
      terms.back() = -options_.upright_weight * (1 - HandFrame(simulation)(2, 2));
  }

  double GoalDistance(const sim::Simulation& simulation) const override {
    return (Target(simulation) - Object(simulation)).norm();
  }

 private:
  struct Joint {
    int q = 0, dof = 0;
    double low = 0, high = 0;
  };

  static sim::Simulation Load() {
    auto simulation = sim::LoadAsset(kAsset);
    simulation.EnableGravityCompensation(simulation.Id(mjOBJ_BODY, "base"));
    return simulation;
  }

  static Matrix3d Turn(double yaw) {
    const double c = std::cos(yaw), s = std::sin(yaw);
    Matrix3d turn;
    turn << c, -s, 0, s, c, 0, 0, 0, 1;
    return turn;
  }
  static Matrix3d Yaw(double spread, Random& random) {
    return Turn(random.Uniform(-spread, spread) * kDegree);
  }

  std::vector<sim::ObservationElement> ObservationElements() const {
    std::vector<sim::ObservationElement> elements;
    for (int i = 0; i < kJoints; ++i) elements.push_back({"angle_" + spec_.action[i].joint, "rad"});
    for (int i = 0; i < kJoints; ++i)
      elements.push_back({"velocity_" + spec_.action[i].joint, "rad/s", 5});
    elements.push_back({"position_fingers", "m", 0.04});
    elements.push_back({"velocity_fingers", "m/s", 0.3});
    const auto add_point = [&](const std::string& name, const std::string& unit, double magnitude) {
      for (const char* axis : {"_radial", "_tangential", "_up"})
        elements.push_back({name + axis, unit, magnitude});
    };
    add_point("grip", "m", 0.5);
    add_point("approach", "1", 1);
    add_point("closing", "1", 1);
    add_point("object", "m", 0.5);
    add_point("velocity_object", "m/s", 1);
    for (const char* axis : {"x", "y", "z"})
      elements.push_back({std::string("object_in_hand_") + axis, "m", 0.1});
    elements.push_back({"sin_4_turn", "1"});
    elements.push_back({"cos_4_turn", "1"});
    elements.push_back({"proximity_left", "1"});
    elements.push_back({"proximity_right", "1"});
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
    home_ = simulation.Id(mjOBJ_KEY, "home");
  }

  Joint FindJoint(const std::string& name) const {
    const mjModel* model = prototype().model();
    const int id = prototype().Id(mjOBJ_JOINT, name);
    return {model->jnt_qposadr[id], model->jnt_dofadr[id], model->jnt_range[2 * id],
            model->jnt_range[2 * id + 1]};
  }

  Matrix3d HandFrame(const sim::Simulation& simulation) const {
    return Eigen::Map<const RowMatrix3d>(simulation.data()->site_xmat + 9 * grip_);
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

  void PlaceTarget(sim::Simulation& simulation, const Vector3d& object, Random& random) const {
    Vector3d target = object + Vector3d(0, 0, kLift);
    if (!lift_) {
      target = {kObjectX.Draw(random), kObjectY.Draw(random), kTargetAirZ.Draw(random)};
      if (random.Uniform() < 0.5) target.z() = kHalfCube;
    }
    std::copy_n(target.data(), 3, simulation.data()->mocap_pos + 3 * target_);
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
      const Matrix3d frame = Turn(yaw) *
                             Eigen::AngleAxisd(random.Uniform(-tilt, tilt), Vector3d::UnitX()) *
                             Eigen::AngleAxisd(random.Uniform(-tilt, tilt), Vector3d::UnitY());
      for (const Joint& finger : fingers_) simulation.qpos()[finger.q] = kOpen;
      if (SolveArm(simulation, grip, frame)) return yaw;
    }
  }

  // Inverse kinematics by damped least squares from the home pose; false if it does not get there.
  bool SolveArm(sim::Simulation& simulation, const Vector3d& grip, const Matrix3d& frame) const {
    constexpr int kIterations = 50;
    constexpr double kDamping = 1e-3;
    const mjModel* model = simulation.model();
    mjData* data = simulation.data();
    const double* home = model->key_qpos + home_ * model->nq;
    for (const Joint& joint : joints_) simulation.qpos()[joint.q] = home[joint.q];
    simulation.qpos()[joints_[0].q] = std::atan2(grip.y(), grip.x());
    Eigen::Matrix<double, 6, Eigen::Dynamic, Eigen::RowMajor> jacobian(6, model->nv);
    for (int iteration = 0; iteration < kIterations; ++iteration) {
      mj_kinematics(model, data);
      mj_comPos(model, data);
      const Eigen::AngleAxisd turn(frame * HandFrame(simulation).transpose());
      Eigen::Vector<double, 6> error;
      error << grip - simulation.SitePosition(grip_), turn.angle() * turn.axis();
      if (error.norm() < kPoseTolerance) return WithinLimits(simulation);
      mj_jacSite(model, data, jacobian.data(), jacobian.data() + 3 * model->nv, grip_);
      const auto arm = jacobian.leftCols<kJoints>();
      const Eigen::Matrix<double, 6, 6> gram =
          arm * arm.transpose() + kDamping * Eigen::Matrix<double, 6, 6>::Identity();
      simulation.qpos().head<kJoints>() += arm.transpose() * gram.ldlt().solve(error);
    }
    return false;
  }

  bool WithinLimits(const sim::Simulation& simulation) const {
    return std::ranges::all_of(joints_, [&](const Joint& joint) {
      const double q = simulation.qpos()[joint.q];
      return q >= joint.low && q <= joint.high;
    });
  }

  bool lift_;
  ArmGripOptions options_;
  std::vector<Joint> joints_, fingers_;
  Joint object_joint_;
  std::vector<int> pads_;
  int grip_ = 0, object_ = 0, cube_ = 0, target_ = 0, home_ = 0;
};

class Builder : public TaskBuilder {
 public:
  explicit Builder(bool lift) : lift_(lift) {}
  void Describe(OptionTable& table) override { options_.Describe(table); }
  std::shared_ptr<const sim::Task> Build() const override {
    return std::make_shared<ArmGrip>(lift_, options_);
  }

 private:
  bool lift_;
  ArmGripOptions options_;
};

}  // namespace

void ArmGripOptions::Describe(OptionTable& table) {
  GripOptions::Describe(table);
  table.Add("torque_scale", &torque_scale, {0.05, 1},
            "share of each arm joint's torque limit that an action of 1 commands");
  table.Add("upright_weight", &upright_weight, {0, 10}, "weight of the hand's tilt");
}

std::unique_ptr<TaskBuilder> MakeArmGrip(bool lift) { return std::make_unique<Builder>(lift); }

}  // namespace sinew::tasks
