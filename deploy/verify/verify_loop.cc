#include "deploy/verify/verify_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "sim/rollout_loop.h"

namespace sinew::deploy {
namespace {

// trajectories count as parted beyond this share of an observation's training range
constexpr double kParted = 1e-3;

using Watcher = std::function<void(const sim::Env&, std::span<const float> observation,
                                   std::span<const float> action)>;

ClosedLoop Drive(sim::Env* env, spec::Policy* policy, int episodes, const Watcher& watch) {
  ClosedLoop result;
  sim::RolloutLoop loop(env, policy);
  for (int k = 0; k < episodes; ++k) {
    loop.Begin(static_cast<uint64_t>(k));
    spec::StepResult step;
    while (!step.done()) {
      loop.Decide();
      watch(*env, loop.observation(), loop.action());
      step = loop.Apply();
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
  Comparison(const VerifySubject& subject, const Trajectories& expected, bool stochastic,
             uint64_t seed, BackendReport* report)
      : contract_(subject.artifact.contract),
        expected_(expected),
        policy_(PolicyOf(subject, stochastic, seed)),
        action_(contract_.action.size()),
        report_(*report) {}

  void Look(const sim::Env& env, std::span<const float> observation,
            std::span<const float> action) {
    if (env.step() == 0) policy_->Reset(env.episode());
    policy_->Act(observation, action_);
    if (!report_.first_difference) LookAtAction(env, action);
    if (!report_.parted) LookAtObservation(env, observation);
  }

 private:
  void LookAtAction(const sim::Env& env, std::span<const float> action) {
    for (size_t i = 0; i < action.size(); ++i) {
      const double size = std::abs(action[i] - action_[i]);
      if (size <= report_.tolerance) continue;
      report_.first_difference = {static_cast<int>(env.episode()), env.step(),
                                  contract_.action[i].joint, size};
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
  std::vector<float> action_;
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
  result.loop = Drive(&env, policy.get(), options.episodes,
                      [&](const sim::Env& at, std::span<const float> observation, auto&&) {
                        auto& trajectory = result.observation[at.episode()];
                        trajectory.insert(trajectory.end(), observation.begin(), observation.end());
                      });
  return result;
}

void CompareClosedLoop(const VerifySubject& subject, std::shared_ptr<const sim::Task> task,
                       const VerifyOptions& options, const Trajectories& expected,
                       Candidate* candidate) {
  BackendReport& report = candidate->report;
  sim::Env env(std::move(task), options.seed);
  const auto policy = MakeBackendPolicy(candidate->backend, subject.artifact.contract,
                                        candidate->stochastic, options.seed);
  Comparison comparison(subject, expected, candidate->stochastic, options.seed, &report);
  try {
    report.loop = Drive(&env, policy.get(), options.episodes,
                        [&](auto&&... step) { comparison.Look(step...); });
    Judge(options, expected.loop, &report);
  } catch (const UserError&) {
    throw;
  } catch (const Error& error) {
    report.failures.push_back(fmt::format("the closed loop stopped: {}", error.what()));
  }
}

}  // namespace sinew::deploy
