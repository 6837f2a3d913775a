#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sinew::spec {

/// What the number is that an action element commands.
///   kTorque, kForce        at a rotation [N·m], along a translation [N]
///   kPosition, kVelocity   the target of a servo [rad or m], [rad/s or m/s]
///   kControl               the number of an actuator of which no more can be said: only in a bare
///                          model, which nothing is trained on
enum class ActionKind { kTorque, kForce, kPosition, kVelocity, kControl };

/// "torque", "force", "position", "velocity", "control".
const char* ToText(ActionKind kind);
/// The kind of a text; nothing for any other text.
std::optional<ActionKind> ActionKindOf(std::string_view text);

/// Who makes the torque of a servo's target: nobody, since the command is a torque; the actuator's
/// own drive, as the model has it; or a law that the controller runs.
enum class ServoLaw { kNone, kModel, kController };

/// "none", "model", "controller".
const char* ToText(ServoLaw law);
std::optional<ServoLaw> ServoLawOf(std::string_view text);

/// One degree of freedom that an action element drives. What the element gives there is `arm` times
/// its torque, within the limits.
struct DrivenJoint {
  std::string joint;
  int component = 0;    // of a ball's or free joint's velocity; 0 for hinges and slides
  bool linear = false;  // [N], not [N·m]
  double arm = 1;
  double torque_low = 0, torque_high = 0;
  bool operator==(const DrivenJoint&) const = default;
};

/// One actuator. The action from -1 to 1 maps linearly to [low(), high()], the command in unit(),
/// and so to MuJoCo's control from ctrl_low to ctrl_high, which fall where a gear is negative.
///
/// What comes of it, the torque, is the command itself for torques and forces. A servo gives
///
///     torque = clip(kp (target - position) - kd velocity, torque_low, torque_high)   kPosition
///     torque = clip(kd (target - velocity), torque_low, torque_high)                 kVelocity
///
/// where position and velocity are the sum of arm times those of the joints.
struct ActionElement {
  std::string joint;                        // its name, or that of the tendon
  double ctrl_low = -1, ctrl_high = 1;      // MuJoCo's control for the action -1 and 1
  double torque_low = -1, torque_high = 1;  // of what comes of it, at the joint [torque_unit()]
  std::string actuator{};                   // empty: of a contract that does not say more
  std::string label{};                      // where several actuators share a joint
  ActionKind kind = ActionKind::kTorque;
  bool linear = false;  // a slide, or a tendon whose arms are lengths
  bool tendon = false;
  double target_low = 0, target_high = 0;  // of a servo's target
  double kp = 0, kd = 0;                   // [torque_unit() per rad or m, and per rad/s or m/s]
  ServoLaw law = ServoLaw::kNone;
  bool increment = false;  // the target is the command beyond the position at the control step
  std::vector<DrivenJoint> joints{};
  bool operator==(const ActionElement&) const = default;

  /// Unique within a task: the joint's name, or one of joint and actuator.
  const std::string& name() const { return label.empty() ? joint : label; }
  bool is_servo() const { return kind == ActionKind::kPosition || kind == ActionKind::kVelocity; }
  /// Of the command: "N·m", "N", "rad", "m", "rad/s" or "m/s"; "1" of a control.
  const char* unit() const;
  /// Of what comes of it: "N·m" or "N"; "1" of a control.
  const char* torque_unit() const;
  /// Limits of the command [unit()]: what the actions -1 and 1 ask for.
  double low() const { return is_servo() ? target_low : torque_low; }
  double high() const { return is_servo() ? target_high : torque_high; }
  /// The command of an action in [-1, 1], and of one of MuJoCo's controls.
  double CommandOfAction(double action) const {
    return low() + 0.5 * (action + 1) * (high() - low());
  }
  double CommandOfControl(double ctrl) const;
  /// MuJoCo's control that gives a torque, for a law that is the controller's.
  double ControlOfTorque(double torque) const;
  /// Leaves an action a share of its range: of torques and forces about zero, as far as the
  /// actuator can give that, of targets about their middle, so that they stay within the model's
  /// range.
  /// @throws UserError if an actuator that cannot give zero is left no range.
  void ScaleRange(double share);
  /// The torque that comes of a command at a position and a velocity.
  double Torque(double command, double position, double velocity) const;
};

/// What all of the commands are: "torque" where they are torques and forces, "target" where they
/// are targets, "command" where there are both.
const char* CommandWord(std::span<const ActionElement> action);

/// The unit of all of the commands, or "units of the table" where they differ.
std::string CommandUnit(std::span<const ActionElement> action);

/// "yaw: torque, -2 to 2 N·m" or "yaw: position, -2.5 to 2.5 rad, which gives -6 to 6 N·m: ...".
std::string Describe(const ActionElement& element);

}  // namespace sinew::spec
