#include "sim/check/task_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/error.h"
#include "core/names.h"
#include "sim/actuation/actuators.h"
#include "sim/check/model_check.h"
#include "sim/check/physics_check.h"
#include "sim/check/reach_check.h"
#include "sim/check/repeat_check.h"
#include "sim/check/witness.h"
#include "sim/env.h"

namespace sinew::sim {
namespace {

// shares of a joint's range by which it may leave it: limits are springs
constexpr double kSoftLimit = 0.1, kBrokenLimit = 0.5;

using Drive = std::function<float(int64_t step, int joint)>;

class Checker {
 public:
  Checker(std::shared_ptr<const Task> task, const CheckOptions& options)
      : task_(std::move(task)),
        spec_(task_->spec()),
        options_(options),
        low_(spec_.obs_dim(), std::numeric_limits<double>::infinity()),
        high_(spec_.obs_dim(), -std::numeric_limits<double>::infinity()),
        calm_low_(low_),
        calm_high_(high_) {}

  void Run(CheckReport* report) {
    const bool has_task = !spec_.reward_terms.empty();
    Add(report, "units", [&] { return CheckUnits(); });
    Add(report, "zero torque", [&] { return CheckDrive([](int64_t, int) { return 0.0f; }); });
    Add(report, "random torque", [&] { return CheckDrive(RandomDrive(), /*pushed=*/true); });
    Add(report, "full torque", [&] { return CheckDrive(FullDrive()); });
    Add(report, "bang-bang torque", [&] { return CheckDrive(BangBang()); });
    Add(report, "bounds", [&] { return CheckBounds(); });
    Add(report, "warnings", [&] { return CheckWarnings(); });
    Add(report, "witness", [&] { return CheckWitness(); });
    if (has_task) Add(report, "reset", [&] { return CheckReset(task_, options_); });
    Add(report, "restore", [&] { return CheckRestore(task_, options_); });
    Add(report, "torque signs", [&] { return CheckTorqueSigns(task_, options_); });
    if (has_task) Add(report, "observations", [&] { return CheckObservations(); });
    if (has_task) Add(report, "goal", [&] { return CheckGoal(); });
    Add(report, "energy", [&] { return CheckEnergy(task_, options_); });
    Add(report, "divergence", [&] { return CheckDivergence(task_, options_); });
  }

 private:
  // what the task throws is what is wrong with it
  static void Add(CheckReport* report, const std::string& name,
                  const std::function<CheckResult()>& check) {
    CheckResult result;
    try {
      result = check();
    } catch (const Error& error) {
      result = {"", Verdict::kFail, OneLine(error.what())};
    }
    result.name = name;
    report->results.push_back(result);
  }

  CheckResult CheckUnits() const {
    std::vector<std::string> unknown;
    for (const spec::ObservationElement& element : spec_.observation) {
      if (std::ranges::find(KnownUnits(), element.unit) == KnownUnits().end())
        unknown.push_back(fmt::format("'{}' of {}", element.unit, element.name));
    }
    if (!unknown.empty())
      return {"", Verdict::kFail,
              fmt::format("unknown: {}; write one of {}", JoinSome(unknown),
                          fmt::join(KnownUnits(), ", "))};
    const double timestep = task_->MakeSimulation().model()->opt.timestep;
    if (std::abs(spec_.control_dt - spec_.substeps * timestep) > 1e-9) {
      return {
          "", Verdict::kFail,
          fmt::format("the control period {:g} s is not {} steps of {:g} s; write a multiple of "
                      "the timestep",
                      spec_.control_dt, spec_.substeps, timestep)};
    }
    return {"", Verdict::kOk,
            fmt::format("{} observations in SI units, control at {:.4g} Hz", spec_.obs_dim(),
                        1 / spec_.control_dt)};
  }

  Drive RandomDrive() const {
    return [random = Random(options_.seed, "check")](int64_t, int) mutable {
      return static_cast<float>(random.Uniform(-1, 1));
    };
  }
  // all the way up in one half of the episodes, down in the other
  Drive FullDrive() const {
    return [this](int64_t, int) { return episode_ % 2 == 0 ? 1.0f : -1.0f; };
  }
  // fast in one half of the episodes, with time to swing in the other
  Drive BangBang() const {
    return [this](int64_t step, int joint) {
      const int64_t phase = episode_ % 2 == 0 ? step : step / 20;
      return (phase + joint) % 2 == 0 ? 1.0f : -1.0f;
    };
  }

  // what the robot does not happen to touch moves all the same
  void Push(Env* env) const {
    Random random(options_.seed, "check push", episode_);
    std::vector<double> velocity(env->simulation().model()->nv);
    for (double& v : velocity) v = random.Uniform(-1, 1);
    env->ResetToState({}, velocity);
  }

  CheckResult CheckDrive(const Drive& drive, bool pushed = false) {
    Env env(task_, options_.seed);
    double total = 0;
    int64_t steps = 0;
    for (episode_ = 0; episode_ < options_.episodes; ++episode_) {
      env.ResetToEpisode(episode_);
      pushed_ = pushed && episode_ % 2 == 1;
      if (pushed_) Push(&env);
      Watch(env);
      spec::StepResult result;
      std::vector<float> action(spec_.act_dim());
      while (!result.done() && env.step() < options_.longest) {
        for (int j = 0; j < spec_.act_dim(); ++j) action[j] = drive(env.step(), j);
        result = env.Step(action);
        if (result.diverged) return Diverged(env);
        Watch(env);
        WatchReward(result);
      }
      longest_ = std::max(longest_, env.step());
      total += env.episode_return();
      steps += env.step();
    }
    warnings_ += env.simulation().warnings();
    const std::string text = spec_.reward_terms.empty() ? ""
                                                        : fmt::format("return {:.4g} on average, ",
                                                                      total / options_.episodes);
    return {"", Verdict::kOk,
            fmt::format("{}{} episodes of {} steps, all finite", text, options_.episodes,
                        steps / options_.episodes)};
  }

  // of the drives, which have gone before
  CheckResult CheckWarnings() const {
    if (warnings_.any()) return {"", Verdict::kFail, warnings_.ToString()};
    return {"", Verdict::kOk, "no contact or constraint dropped, no inertia singular"};
  }

  CheckResult Diverged(const Env& env) const {
    return {"", Verdict::kFail,
            fmt::format("episode {}, step {}: {}; write a smaller timestep, or an armature and "
                        "damping that bear the torque",
                        env.episode(), env.step(), env.simulation().divergence()->Describe())};
  }

  void Watch(const Env& env) {
    for (int i = 0; i < spec_.obs_dim(); ++i) {
      low_[i] = std::min(low_[i], env.observation()[i]);
      high_[i] = std::max(high_[i], env.observation()[i]);
      if (pushed_) continue;
      calm_low_[i] = std::min(calm_low_[i], env.observation()[i]);
      calm_high_[i] = std::max(calm_high_[i], env.observation()[i]);
    }
  }

  void WatchReward(const spec::StepResult& result) {
    reward_low_ = std::min(reward_low_, result.reward);
    reward_high_ = std::max(reward_high_, result.reward);
    ended_ |= result.terminated;
  }

  // what the actions claim to give, against the user's own file
  CheckResult CheckWitness() const {
    if (std::ranges::any_of(spec_.action, [](const spec::ActionElement& element) {
          return element.kind == spec::ActionKind::kControl;
        })) {
      return {"", Verdict::kNote, "not asked: the model has actuators that claim nothing"};
    }
    const WitnessReport report = CheckClaims(*task_, spec_.action, options_.seed);
    if (!report.fault.empty()) {
      return {
          "", Verdict::kFail,
          report.fault + "; write actuators that act on hinges, slides and fixed tendons alone"};
    }
    return {"", Verdict::kOk,
            fmt::format("{} forces are what MuJoCo applies in the model's own file, within {:.1g}",
                        report.compared, report.worst)};
  }

  // what makes learning impossible, and what is hardly meant
  CheckResult CheckGoal() const {
    if (longest_ <= 1) {
      return {"", Verdict::kFail,
              "every episode ends in its first step: write ends (end.height, end.upright) that the "
              "start pose keeps, and a time limit of many control periods"};
    }
    std::vector<std::string> notes = task_->Doubts();
    if (reward_low_ == reward_high_ && !ended_) {
      const std::string text = fmt::format(
          "the reward was {:g} in every step, whatever was done: give weight to a term that the "
          "actions change",
          reward_low_);
      if (reward_low_ != 0) return {"", Verdict::kFail, text};
      notes.push_back(text);
    }
    const double reach = ShareOutOfReach(task_, options_);
    if (reach == 1) {
      return {"", Verdict::kFail,
              "no target drawn is anywhere near where the joints take the end effector: write "
              "target.low and target.high within its reach, or leave them out"};
    }
    if (reach > 0.1) {
      notes.push_back(
          fmt::format("{:.0f} % of the targets drawn seem to be out of reach: write "
                      "target.low and target.high within it",
                      100 * reach));
    }
    if (!notes.empty()) return {"", Verdict::kNote, fmt::format("{}", fmt::join(notes, "; "))};
    return {"", Verdict::kOk,
            fmt::format("episodes of up to {} steps, rewards from {:.4g} to {:.4g}", longest_,
                        reward_low_, reward_high_)};
  }

  CheckResult CheckBounds() {
    Env env(task_, options_.seed);
    const mjModel* m = env.simulation().model();
    const mjData* d = env.simulation().data();
    double torque_share = 0, excess = 0;
    std::string excess_joint = "none";
    for (int k = 0; k < options_.episodes; ++k) {
      env.ResetToEpisode(k);
      spec::StepResult result;
      while (!result.done() && env.step() < options_.longest) {
        // beyond the valid range, to see that it is held
        const std::vector<float> action(spec_.act_dim(), k % 2 == 0 ? 3.0f : -3.0f);
        result = env.Step(action);
        if (result.diverged) return Diverged(env);
        for (int i = 0; i < spec_.act_dim(); ++i) {
          const spec::ActionElement& element = spec_.action[i];
          const double limit =
              std::max(std::abs(element.torque_low), std::abs(element.torque_high));
          // an unlimited servo keeps to what there is
          if (std::isfinite(limit))
            torque_share = std::max(torque_share, std::abs(env.torque()[i]) / limit);
        }
        for (int j = 0; j < m->njnt; ++j) {
          const double beyond = JointExcess(m, d, j);
          if (beyond <= excess) continue;
          excess = beyond;
          excess_joint = JointName(m, j);
        }
      }
    }
    const std::string text = fmt::format(
        "torque up to {:.4g} % of its limit, joints beyond theirs by {:.2g} % of the "
        "range at most ({})",
        100 * torque_share, 100 * excess, excess_joint);
    const double spread = 1 + spec_.randomization.gear;
    const bool broken = torque_share > spread * (1 + 1e-9) || excess > kBrokenLimit;
    const Verdict verdict = excess > kSoftLimit ? Verdict::kNote : Verdict::kOk;
    const char* advice =
        broken ? "; write a stiffer solreflimit, a smaller timestep or less torque" : "";
    return {"", broken ? Verdict::kFail : verdict, text + advice};
  }

  // how far outside its range a hinge or slide is, as a share of the range
  static double JointExcess(const mjModel* m, const mjData* d, int joint) {
    const bool scalar = m->jnt_type[joint] == mjJNT_HINGE || m->jnt_type[joint] == mjJNT_SLIDE;
    if (!scalar || !m->jnt_limited[joint]) return 0;
    const double* range = m->jnt_range + 2 * joint;
    const double q = d->qpos[m->jnt_qposadr[joint]];
    return std::max({0.0, range[0] - q, q - range[1]}) / (range[1] - range[0]);
  }

  CheckResult CheckObservations() const {
    constexpr double kLeast = 1e-6;  // of an element's magnitude
    std::vector<std::string> constant, declared, moving;
    for (int i = 0; i < spec_.obs_dim(); ++i) {
      const spec::ObservationElement& element = spec_.observation[i];
      const bool varies = high_[i] - low_[i] > kLeast * element.magnitude;
      if (!varies && element.constant_reason.empty())
        constant.push_back(fmt::format("{} = {:g}", element.name, low_[i]));
      if (!element.constant_reason.empty()) declared.push_back(element.name);
      const bool moves = calm_high_[i] - calm_low_[i] > kLeast * element.magnitude;
      if (moves && !element.constant_reason.empty()) moving.push_back(element.name);
    }
    // what is drawn at an episode's start does not vary in a single one
    if (!constant.empty() && options_.episodes == 1)
      return {"", Verdict::kNote,
              "never change in one episode: " + JoinSome(constant) + "; look at more of them"};
    if (!constant.empty())
      return {"", Verdict::kFail,
              "never change: " + JoinSome(constant) +
                  "; leave them out of task.observation, or say why they do not vary"};
    if (!moving.empty())
      return {"", Verdict::kFail,
              "said to be constant: " + JoinSome(moving) + "; take their reason away"};
    if (!declared.empty()) {
      return {"", Verdict::kOk,
              fmt::format("{} of {} vary; constant for a reason: {}",
                          spec_.obs_dim() - declared.size(), spec_.obs_dim(), JoinSome(declared))};
    }
    return {"", Verdict::kOk, fmt::format("all {} vary", spec_.obs_dim())};
  }

  std::shared_ptr<const Task> task_;
  const spec::TaskSpec& spec_;
  CheckOptions options_;
  int episode_ = 0;
  WarningCounts warnings_;                    // of all drives
  bool pushed_ = false;                       // whether the present episode began with a push
  std::vector<double> low_, high_;            // of every observation element, over all drives
  std::vector<double> calm_low_, calm_high_;  // the same without the pushed episodes
  double reward_low_ = std::numeric_limits<double>::infinity(), reward_high_ = -reward_low_;
  bool ended_ = false;   // an episode before its time
  int64_t longest_ = 0;  // control steps of an episode
};

}  // namespace

const std::vector<std::string>& KnownUnits() {
  static const std::vector<std::string> units{"1",       "m", "m/s", "m/s^2", "rad", "rad/s",
                                              "rad/s^2", "N", "N·m", "s",     "kg",  "T"};
  return units;
}

CheckReport CheckTask(const std::shared_ptr<const Task>& task, const CheckOptions& options) {
  CheckReport report;
  report.subject = fmt::format("{}: {}", task->spec().name, task->spec().summary);
  report.results = CheckModel(task->MakeSimulation());
  // without limits on its actuators nothing can be driven
  const auto actuators = std::ranges::find(report.results, "actuators", &CheckResult::name);
  if (actuators->verdict == Verdict::kFail) return report;
  Checker(task, options).Run(&report);
  return report;
}

}  // namespace sinew::sim
