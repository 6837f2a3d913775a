#include "deploy/verify/verify.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/files.h"
#include "deploy/verify/verify_loop.h"
#include "deploy/verify/verify_numbers.h"
#include "sim/check/witness.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;

VerifySubject LoadSubject(const fs::path& folder, const sim::Task& task) {
  VerifySubject subject{folder, ReadManifest(folder), {}, {}};
  for (const ExportedFile& file : subject.manifest.files) {
    if (fs::exists(folder / file.name)) continue;
    throw UserError(
        fmt::format("'{}' holds no {}, which its contract.json lists", folder.string(), file.name));
  }
  subject.artifact = policy::LoadPolicy(folder / "policy.safetensors");
  const spec::ModelIdentity model = task.MakeSimulation().identity();
  spec::CheckContract(subject.artifact.contract, task.spec(), &model);
  return subject;
}

// the golden vectors, with what the policy file makes of them
void LoadGoldenVectors(VerifySubject* subject, std::vector<std::string>* failures) {
  const fs::path path = subject->folder / "golden.safetensors";
  GoldenFile file = LoadGolden(path);
  const auto& contract = subject->artifact.contract;
  if (static_cast<size_t>(file.golden.obs_dim) != contract.observation.size() ||
      static_cast<size_t>(file.golden.act_dim) != contract.action.size() ||
      file.golden.noise.empty() == subject->manifest.stochastic ||
      file.golden.begin.empty() == policy::HasState(subject->artifact)) {
    throw UserError(fmt::format("{}: the golden vectors do not fit the contract", path.string()));
  }
  const std::vector<double> stored = file.golden.torque;
  subject->golden = std::move(file.golden);
  FillReference(subject->artifact, &subject->golden);
  double stale = 0;
  for (size_t i = 0; i < stored.size(); ++i) {
    const double difference = std::abs(stored[i] - subject->golden.torque[i]);
    stale = std::max(stale, std::isnan(difference) ? 1 : difference);
  }
  // float64 against float64, in another order of summation at most
  if (stale > 1e-9) {
    failures->push_back(fmt::format("the golden {}s are not this policy's: off by {:.2e} {}",
                                    spec::CommandWord(subject->artifact.contract.action), stale,
                                    spec::CommandUnit(subject->artifact.contract.action)));
  }
}

void CompareIdentity(const VerifySubject& subject, std::vector<std::string>* failures) {
  const std::string hash = policy::PolicyHash(subject.artifact);
  if (hash != subject.manifest.policy_hash) {
    failures->push_back(fmt::format("the folder was made from policy {}, policy.safetensors is {}",
                                    subject.manifest.policy_hash, hash));
  }
  for (const ExportedFile& file : subject.manifest.files) {
    if (HashHex(ReadFile(subject.folder / file.name)) == file.hash) continue;
    failures->push_back(fmt::format("{} has changed since it was exported", file.name));
  }
  const auto differences =
      spec::ContractDifferences(subject.manifest.contract, subject.artifact.contract);
  if (differences.empty()) return;
  failures->push_back(
      fmt::format("contract.json is not the policy file's: {}", fmt::join(differences, "; ")));
}

// microseconds a call of the policy file
double TimePolicy(const VerifySubject& subject) {
  using Clock = std::chrono::steady_clock;
  const auto policy = policy::MakeArtifactPolicy(subject.artifact);
  std::vector<float> action(subject.golden.act_dim);
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < 3; ++round) {
    const auto start = Clock::now();
    for (int n = 0; n < subject.golden.size(); ++n) {
      policy->Act(subject.golden.Observation(n), action);
    }
    const std::chrono::duration<double, std::micro> elapsed = Clock::now() - start;
    best = std::min(best, elapsed.count() / std::max(subject.golden.size(), 1));
  }
  return best;
}

}  // namespace

VerifyReport Verify(const fs::path& folder, std::shared_ptr<const sim::Task> task,
                    const VerifyOptions& options) {
  if (options.episodes < 1)
    throw UserError(fmt::format("episodes = {}, expected at least 1", options.episodes));
  VerifySubject subject = LoadSubject(folder, *task);
  VerifyReport report;
  report.folder = folder;
  report.task = task->spec().name;
  report.policy_hash = policy::PolicyHash(subject.artifact);
  report.stochastic = subject.manifest.stochastic;
  CompareIdentity(subject, &report.folder_failures);
  LoadGoldenVectors(&subject, &report.folder_failures);
  const sim::WitnessReport witness =
      sim::CheckClaims(*task, subject.artifact.contract.action, options.seed);
  if (!witness.fault.empty())
    report.folder_failures.push_back("the contract is not true: " + witness.fault);
  report.witness = witness.compared;
  report.vectors = subject.golden.size();
  report.episodes = options.episodes;
  report.policy_us = TimePolicy(subject);
  // what a sampling folder's deterministic formats are held against, and the rest
  const Trajectories mode = DrivePolicy(subject, task, options, false);
  const Trajectories sampled =
      report.stochastic ? DrivePolicy(subject, task, options, true) : Trajectories{};
  report.policy = report.stochastic ? sampled.loop : mode.loop;
  for (Candidate& candidate : LoadBackends(subject, options, &report.folder_failures)) {
    if (candidate.backend) {
      CompareNumbers(subject, &candidate);
      CompareServoLaws(subject, &candidate);
      CheckRefusal(subject, &candidate);
      CompareClosedLoop(subject, task, options, candidate.stochastic ? sampled : mode, &candidate);
    }
    report.witness += candidate.report.witness;
    report.backends.push_back(std::move(candidate.report));
  }
  return report;
}

}  // namespace sinew::deploy
