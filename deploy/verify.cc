#include "deploy/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>

#include "core/error.h"
#include "deploy/compiled_policy.h"
#include "deploy/export_c.h"
#include "sim/env.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;

struct Subject {
  models::PolicyArtifact artifact;
  std::shared_ptr<const CompiledPolicy> compiled;
};

Subject LoadSubject(const fs::path& folder, const sim::TaskSpec& spec,
                    const std::string& compiler) {
  const ExportedContract exported = ReadExportedContract(folder);
  if (!fs::exists(folder / (exported.prefix + "_policy.h"))) {
    throw UserError(fmt::format(
        "'{}' holds no {}_policy.h: expected a folder made by 'sinew export --format c'",
        folder.string(), exported.prefix));
  }
  Subject subject{models::LoadPolicy(folder / "policy.safetensors"), nullptr};
  models::CheckContract(subject.artifact.contract, spec, "");
  subject.compiled = std::make_shared<CompiledPolicy>(folder, exported.prefix, compiler);
  if (subject.compiled->obs_dim() != spec.obs_dim() ||
      subject.compiled->act_dim() != spec.act_dim()) {
    throw UserError(fmt::format("'{}': the header maps {} values to {}, the policy file {} to {}",
                                folder.string(), subject.compiled->obs_dim(),
                                subject.compiled->act_dim(), spec.obs_dim(), spec.act_dim()));
  }
  return subject;
}

double TorqueLimit(const sim::ActionElement& joint) {
  return std::max(std::abs(joint.torque_low), std::abs(joint.torque_high));
}

double RelativeError(double value, double expected, const sim::ActionElement& joint) {
  const double scale = std::max(TorqueLimit(joint), std::abs(expected));
  const double error = std::abs(value - expected) / (scale > 0 ? scale : 1);
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

void CompareIdentity(const Subject& subject, VerifyReport* report) {
  const std::string hash = models::PolicyHash(subject.artifact);
  if (subject.compiled->policy_hash() != hash) {
    report->failures.push_back(
        fmt::format("the header was made from policy {}, policy.safetensors is {}",
                    subject.compiled->policy_hash(), hash));
  }
}

void CompareNumbers(const Subject& subject, double tolerance, VerifyReport* report) {
  const GoldenVectors stored = subject.compiled->golden();
  GoldenVectors expected = stored;
  FillReference(subject.artifact, &expected);
  const auto& joints = subject.artifact.contract.action;
  std::vector<float> torque(joints.size());
  double stale = 0;
  int refused = 0;
  for (int n = 0; n < stored.size(); ++n) {
    refused += subject.compiled->Torque(stored.Observation(n), torque) != 0;
    for (size_t i = 0; i < joints.size(); ++i) {
      stale = std::max(stale, RelativeError(stored.Torque(n)[i], expected.Torque(n)[i], joints[i]));
      const double error = RelativeError(torque[i], expected.Torque(n)[i], joints[i]);
      if (error <= report->max_error) continue;
      report->max_error = error;
      report->worst_joint = joints[i].joint;
      report->worst_vector = n;
    }
  }
  report->vectors = stored.size();
  if (stored.size() == 0) report->failures.push_back("there are no golden vectors");
  if (refused > 0)
    report->failures.push_back(fmt::format("{} golden observations were refused", refused));
  if (stale > tolerance) {
    report->failures.push_back(
        fmt::format("the golden torques are not this policy's: off by {:.2e} of the limit", stale));
  }
  if (report->max_error > tolerance) {
    report->failures.push_back(fmt::format(
        "golden vector {}: torque of '{}' differs by {:.2e} of the limit, {:.0e} is allowed",
        report->worst_vector, report->worst_joint, report->max_error, tolerance));
  }
}

// one element after the other NaN or infinite: a status and zero torques must come back
void CheckRefusal(const CompiledPolicy& compiled, VerifyReport* report) {
  std::vector<float> observation(compiled.obs_dim()), torque(compiled.act_dim());
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (size_t i = 0; i < observation.size(); ++i) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity}) {
      std::ranges::fill(observation, 0.0f);
      std::ranges::fill(torque, 1.0f);
      observation[i] = bad;
      const int status = compiled.Torque(observation, torque);
      if (status != 0 && std::ranges::all_of(torque, [](float t) { return t == 0; })) continue;
      report->failures.push_back(
          fmt::format("observation[{}] = {} was not refused with zero torques", i, bad));
      return;
    }
  }
}

using Watcher = std::function<void(const sim::Env&, std::span<const float> observation,
                                   std::span<const float> action)>;

ClosedLoop Drive(sim::Env* env, sim::Policy* policy, int episodes, const Watcher& watch) {
  ClosedLoop result;
  std::vector<float> action(env->spec().action.size());
  for (int k = 0; k < episodes; ++k) {
    env->ResetToEpisode(static_cast<uint64_t>(k));
    policy->Reset(static_cast<uint64_t>(k));
    sim::StepResult step;
    while (!step.done()) {
      const std::vector<float> observation(env->observation().begin(), env->observation().end());
      policy->Act(observation, action);
      watch(*env, observation, action);
      step = env->Step(action);
    }
    result.mean_return += env->episode_return() / episodes;
    result.mean_abs_return += std::abs(env->episode_return()) / episodes;
    result.successes += !step.diverged && env->success();
    result.diverged += step.diverged;
  }
  return result;
}

void CompareClosedLoop(const Subject& subject, std::shared_ptr<const sim::Task> task,
                       const VerifyOptions& options, VerifyReport* report) {
  const models::Contract& contract = subject.artifact.contract;
  const auto policy = models::MakeArtifactPolicy(subject.artifact);
  const auto compiled = MakeCompiledPolicy(subject.compiled, contract);
  sim::Env env(std::move(task), options.seed);
  std::vector<float> expected(contract.action.size());
  const Watcher compare = [&](const sim::Env& at, std::span<const float> observation,
                              std::span<const float> action) {
    if (report->first_difference) return;
    policy->Act(observation, expected);
    for (size_t i = 0; i < expected.size(); ++i) {
      const double size = std::abs(action[i] - expected[i]);
      if (size <= options.tolerance) continue;
      report->first_difference = {static_cast<int>(at.episode()), at.step(),
                                  contract.action[i].joint, size};
      return;
    }
  };
  report->episodes = options.episodes;
  report->policy = Drive(&env, policy.get(), options.episodes, [](auto&&...) {});
  report->compiled = Drive(&env, compiled.get(), options.episodes, compare);
}

void JudgeClosedLoop(const VerifyOptions& options, VerifyReport* report) {
  const ClosedLoop &a = report->policy, &b = report->compiled;
  // by the returns' size, so that a mean near zero does not ask for the impossible
  const double scale = std::max(a.mean_abs_return, 1e-9);
  report->return_difference = std::abs(b.mean_return - a.mean_return) / scale;
  if (report->first_difference) {
    const auto& first = *report->first_difference;
    report->failures.push_back(
        fmt::format("episode {}, step {}: the action of '{}' differs by {:.2e}", first.episode,
                    first.step, first.joint, first.size));
  }
  if (!(report->return_difference <= options.return_tolerance)) {
    report->failures.push_back(fmt::format(
        "mean return {:.6g} against the policy's {:.6g}: {:.2f} % apart, {:.2g} % is allowed",
        b.mean_return, a.mean_return, 100 * report->return_difference,
        100 * options.return_tolerance));
  }
  if (std::abs(a.successes - b.successes) > 1) {
    report->failures.push_back(fmt::format("{} of {} episodes succeeded against the policy's {}",
                                           b.successes, report->episodes, a.successes));
  }
}

// microseconds a call, best of five rounds over the golden observations
double TimePerCall(const GoldenVectors& golden,
                   const std::function<void(std::span<const float>)>& call) {
  using Clock = std::chrono::steady_clock;
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < 5; ++round) {
    const auto start = Clock::now();
    for (int n = 0; n < golden.size(); ++n) call(golden.Observation(n));
    const std::chrono::duration<double, std::micro> elapsed = Clock::now() - start;
    best = std::min(best, elapsed.count() / std::max(golden.size(), 1));
  }
  return best;
}

void MeasureTime(const Subject& subject, VerifyReport* report) {
  const GoldenVectors golden = subject.compiled->golden();
  const auto policy = models::MakeArtifactPolicy(subject.artifact);
  std::vector<float> output(golden.act_dim);
  report->policy_us =
      TimePerCall(golden, [&](auto observation) { policy->Act(observation, output); });
  report->compiled_us =
      TimePerCall(golden, [&](auto observation) { subject.compiled->Torque(observation, output); });
}

}  // namespace

VerifyReport VerifyC(const fs::path& folder, std::shared_ptr<const sim::Task> task,
                     const VerifyOptions& options) {
  if (options.episodes < 1)
    throw UserError(fmt::format("episodes = {}, expected at least 1", options.episodes));
  const Subject subject = LoadSubject(folder, task->spec(), options.compiler);
  VerifyReport report;
  report.folder = folder;
  report.task = task->spec().name;
  CompareIdentity(subject, &report);
  CompareNumbers(subject, options.tolerance, &report);
  CheckRefusal(*subject.compiled, &report);
  MeasureTime(subject, &report);
  try {
    CompareClosedLoop(subject, std::move(task), options, &report);
    JudgeClosedLoop(options, &report);
  } catch (const UserError&) {
    throw;
  } catch (const Error& error) {
    report.failures.push_back(fmt::format("the closed loop stopped: {}", error.what()));
  }
  return report;
}

}  // namespace sinew::deploy
