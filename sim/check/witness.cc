#include "sim/check/witness.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "core/error.h"
#include "core/random.h"
#include "sim/actuation/actuators.h"
#include "sim/engine/engine.h"
#include "sim/load_model.h"
#include "sim/servos.h"

namespace sinew::sim {
namespace {

using spec::ActionElement;

constexpr double kFastest = 5;  // of a joint in a random state [rad/s, m/s]

// an element of an older contract, which names its joint only
ActionElement WithJoints(ActionElement element) {
  if (element.joints.empty()) {
    element.joints.push_back({element.joint, 0, element.linear, 1,
                              std::min(element.torque_low, element.torque_high),
                              std::max(element.torque_low, element.torque_high)});
  }
  return element;
}

int FindActuator(const mjModel* m, const std::string& name, int otherwise) {
  for (int i = 0; i < m->nu && !name.empty(); ++i) {
    if (ActuatorName(m, i) == name) return i;
  }
  return name.empty() && otherwise < m->nu ? otherwise : -1;
}

}  // namespace

class Witness {
 public:
  Witness(const mjModel* m, std::span<const ActionElement> claims, const WitnessOptions& options)
      : model_(mj_copyModel(nullptr, m), mj_deleteModel),
        data_(mj_makeData(m), mj_deleteData),
        options_(options),
        random_(options.seed, "witness"),
        claimed_(m->nv),
        share_(claims.size()),
        command_(claims.size()),
        torque_(claims.size()),
        actuators_(claims.size()) {
    // the stages of RK4 would leave the forces of the last of them
    model_->opt.integrator = mjINT_EULER;
    for (const ActionElement& claim : claims) claims_.push_back(WithJoints(claim));
  }

  WitnessReport Ask() {
    Find();
    for (int k = 0; k < options_.samples && report_.fault.empty(); ++k) {
      DrawState();
      DrawCommands(k);
      Compare();
    }
    for (size_t i = 0; i < claims_.size() && report_.fault.empty(); ++i) TryLimits(i);
    if (report_.compared == 0 && report_.fault.empty())
      report_.fault = "the engine gave no force to compare: every state diverged";
    return report_;
  }

  const WitnessReport& Hold(const Simulation& simulation, std::span<const double> commands) {
    const mjModel* m = model_.get();
    mjData* d = data_.get();
    if (states_.empty()) Find();
    if (simulation.model()->nq != m->nq || simulation.model()->nv != m->nv)
      report_.fault = "the task's model has other joints than its file";
    if (!report_.fault.empty()) return report_;
    mj_resetData(m, d);
    mju_copy(d->qpos, simulation.data()->qpos, m->nq);
    mju_copy(d->qvel, simulation.data()->qvel, m->nv);
    for (size_t i = 0; i < claims_.size(); ++i) Command(i, commands[i]);
    Step();
    return report_;
  }
  const WitnessReport& report() const { return report_; }

 private:
  // the actuators and joints that the claims are about
  void Find() {
    for (size_t i = 0; i < claims_.size(); ++i) {
      actuators_[i] = FindActuator(model_.get(), claims_[i].actuator, static_cast<int>(i));
      if (actuators_[i] < 0) {
        report_.fault = fmt::format("the model has no actuator '{}'", claims_[i].actuator);
        return;
      }
      try {
        states_.emplace_back(claims_[i], model_.get());
      } catch (const Error& error) {
        report_.fault = fmt::format("'{}': {}", claims_[i].name(), error.what());
        return;
      }
    }
  }

  void DrawState() {
    const mjModel* m = model_.get();
    mjData* d = data_.get();
    mj_resetData(m, d);
    for (int j = 0; j < m->njnt; ++j) {
      double* q = d->qpos + m->jnt_qposadr[j];
      const int type = m->jnt_type[j];
      if (type == mjJNT_HINGE || type == mjJNT_SLIDE) {
        const double half = type == mjJNT_SLIDE ? 1 : std::numbers::pi;
        const double low = m->jnt_limited[j] ? m->jnt_range[2 * j] : *q - half;
        const double high = m->jnt_limited[j] ? m->jnt_range[2 * j + 1] : *q + half;
        *q = random_.Uniform(low, high);
        continue;
      }
      double* quat = type == mjJNT_FREE ? q + 3 : q;
      for (int k = 0; k < 4; ++k) quat[k] = random_.Normal();
      mju_normalize4(quat);
    }
    for (int v = 0; v < m->nv; ++v) d->qvel[v] = random_.Uniform(-kFastest, kFastest);
  }

  // both ends of every range, the middle, then anything in between
  void DrawCommands(int sample) {
    constexpr std::array kEdges{0.0, 1.0, 0.5};
    for (double& share : share_) {
      share = sample < static_cast<int>(kEdges.size()) ? kEdges[static_cast<size_t>(sample)]
                                                       : random_.Uniform(0, 1);
    }
  }

  // each servo at twice what its limits allow, to both sides
  void TryLimits(size_t i) {
    const ActionElement& claim = claims_[i];
    if (claim.law != spec::ServoLaw::kModel || claim.joints.size() != 1) return;
    const bool position = claim.kind == spec::ActionKind::kPosition;
    const double gain = position ? claim.kp : claim.kd;
    for (const double limit : {claim.torque_low, claim.torque_high}) {
      if (!std::isfinite(limit) || gain <= 0) continue;
      mj_resetData(model_.get(), data_.get());
      std::ranges::fill(share_, 0.5);
      if (!Place(i, position, 0.5 * (claim.low() + claim.high()) - 2 * limit / gain)) return;
      Compare();
    }
  }

  bool Place(size_t i, bool position, double value) {
    const mjModel* m = model_.get();
    for (int j = 0; j < m->njnt; ++j) {
      const bool scalar = m->jnt_type[j] == mjJNT_HINGE || m->jnt_type[j] == mjJNT_SLIDE;
      if (!scalar || JointName(m, j) != claims_[i].joints[0].joint) continue;
      double* place = position ? data_->qpos + m->jnt_qposadr[j] : data_->qvel + m->jnt_dofadr[j];
      *place = value / claims_[i].joints[0].arm;
      return true;
    }
    return false;
  }

  // each command between the ends of its range
  void Compare() {
    for (size_t i = 0; i < claims_.size(); ++i) {
      const ActionElement& claim = claims_[i];
      if (claim.law == spec::ServoLaw::kController) {
        // such a law commands torques
        command_[i] = claim.low() + share_[i] * (claim.high() - claim.low());
        torque_[i] = claim.torque_low + share_[i] * (claim.torque_high - claim.torque_low);
        data_->ctrl[actuators_[i]] = claim.ControlOfTorque(torque_[i]);
      } else {
        Command(i, claim.low() + share_[i] * (claim.high() - claim.low()));
      }
    }
    Step();
  }

  // what a command claims to give in the state as it is, and the control that asks for it
  void Command(size_t i, double command) {
    const ActionElement& claim = claims_[i];
    const double position = states_[i].Position(data_.get());
    command_[i] = command;
    torque_[i] = claim.Torque(claim.increment ? command + position : command, position,
                              states_[i].Velocity(data_.get()));
    const bool controller = claim.law == spec::ServoLaw::kController;
    data_->ctrl[actuators_[i]] =
        controller ? claim.ControlOfTorque(torque_[i]) : ControlOf(claim, command);
  }

  static double ControlOf(const ActionElement& claim, double command) {
    const double range = claim.high() - claim.low();
    const double share = range == 0 ? 0 : (command - claim.low()) / range;
    return claim.ctrl_low + share * (claim.ctrl_high - claim.ctrl_low);
  }

  void Step() {
    const mjModel* m = model_.get();
    mjData* d = data_.get();
    std::ranges::fill(claimed_, 0.0);
    for (size_t i = 0; i < claims_.size(); ++i) states_[i].AddForces(torque_[i], claimed_);
    for (int v = 0; v < m->nv; ++v) {
      const auto [low, high] = JointForceRange(m, m->dof_jntid[v]);
      claimed_[static_cast<size_t>(v)] = std::clamp(claimed_[static_cast<size_t>(v)], low, high);
    }
    mj_step(m, d);
    for (const int warning : {mjWARN_BADQPOS, mjWARN_BADQVEL, mjWARN_BADQACC, mjWARN_BADCTRL}) {
      if (d->warning[warning].number > 0) return;
    }
    for (int v = 0; v < m->nv; ++v) HoldForce(v);
  }

  // one degree of freedom after the step
  void HoldForce(int v) {
    const mjModel* m = model_.get();
    const std::string joint = JointName(m, m->dof_jntid[v]);
    const double claimed = claimed_[static_cast<size_t>(v)];
    const double applied = data_->qfrc_actuator[v] - engine::ActuatedGravity(m, data_.get(), v);
    const double scale = std::max({std::abs(claimed), std::abs(applied), Largest(joint)});
    ++report_.compared;
    if (scale == 0) return;
    const double difference = std::abs(claimed - applied) / scale;
    report_.worst = std::max(report_.worst, difference);
    if (difference <= options_.tolerance || !report_.fault.empty()) return;
    report_.fault = fmt::format("joint '{}' is said to be given {:.6g}, MuJoCo applied {:.6g}{}",
                                joint, claimed, applied, Commands(joint));
  }

  // the largest finite limit at a degree of freedom
  double Largest(const std::string& joint) const {
    double largest = 0;
    for (const ActionElement& claim : claims_) {
      for (const spec::DrivenJoint& driven : claim.joints) {
        if (driven.joint != joint) continue;
        for (const double limit : {driven.torque_low, driven.torque_high}) {
          if (std::isfinite(limit)) largest = std::max(largest, std::abs(limit));
        }
      }
    }
    return largest;
  }

  std::string Commands(const std::string& joint) const {
    std::string text;
    for (size_t i = 0; i < claims_.size(); ++i) {
      const ActionElement& claim = claims_[i];
      if (std::ranges::find(claim.joints, joint, &spec::DrivenJoint::joint) == claim.joints.end())
        continue;
      text += fmt::format("{}'{}' at {:.6g} {}", text.empty() ? " with " : ", ", claim.name(),
                          command_[i], claim.unit());
    }
    return text;
  }

  std::unique_ptr<mjModel, void (*)(mjModel*)> model_;
  std::unique_ptr<mjData, void (*)(mjData*)> data_;
  WitnessOptions options_;
  Random random_;
  std::vector<ActionElement> claims_;
  std::vector<DrivenState> states_;
  std::vector<double> claimed_, share_, command_, torque_;
  std::vector<int> actuators_;
  WitnessReport report_;
};

WitnessReport AskEngine(const mjModel* m, std::span<const ActionElement> claims,
                        const WitnessOptions& options) {
  return Witness(m, claims, options).Ask();
}

WitnessReport CheckClaims(const Task& task, std::span<const ActionElement> claims, uint64_t seed) {
  return AskEngine(FreshModel(task).get(), claims, {.seed = seed});
}

StepWitness::StepWitness(const mjModel* m, std::span<const ActionElement> claims)
    : witness_(std::make_unique<Witness>(m, claims, WitnessOptions{})) {}
StepWitness::~StepWitness() = default;

std::string StepWitness::Hold(const Simulation& simulation, std::span<const double> commands) {
  return witness_->Hold(simulation, commands).fault;
}
int64_t StepWitness::compared() const { return witness_->report().compared; }

std::unique_ptr<mjModel, void (*)(mjModel*)> FreshModel(const Task& task) {
  const std::filesystem::path asset = task.spec().asset;
  std::error_code ignored;
  const auto file =
      std::filesystem::is_regular_file(asset, ignored) ? asset : AssetFolder() / asset;
  if (asset.empty() || !std::filesystem::is_regular_file(file, ignored))
    return task.MakeSimulation().CompiledModel();
  return {LoadModel(file), mj_deleteModel};
}

}  // namespace sinew::sim
