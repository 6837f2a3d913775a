#include "sim/check/physics_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"
#include "sim/check/model_check.h"
#include "sim/couplings.h"
#include "sim/env.h"

namespace sinew::sim {
namespace {

constexpr double kSettleSeconds = 2;  // before energies are compared
constexpr double kEnergyRise = 0.02;  // share of the moving energy that integration may add

// Change of an actuated joint's (or tendon's) velocity by one timestep from rest [rad/s^2, m/s^2].
double Acceleration(Simulation* simulation, const SimulationState& rest, int actuator,
                    double control) {
  simulation->RestoreState(rest);
  mjData* d = simulation->data();
  mju_zero(d->ctrl, simulation->model()->nu);
  d->ctrl[actuator] = control;
  simulation->Substep();
  simulation->Forward();
  const mjModel* m = simulation->model();
  return d->actuator_velocity[actuator] / m->actuator_gear[6 * actuator] / m->opt.timestep;
}

bool HasLength(const mjModel* m, int actuator) {
  const int type = m->actuator_trntype[actuator];
  return (type == mjTRN_JOINT || type == mjTRN_TENDON) && m->actuator_gear[6 * actuator] != 0 &&
         m->actuator_dyntype[actuator] == mjDYN_NONE;
}

struct SignTest {
  double strongest = 0;  // gain over zero torque in the control's own direction
  double worst = 0;      // below zero: against it
};

void TrySigns(Simulation* simulation, const spec::ActionElement& element, int actuator,
              SignTest* test) {
  const SimulationState rest = simulation->SaveState();
  const auto add = [test](double gain) {
    test->strongest = std::max(test->strongest, gain);
    test->worst = std::min(test->worst, gain);
  };
  if (element.law == spec::ServoLaw::kModel) {
    // from the lowest target to the highest
    add(Acceleration(simulation, rest, actuator, element.ctrl_high) -
        Acceleration(simulation, rest, actuator, element.ctrl_low));
  } else {
    const double still = Acceleration(simulation, rest, actuator, element.ControlOfTorque(0));
    for (const auto& [control, torque] : {std::pair(element.ctrl_low, element.torque_low),
                                          std::pair(element.ctrl_high, element.torque_high)}) {
      if (torque == 0) continue;
      add((Acceleration(simulation, rest, actuator, control) - still) * (torque > 0 ? 1 : -1));
    }
  }
  simulation->RestoreState(rest);
}

double Energy(const mjData* d) { return d->energy[0] + d->energy[1]; }

struct EnergyBalance {
  double rise = 0;    // largest, above the start [J]
  double change = 0;  // from start to end [J]
  double moved = 0;   // largest kinetic energy [J]
};

bool BeyondLimits(const Simulation& simulation) {
  const mjModel* m = simulation.model();
  for (int j = 0; j < m->njnt; ++j) {
    const bool scalar = m->jnt_type[j] == mjJNT_HINGE || m->jnt_type[j] == mjJNT_SLIDE;
    if (!scalar || !m->jnt_limited[j]) continue;
    const double q = simulation.data()->qpos[m->jnt_qposadr[j]];
    if (q < m->jnt_range[2 * j] || q > m->jnt_range[2 * j + 1]) return true;
  }
  return false;
}

void Settle(Simulation* simulation) {
  const auto steps = static_cast<int>(kSettleSeconds / simulation->model()->opt.timestep);
  for (int k = 0; k < steps; ++k) {
    if (!simulation->Substep()) throw Error(simulation->divergence()->Describe());
  }
}

EnergyBalance LetGo(Simulation* simulation, double seconds) {
  EnergyBalance balance;
  simulation->Forward();
  const double start = Energy(simulation->data());
  const auto steps = static_cast<int>(seconds / simulation->model()->opt.timestep);
  for (int k = 0; k < steps; ++k) {
    if (!simulation->Substep()) throw Error(simulation->divergence()->Describe());
    // MuJoCo's energies are those of the state that a step began with
    balance.rise = std::max(balance.rise, Energy(simulation->data()) - start);
    balance.moved = std::max(balance.moved, simulation->data()->energy[1]);
  }
  simulation->Forward();
  balance.change = Energy(simulation->data()) - start;
  return balance;
}

// what the present state lacks to be that of a NaN in element `index` of `values`
std::string TryNan(Env* env, double* values, int index, const char* what) {
  env->ResetToEpisode(0);
  const std::vector<double> clean(env->observation().begin(), env->observation().end());
  values[index] = std::numeric_limits<double>::quiet_NaN();
  const std::vector<float> action(env->spec().act_dim(), 0.0f);
  const spec::StepResult result = env->Step(action);
  if (!result.diverged || !env->simulation().divergence())
    return fmt::format("a NaN in {}[{}] goes unnoticed", what, index);
  if (env->simulation().divergence()->joint.empty())
    return fmt::format("a NaN in {}[{}] is not traced to a joint", what, index);
  env->ResetToEpisode(0);
  if (!std::ranges::equal(clean, env->observation()))
    return fmt::format("a NaN in {}[{}] outlives the reset", what, index);
  return "";
}

bool RefusesNan(Env* env) {
  env->ResetToEpisode(0);
  std::vector<float> action(env->spec().act_dim(), 0.0f);
  action.back() = std::numeric_limits<float>::quiet_NaN();
  try {
    env->Step(action);
  } catch (const Error&) {
    return true;
  }
  return false;
}

}  // namespace

CheckResult CheckTorqueSigns(const std::shared_ptr<const Task>& task, const CheckOptions& options) {
  Env env(task, options.seed);
  const spec::TaskSpec& spec = task->spec();
  std::vector<SignTest> tests(spec.act_dim());
  for (int k = 0; k < options.episodes; ++k) {
    env.ResetToEpisode(k);
    env.simulation().qvel().setZero();
    env.simulation().Forward();
    for (int i = 0; i < spec.act_dim(); ++i) {
      if (HasLength(env.simulation().model(), i))
        TrySigns(&env.simulation(), spec.action[i], i, &tests[i]);
    }
  }
  std::vector<std::string> wrong, untested;
  double weakest = std::numeric_limits<double>::infinity();
  std::string weakest_joint;
  for (int i = 0; i < spec.act_dim(); ++i) {
    const std::string& joint = spec.action[i].joint;
    if (!HasLength(env.simulation().model(), i)) {
      untested.push_back(joint);
    } else if (tests[i].worst < -1e-9 || tests[i].strongest <= 1e-9) {
      const double figure = tests[i].worst < 0 ? tests[i].worst : tests[i].strongest;
      wrong.push_back(fmt::format("{} ({:+.3g})", joint, figure));
    } else if (tests[i].strongest < weakest) {
      weakest = tests[i].strongest;
      weakest_joint = joint;
    }
  }
  if (!wrong.empty()) {
    return {"", Verdict::kFail,
            "full torque (or the highest target) does not speed up in the positive direction: " +
                JoinSome(wrong) + "; write a gear that moves the joint, and limits that let it"};
  }
  if (!untested.empty())
    return {"", Verdict::kNote, "act on no hinge, slide or tendon: " + JoinSome(untested)};
  return {"", Verdict::kOk,
          fmt::format("{} of {} push forwards; least {}: {:.3g} rad/s² (or m/s²) at full torque",
                      tests.size(), tests.size(), weakest_joint, weakest)};
}

CheckResult CheckEnergy(const std::shared_ptr<const Task>& task, const CheckOptions& options) {
  Simulation simulation = task->MakeSimulation();
  simulation.DisableGravityCompensation();
  simulation.model()->opt.enableflags |= mjENBL_ENERGY;
  // a servo's control of 0 is no zero torque
  simulation.model()->opt.disableflags |= mjDSBL_ACTUATION;
  Env env(task, options.seed);
  Random random(options.seed, "energy");
  EnergyBalance sum;
  double rise = 0;
  for (int k = 0; k < options.episodes; ++k) {
    env.ResetToEpisode(k);
    simulation.RestoreState(env.simulation().SaveState());
    mju_zero(simulation.data()->ctrl, simulation.model()->nu);
    // energy stored in a limit, by a start beyond it, comes out first
    if (BeyondLimits(simulation)) Settle(&simulation);
    // a push, so that planar arms without gravity have energy to lose
    for (double& v : simulation.qvel()) v += random.Uniform(-1, 1);
    KeepCouplings(&simulation);
    const EnergyBalance balance = LetGo(&simulation, options.energy_seconds);
    if (balance.moved > 0) rise = std::max(rise, balance.rise / balance.moved);
    sum.change += balance.change / options.episodes;
    sum.moved += balance.moved / options.episodes;
  }
  return {"", rise > kEnergyRise ? Verdict::kFail : Verdict::kOk,
          fmt::format("{:+.3g} J in {:g} s at zero torque where {:.3g} J moved; rises by {:.2g} % "
                      "at most{}",
                      sum.change, options.energy_seconds, sum.moved, 100 * rise,
                      rise > kEnergyRise ? "; write a smaller timestep, less stiffness or "
                                           "integrator=\"implicit\""
                                         : "")};
}

CheckResult CheckDivergence(const std::shared_ptr<const Task>& task, const CheckOptions& options) {
  Env env(task, options.seed);
  const mjModel* m = env.simulation().model();
  mjData* d = env.simulation().data();
  for (int i = 0; i < m->nq + m->nv; ++i) {
    const std::string fault =
        i < m->nq ? TryNan(&env, d->qpos, i, "qpos") : TryNan(&env, d->qvel, i - m->nq, "qvel");
    if (!fault.empty()) return {"", Verdict::kFail, fault};
  }
  if (!RefusesNan(&env)) return {"", Verdict::kFail, "a NaN action is not refused"};
  return {"", Verdict::kOk,
          fmt::format("a NaN in any of {} positions and velocities ends the step as diverged",
                      m->nq + m->nv)};
}

}  // namespace sinew::sim
