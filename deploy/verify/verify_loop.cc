#include "deploy/verify/verify_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "sim/check/witness.h"
#include "sim/rollout_loop.h"

namespace sinew::deploy {
namespace {

// trajectories count as parted beyond this share of an observation's training range
constexpr double kParted = 1e-3;
constexpr double kApplied = 1e-6;  // of the limit, between a torque and what MuJoCo applied

using Watcher = std::function<void(const sim::Env&, std::span<const float> observation,
                                   std::span<const float> action)>;

// after a step, with the action that it was given
using Applied = std::function<void(const sim::Env&, std::span<const float> action)>;

ClosedLoop Drive(sim::Env* env, spec::Policy* policy, int episodes, const Watcher& watch,
                 const Applied& after) {
  ClosedLoop result;
  sim::RolloutLoop loop(env, policy);
  for (int k = 0; k < episodes; ++k) {
    loop.Begin(static_cast<uint64_t>(k));
    spec::StepResult step;
    while (!step.done()) {
      loop.Decide();
      watch(*env, loop.observation(), loop.action());
      step = loop.Apply();
      if (!step.diverged) after(*env, loop.action());
    }
    result.mean_return += env->episode_return() / episodes;
    result.mean_abs_return += std::abs(env->episode_return()) / episodes;
    result.successes += !step.diverged && env->success();
    result.diverged += step.diverged;
  }
  return result;
}

std::unique_ptr<spec::Policy> PolicyOf(const VerifySubject& subject, bool stochastic,
                                       uint64_t seed) {
  return stochastic ? policy::MakeSamplingPolicy(subject.artifact, seed)
                    : policy::MakeArtifactPolicy(subject.artifact);
}

// Looks at each step of a candidate's episodes.
class Comparison {
 public:
  Comparison(const VerifySubject& subject, const sim::Task& task, const Trajectories& expected,
             bool stochastic, uint64_t seed, BackendReport* report)
      : contract_(subject.artifact.contract),
        expected_(expected),
        policy_(PolicyOf(subject, stochastic, seed)),
        witness_(sim::FreshModel(task).get(), contract_.action),
        action_(contract_.action.size()),
        command_(contract_.action.size()),
        report_(*report) {}

  void Look(const sim::Env& env, std::span<const float> observation,
            std::span<const float> action) {
    if (env.step() == 0) policy_->Reset(env.episode());
    policy_->Act(observation, action_);
    if (!report_.first_difference) LookAtAction(env, action);
    if (!report_.parted) LookAtObservation(env, observation);
    AskWitness(env, action);
  }

  // a torque that the file gave is what the simulation applied
  void Hold(const sim::Env& env, std::span<const float> action) {
    if (lie_ || env.spec().randomization.enabled()) return;
    for (size_t i = 0; i < action.size(); ++i) {
      const spec::ActionElement& element = contract_.action[i];
      if (element.is_servo()) continue;
      const double claimed = CommandOf(i, action[i]);
      const double limit = std::max(std::abs(element.low()), std::abs(element.high()));
      if (std::abs(claimed - env.torque()[i]) <= kApplied * limit) continue;
      lie_ = true;
      report_.failures.push_back(fmt::format(
          "episode {}, step {}: '{}' is said to be given {:.6g} {}, the simulation applied {:.6g}",
          env.episode(), env.step() - 1, element.name(), claimed, element.unit(), env.torque()[i]));
      return;
    }
  }

  int64_t compared() const { return witness_.compared(); }

 private:
  double CommandOf(size_t i, float action) const {
    return contract_.action[i].CommandOfAction(std::clamp(static_cast<double>(action), -1.0, 1.0));
  }

  // what the file's commands claim to give in this state, against MuJoCo on the task's own file
  void AskWitness(const sim::Env& env, std::span<const float> action) {
    if (lie_) return;
    for (size_t i = 0; i < action.size(); ++i) {
      if (!std::isfinite(action[i])) return;  // which Env refuses
      command_[i] = CommandOf(i, action[i]);
    }
    const std::string fault = witness_.Hold(env.simulation(), command_);
    if (fault.empty()) return;
    lie_ = true;
    report_.failures.push_back(
        fmt::format("episode {}, step {}: {}", env.episode(), env.step(), fault));
  }

  void LookAtAction(const sim::Env& env, std::span<const float> action) {
    for (size_t i = 0; i < action.size(); ++i) {
      const double size = std::abs(action[i] - action_[i]);
      if (size <= report_.tolerance) continue;
      report_.first_difference = {static_cast<int>(env.episode()), env.step(),
                                  contract_.action[i].name(), size};
      return;
    }
  }

  void LookAtObservation(const sim::Env& env, std::span<const float> observation) {
    const auto& trajectory = expected_.observation[env.episode()];
    const size_t begin = static_cast<size_t>(env.step()) * observation.size();
    const int episode = static_cast<int>(env.episode());
    if (begin + observation.size() > trajectory.size()) {
      report_.parted = {episode, env.step(), "the policy's episode has ended", 0};
      return;
    }
    for (size_t i = 0; i < observation.size(); ++i) {
      const auto& element = contract_.observation[i];
      const double range = element.training_high - element.training_low;
      const double size = std::abs(observation[i] - trajectory[begin + i]);
      if (size <= kParted * (range > 0 ? range : 1)) continue;
      report_.parted = {episode, env.step(), element.name, size};
      return;
    }
  }

  const spec::Contract& contract_;
  const Trajectories& expected_;
  std::unique_ptr<spec::Policy> policy_;
  sim::StepWitness witness_;
  std::vector<float> action_;
  std::vector<double> command_;
  bool lie_ = false;  // one is enough
  BackendReport& report_;
};

void Judge(const VerifyOptions& options, const ClosedLoop& policy, BackendReport* report) {
  const ClosedLoop& loop = report->loop;
  // by the returns' size, so that a mean near zero does not ask for the impossible
  const double scale = std::max(policy.mean_abs_return, 1e-9);
  report->return_difference = (loop.mean_return - policy.mean_return) / scale;
  if (report->first_difference) {
    const auto& first = *report->first_difference;
    report->failures.push_back(
        fmt::format("episode {}, step {}: the action of '{}' differs by "
                    "{:.2e}",
                    first.episode, first.step, first.where, first.size));
  }
  if (!(std::abs(report->return_difference) <= options.return_tolerance)) {
    report->failures.push_back(fmt::format(
        "mean return {:.6g} against the policy's {:.6g}: {:.2f} % apart, {:.2g} % is allowed",
        loop.mean_return, policy.mean_return, 100 * std::abs(report->return_difference),
        100 * options.return_tolerance));
  }
  if (std::abs(policy.successes - loop.successes) > 1) {
    report->failures.push_back(fmt::format("{} of {} episodes succeeded against the policy's {}",
                                           loop.successes, options.episodes, policy.successes));
  }
}

}  // namespace

Trajectories DrivePolicy(const VerifySubject& subject, std::shared_ptr<const sim::Task> task,
                         const VerifyOptions& options, bool stochastic) {
  Trajectories result;
  result.observation.resize(options.episodes);
  sim::Env env(std::move(task), options.seed);
  const auto policy = PolicyOf(subject, stochastic, options.seed);
  result.loop = Drive(
      &env, policy.get(), options.episodes,
      [&](const sim::Env& at, std::span<const float> observation, auto&&) {
        auto& trajectory = result.observation[at.episode()];
        trajectory.insert(trajectory.end(), observation.begin(), observation.end());
      },
      [](auto&&...) {});
  return result;
}

void CompareClosedLoop(const VerifySubject& subject, std::shared_ptr<const sim::Task> task,
                       const VerifyOptions& options, const Trajectories& expected,
                       Candidate* candidate) {
  BackendReport& report = candidate->report;
  sim::Env env(task, options.seed);
  const auto policy = MakeBackendPolicy(candidate->backend, subject.artifact.contract,
                                        candidate->stochastic, options.seed);
  Comparison comparison(subject, *task, expected, candidate->stochastic, options.seed, &report);
  try {
    report.loop = Drive(
        &env, policy.get(), options.episodes, [&](auto&&... step) { comparison.Look(step...); },
        [&](const sim::Env& at, std::span<const float> action) { comparison.Hold(at, action); });
    report.witness = comparison.compared();
    Judge(options, expected.loop, &report);
  } catch (const UserError&) {
    throw;
  } catch (const Error& error) {
    report.failures.push_back(fmt::format("the closed loop stopped: {}", error.what()));
  }
}

}  // namespace sinew::deploy
