#include "tasks/planar/planar_gripper.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "tasks/parts/interval.h"

namespace sinew::tasks {
namespace {

using Eigen::Vector2d;

constexpr double kDegree = std::numbers::pi / 180;
constexpr int kHinges = 4;
constexpr const char* kHingeNames[kHinges] = {"shoulder", "elbow", "wrist", "hand"};
constexpr const char* kBaseNames[2] = {"base_x", "base_z"};

// hand and ball [m], as in the MJCF
constexpr double kBallRadius = 0.025, kPadRadius = 0.008;
constexpr double kPadStart = 0.03, kPadEnd = 0.095, kPadOffset = 0.016, kGripPoint = 0.085;
constexpr double kOpen = 0.04;                                         // finger joint
constexpr double kAroundBall = kBallRadius + kPadRadius - kPadOffset;  // finger joint
constexpr double kProximity = 0.01;                                    // [m]

// start states and targets [m], [m/s]; `reach_x` is where objects and targets lie
constexpr Interval kReachX{0.15, 0.45}, kMovingReachX{0, 0.6}, kThrowX{0.1, 0.45};
constexpr Interval kTargetZ{0.08, 0.4}, kStartZ{0.25, 0.45}, kInHandZ{0.06, 0.4},
    kAroundZ{0.027, 0.05};
constexpr Interval kThrowZ{0.03, 0.1}, kThrowVx{-0.6, 0.6}, kThrowVz{0, 1.5};
constexpr double kBaseStart = 0.05;  // the base starts within this of its zero [m]
constexpr double kPitchStart = 30;   // hand within this of straight down [degrees]
constexpr double kPitchAround = 4;   // the same where the fingertips are close to the floor
constexpr double kWristStart = 45;   // hand against wrist link [degrees]
const Vector2d kFixedTarget(0.3, 0.3);

const char* AssetOf(const PlanarGripperVariant& variant) {
  return variant.moving_base ? "gripper/moving_gripper.xml" : "gripper/gripper.xml";
}

std::string SummaryOf(const PlanarGripperVariant& variant) {
  const std::string target = variant.random_target ? "a random" : "a fixed";
  if (variant.moving_base) return "planar gripper on a moving base: ball to " + target + " place";
  if (variant.thrown)
    return "planar gripper: catch a thrown ball, carry it to " + target + " place";
  return "planar gripper: grasp a ball, carry it to " + target + " place";
}

class PlanarGripper : public sim::Task {
 public:
  PlanarGripper(std::string name, const PlanarGripperVariant& variant, const GripOptions& options)
      : Task(sim::LoadAsset(AssetOf(variant))), variant_(variant), options_(options) {
    spec_.name = std::move(name);
    spec_.summary = SummaryOf(variant);
    spec_.asset = AssetOf(variant);
    spec_.substeps = 10;
    spec_.time_limit = 150;
    spec_.reward_terms = GripRewardTerms(options);
    spec_.success = GripSuccess();
    spec_.control_dt = spec_.substeps * prototype().model()->opt.timestep;
    spec_.action = ActionFromModel(prototype().model());
    spec_.observation = ObservationElements();
    for (spec::ObservationElement& element : spec_.observation) {
      const bool target = element.name == "target_x" || element.name == "target_z";
      if (target && !variant.random_target)
        element.constant_reason = "the one target has one place";
    }
    FindParts();
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    PlaceTarget(simulation, random);
    PoseHand(simulation, kStartZ, random);
    SetFingers(simulation, kOpen);
    if (variant_.thrown) {
      PlaceObject(simulation, {kThrowX.Draw(random), kThrowZ.Draw(random)});
      simulation.qvel()[object_x_.dof] = kThrowVx.Draw(random);
      simulation.qvel()[object_z_.dof] = kThrowVz.Draw(random);
    } else {
      PlaceObject(simulation, {ReachX().Draw(random), kBallRadius});
    }
  }

  void ResetForTraining(sim::Simulation& simulation, Random& random) const override {
    const double draw = random.Uniform();
    if (draw >= options_.start_in_hand + options_.start_around) return Reset(simulation, random);
    const bool in_hand = draw < options_.start_in_hand;
    PlaceTarget(simulation, random);
    if (in_hand) {
      StartInHand(simulation, kInHandZ, random);
    } else {
      const Vector2d grip = PoseHand(simulation, kAroundZ, random);
      SetFingers(simulation, kOpen);
      PlaceObject(simulation, {grip.x(), kBallRadius});
    }
  }

  bool ResetAtGoal(sim::Simulation& simulation, Random& random) const override {
    if (!variant_.random_target) return false;
    SetTarget(simulation, StartInHand(simulation, kTargetZ, random));
    return true;
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const auto qpos = simulation.qpos();
    const auto qvel = simulation.qvel();
    double* out = observation.data();
    const auto append = [&out](auto... values) { ((*out++ = values), ...); };
    for (const Joint& joint : base_) append(qpos[joint.q], qvel[joint.dof]);
    for (const Joint& joint : hinges_) append(std::sin(qpos[joint.q]), std::cos(qpos[joint.q]));
    for (const Joint& joint : hinges_) append(qvel[joint.dof]);
    const double finger = qpos[fingers_[0].q];
    append(finger, qvel[fingers_[0].dof]);
    const Vector2d grip = Plane(simulation.SitePosition(grip_)), object = Object(simulation);
    const double* frame = simulation.data()->site_xmat + 9 * grip_;
    const Vector2d along(frame[0], frame[6]), across(frame[2], frame[8]);
    append(grip.x(), grip.y(), along.y(), along.x());
    append(object.x(), object.y(), qvel[object_x_.dof], qvel[object_z_.dof]);
    const Vector2d in_hand((object - grip).dot(along), (object - grip).dot(across));
    append(in_hand.x(), in_hand.y());
    for (const double side : {1.0, -1.0}) append(Proximity(in_hand, side * (kPadOffset + finger)));
    const Vector2d target = Target(simulation), way = target - object;
    append(target.x(), target.y(), way.x(), way.y());
  }

  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    const GripState state{
        .reach = (Object(simulation) - Plane(simulation.SitePosition(grip_))).norm(),
        .carry = GoalDistance(simulation),
        .grasp =
            Touch(simulation, pads_[0], ball_) && Touch(simulation, pads_[1], ball_) ? 1.0 : 0.0};
    GripReward(options_, state, MeanSquareAction(simulation, spec_.action), terms);
  }

  double GoalDistance(const sim::Simulation& simulation) const override {
    return (Target(simulation) - Object(simulation)).norm();
  }

 private:
  struct Joint {
    int q = 0, dof = 0;
    double low = 0, high = 0;
  };

  static Vector2d Plane(const Eigen::Vector3d& p) { return {p.x(), p.z()}; }
  static Vector2d Direction(double pitch) { return {std::cos(pitch), std::sin(pitch)}; }
  Interval ReachX() const { return variant_.moving_base ? kMovingReachX : kReachX; }

  std::vector<spec::ObservationElement> ObservationElements() const {
    std::vector<spec::ObservationElement> elements;
    if (variant_.moving_base) {
      for (const std::string name : kBaseNames) {
        elements.push_back({"position_" + name, "m", 0.3});
        elements.push_back({"velocity_" + name, "m/s"});
      }
    }
    for (const std::string name : kHingeNames) {
      elements.push_back({"sin_" + name, "1"});
      elements.push_back({"cos_" + name, "1"});
    }
    for (const std::string name : kHingeNames) elements.push_back({"velocity_" + name, "rad/s", 5});
    for (const spec::ObservationElement& element :
         std::vector<spec::ObservationElement>{{"position_fingers", "m", 0.04, "joint"},
                                               {"velocity_fingers", "m/s", 0.3, "joint"},
                                               {"grip_x", "m", 0.3, "world"},
                                               {"grip_z", "m", 0.3, "world"},
                                               {"sin_pitch", "1", 1, "world"},
                                               {"cos_pitch", "1", 1, "world"},
                                               {"object_x", "m", 0.3, "world"},
                                               {"object_z", "m", 0.3, "world"},
                                               {"velocity_object_x", "m/s", 1, "world"},
                                               {"velocity_object_z", "m/s", 1, "world"},
                                               {"object_along_hand", "m", 0.1, "hand"},
                                               {"object_across_hand", "m", 0.1, "hand"},
                                               {"proximity_left", "1", 1, "hand"},
                                               {"proximity_right", "1", 1, "hand"},
                                               {"target_x", "m", 0.3, "world"},
                                               {"target_z", "m", 0.3, "world"},
                                               {"error_x", "m", 0.2, "world"},
                                               {"error_z", "m", 0.2, "world"}}) {
      elements.push_back(element);
    }
    return elements;
  }

  void FindParts() {
    const sim::Simulation& simulation = prototype();
    if (variant_.moving_base) {
      for (const char* name : kBaseNames) base_.push_back(FindJoint(name));
    }
    for (const char* name : kHingeNames) hinges_.push_back(FindJoint(name));
    fingers_ = {FindJoint("finger_left"), FindJoint("finger_right")};
    object_x_ = FindJoint("object_x");
    object_z_ = FindJoint("object_z");
    grip_ = simulation.Id(mjOBJ_SITE, "grip");
    object_ = simulation.Id(mjOBJ_BODY, "object");
    // the prototype stands at qpos0, where the base is at its zero
    shoulder_ = Plane(simulation.BodyPosition(simulation.Id(mjOBJ_BODY, "upper_arm")));
    ball_ = simulation.Id(mjOBJ_GEOM, "object");
    pads_ = {simulation.Id(mjOBJ_GEOM, "pad_left"), simulation.Id(mjOBJ_GEOM, "pad_right")};
    target_ = simulation.model()->body_mocapid[simulation.Id(mjOBJ_BODY, "target")];
    for (const char* name : {"forearm", "wrist", "hand"}) {
      links_.push_back(simulation.model()->body_pos[3 * simulation.Id(mjOBJ_BODY, name)]);
    }
  }

  Joint FindJoint(const char* name) const {
    const mjModel* model = prototype().model();
    const int id = prototype().Id(mjOBJ_JOINT, name);
    return {model->jnt_qposadr[id], model->jnt_dofadr[id], model->jnt_range[2 * id],
            model->jnt_range[2 * id + 1]};
  }

  Vector2d Object(const sim::Simulation& simulation) const {
    return Plane(simulation.BodyPosition(object_));
  }
  Vector2d Target(const sim::Simulation& simulation) const {
    const double* p = simulation.data()->mocap_pos + 3 * target_;
    return {p[0], p[2]};
  }

  // 1 where the ball touches the pad that lies `offset` to the hand's side
  static double Proximity(const Vector2d& in_hand, double offset) {
    const double along = in_hand.x() + kGripPoint;
    const double beyond = along - std::clamp(along, kPadStart, kPadEnd);
    const double gap = std::hypot(beyond, in_hand.y() - offset) - kPadRadius - kBallRadius;
    return std::exp(-std::max(0.0, gap) / kProximity);
  }

  void PlaceTarget(sim::Simulation& simulation, Random& random) const {
    SetTarget(simulation, variant_.random_target
                              ? Vector2d(ReachX().Draw(random), kTargetZ.Draw(random))
                              : kFixedTarget);
  }

  void SetTarget(sim::Simulation& simulation, const Vector2d& target) const {
    double* p = simulation.data()->mocap_pos + 3 * target_;
    p[0] = target.x();
    p[2] = target.y();
  }

  // the ball between the fingers; returns where
  Vector2d StartInHand(sim::Simulation& simulation, const Interval& height, Random& random) const {
    const Vector2d grip = PoseHand(simulation, height, random);
    SetFingers(simulation, kAroundBall);
    PlaceObject(simulation, grip);
    return grip;
  }

  void PlaceObject(sim::Simulation& simulation, const Vector2d& position) const {
    simulation.qpos()[object_x_.q] = position.x();
    simulation.qpos()[object_z_.q] = position.y();
  }

  void SetFingers(sim::Simulation& simulation, double position) const {
    for (const Joint& finger : fingers_) simulation.qpos()[finger.q] = position;
  }

  // Puts the grip point somewhere in ReachX() x `height`, the hand pointing down more or less, and
  // returns it: a draw that the joints' ranges or the links' lengths do not permit is drawn again.
  Vector2d PoseHand(sim::Simulation& simulation, const Interval& height, Random& random) const {
    while (true) {
      Vector2d shoulder = shoulder_;
      for (size_t i = 0; i < base_.size(); ++i) {
        const double position = random.Uniform(-kBaseStart, kBaseStart);
        simulation.qpos()[base_[i].q] = position;
        shoulder[static_cast<int>(i)] += position;
      }
      const Vector2d grip(ReachX().Draw(random), height.Draw(random));
      const double lean = height.low < kBallRadius + kPadRadius ? kPitchAround : kPitchStart;
      const double pitch = (-90 + random.Uniform(-lean, lean)) * kDegree;
      const double hand = random.Uniform(-kWristStart, kWristStart) * kDegree;
      if (SolveArm(simulation, grip - shoulder, pitch, hand)) return grip;
    }
  }

  // Hinge angles that bring the grip point to `grip` from the shoulder, elbow up: the two long
  // links reach the wrist's end of the rest by the law of cosines. False if there are none.
  bool SolveArm(sim::Simulation& simulation, const Vector2d& grip, double pitch,
                double hand) const {
    const double upper = links_[0], lower = links_[1];
    const Vector2d wrist =
        grip - kGripPoint * Direction(pitch) - links_[2] * Direction(pitch - hand);
    const double distance = wrist.norm();
    if (distance >= upper + lower || distance <= std::abs(upper - lower)) return false;
    const double square = distance * distance;
    const double elbow = -std::acos((square - upper * upper - lower * lower) / (2 * upper * lower));
    const double shoulder =
        std::atan2(wrist.y(), wrist.x()) +
        std::acos((square + upper * upper - lower * lower) / (2 * upper * distance));
    const double angles[kHinges] = {shoulder, elbow, pitch - hand - shoulder - elbow, hand};
    for (int i = 0; i < kHinges; ++i) {
      if (angles[i] < hinges_[i].low || angles[i] > hinges_[i].high) return false;
      simulation.qpos()[hinges_[i].q] = angles[i];
    }
    return true;
  }

  PlanarGripperVariant variant_;
  GripOptions options_;
  std::vector<Joint> base_, hinges_, fingers_;
  Joint object_x_, object_z_;
  std::vector<double> links_;  // upper arm, forearm, wrist [m]
  std::vector<int> pads_;
  Vector2d shoulder_;  // with the base at its zero [m]
  int grip_ = 0, object_ = 0, ball_ = 0, target_ = 0;
};

}  // namespace

std::unique_ptr<sim::TaskBuilder> MakePlanarGripper(const std::string& name,
                                                    const PlanarGripperVariant& variant) {
  return sim::MakeTaskBuilder(GripOptions{}, [name, variant](const GripOptions& options) {
    return std::make_shared<PlanarGripper>(name, variant, options);
  });
}

}  // namespace sinew::tasks
