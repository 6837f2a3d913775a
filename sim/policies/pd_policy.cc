#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "sim/engine/engine.h"
#include "sim/scripted_policies.h"

namespace sinew::sim {
namespace {

constexpr double kFullTorqueError = 0.5;  // [rad], on slides without a range [m]
constexpr double kRangeShare = 0.25;      // of a slide's range
constexpr double kApproach = 0.2;         // in which a velocity servo would be there [s]

struct JointControl {
  int q = 0, dof = 0;
  double target = 0, kp = 0, kd = 0;
  double low = -1, high = 1;  // command at action -1 and 1
  spec::ActionKind kind = spec::ActionKind::kTorque;
  bool increment = false;
};

class PdPolicy : public SimulationPolicy {
 public:
  explicit PdPolicy(const Task& task) {
    Simulation simulation = task.MakeSimulation();
    Random random(0, "pd");
    task.Reset(simulation, random);
    simulation.Forward();
    const mjModel* model = simulation.model();
    std::vector<mjtNum> inertia(static_cast<size_t>(model->nv) * model->nv);
    engine::FullMassMatrix(model, simulation.data(), inertia.data());
    for (const spec::ActionElement& element : task.spec().action) {
      const int joint = mj_name2id(model, mjOBJ_JOINT, element.joint.c_str());
      if (joint < 0) {
        throw UserError("pd: actuator '" + element.joint + "' does not drive a joint of its own");
      }
      JointControl control;
      control.q = model->jnt_qposadr[joint];
      control.dof = model->jnt_dofadr[joint];
      control.target = simulation.qpos()[control.q];
      control.low = element.low();
      control.high = element.high();
      control.kind = element.kind;
      control.increment = element.increment;
      const double limit = std::max(std::abs(control.low), std::abs(control.high));
      double error = kFullTorqueError;
      if (model->jnt_type[joint] == mjJNT_SLIDE && model->jnt_limited[joint]) {
        error = kRangeShare * (model->jnt_range[2 * joint + 1] - model->jnt_range[2 * joint]);
      }
      control.kp = limit / error;
      const double felt = inertia[static_cast<size_t>(control.dof) * (model->nv + 1)];
      control.kd = 2 * std::sqrt(control.kp * felt);
      joints_.push_back(control);
    }
    actions_.resize(joints_.size());
  }

  std::string name() const override { return "pd"; }

  void See(const Simulation& simulation) override {
    for (size_t i = 0; i < joints_.size(); ++i) {
      const JointControl& joint = joints_[i];
      const double command = Command(joint, simulation);
      const double middle = (joint.low + joint.high) / 2, half = (joint.high - joint.low) / 2;
      actions_[i] = static_cast<float>(std::clamp((command - middle) / half, -1.0, 1.0));
    }
  }

  void Act(std::span<const float>, std::span<float> action) override {
    std::ranges::copy(actions_, action.begin());
  }

 private:
  // a servo is given the pose itself, or a speed towards it
  static double Command(const JointControl& joint, const Simulation& simulation) {
    const double error = joint.target - simulation.qpos()[joint.q];
    if (joint.kind == spec::ActionKind::kPosition) return joint.increment ? error : joint.target;
    if (joint.kind == spec::ActionKind::kVelocity) return error / kApproach;
    return joint.kp * error - joint.kd * simulation.qvel()[joint.dof];
  }

  std::vector<JointControl> joints_;
  std::vector<float> actions_;  // for what was last seen
};

}  // namespace

std::unique_ptr<spec::Policy> MakePdPolicy(const Task& task) {
  return std::make_unique<PdPolicy>(task);
}

}  // namespace sinew::sim
