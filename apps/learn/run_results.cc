#include "apps/learn/run_results.h"

#include <fmt/format.h>

#include "apps/common/subject.h"
#include "apps/learn/run_setup.h"
#include "core/error.h"
#include "core/files.h"

namespace sinew::apps {
namespace {

using training::RunFolder;

training::FreshEvaluation::Figures Fresh(const std::string& run, const std::string& policy,
                                         int64_t episodes, uint64_t seed, ThreadPool* pool) {
  const Subject subject = ResolveSubject(run, policy, seed);
  return training::FiguresOf(
      training::Evaluate(subject.task, subject.make_policy, episodes, seed, pool));
}

}  // namespace

bool EvaluateWhereMissing(const std::string& run, int64_t episodes, uint64_t seed,
                          ThreadPool* pool) {
  const auto folder = RunFolder::Open(run);
  if (training::ReadFresh(folder) || !std::filesystem::exists(folder.final_policy())) return false;
  const auto last = Fresh(run, "final", episodes, seed, pool);
  // where every evaluation had diverged episodes there is no best policy, and the last stands for
  // it
  const bool has_best = std::filesystem::exists(folder.best_policy());
  training::WriteFresh(
      folder, {episodes, seed, last, has_best ? Fresh(run, "best", episodes, seed, pool) : last});
  return true;
}

training::RunResult LoadResult(const std::string& run) {
  const auto folder = RunFolder::Open(run);
  training::RunResult result = training::LoadRunResult(folder);
  try {
    result.manifest.config_hash = HashHex(LoadRunConfig(folder)->config().ToToml());
  } catch (const UserError&) {
    // an option is no longer known: such runs are compared by what was recorded
  }
  return result;
}

}  // namespace sinew::apps
