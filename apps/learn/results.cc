#include "training/study/results.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <set>
#include <thread>

#include "apps/common/output_file.h"
#include "apps/learn/commands.h"
#include "apps/learn/run_results.h"
#include "core/files.h"
#include "training/evaluation/evaluation.h"

namespace sinew::apps {
namespace {

using training::RunFolder;

struct ResultsArguments {
  std::vector<std::string> runs;
  std::string out, keep, published;
  int64_t episodes = 400;
  uint64_t seed = training::kFreshEpisodesSeed;
  bool force = false;
};

// "400", or "100 or 400" where runs were looked at over different numbers of episodes
std::string EpisodesOf(const std::vector<training::RunResult>& runs) {
  std::set<int64_t> numbers;
  for (const training::RunResult& run : runs) {
    if (run.fresh) numbers.insert(run.fresh->episodes);
  }
  return fmt::format("{}", fmt::join(numbers, " or "));
}

std::string Page(const ResultsArguments& arguments) {
  std::vector<training::RunResult> runs;
  for (const std::string& run : arguments.runs) runs.push_back(LoadResult(run));
  std::vector<training::PublishedResult> published;
  if (!arguments.published.empty()) published = training::ReadPublished(arguments.published);
  return fmt::format(
      "# Results\n\nMade by `sinew results` from {} run folders. A seed's figure is the mean "
      "return "
      "of its last policy over {} episodes that neither training nor tuning has seen; mean, IQM "
      "and "
      "95 % bootstrap interval are over seeds, and \"best policy\" is the mean over seeds of the "
      "policies that did best in the evaluations on the way. Wall-clock is the median over seeds, "
      "evaluations included.\n\n{}",
      runs.size(), EpisodesOf(runs),
      training::ResultsMarkdown(training::AggregateResults(runs), published));
}

void Results(const ResultsArguments& arguments) {
  CheckOutputFile(arguments.out, arguments.force);
  ThreadPool pool(static_cast<int>(std::thread::hardware_concurrency()));
  for (const std::string& run : arguments.runs) {
    if (EvaluateWhereMissing(run, arguments.episodes, arguments.seed, &pool))
      fmt::print("{}: {} fresh episodes\n", run, arguments.episodes);
    if (!arguments.keep.empty()) training::KeepSummary(RunFolder::Open(run), arguments.keep);
  }
  WriteFileAtomically(arguments.out, Page(arguments));
  fmt::print("{} runs: {}\n", arguments.runs.size(), arguments.out);
}

}  // namespace

void AddResultsCommand(CommandLine& program) {
  Command command = program.Add("results");
  auto arguments = std::make_shared<ResultsArguments>();
  command.Argument("runs", &arguments->runs, "run folders, or summaries kept of them").Required();
  command.Value("--out", &arguments->out, "*.md").Required();
  command.Value("--episodes", &arguments->episodes, "fresh episodes a policy")
      .Between(1, 1000000)
      .ShowDefault();
  command.Value("--seed", &arguments->seed, "start states of the fresh episodes").ShowDefault();
  command.Value("--keep", &arguments->keep, "folder that summaries of the runs are copied into");
  command.Value("--published", &arguments->published,
                "TOML with figures that others have published");
  command.Flag("--force", &arguments->force, "overwrite the output file");
  command.Action([arguments] { Results(*arguments); });
}

}  // namespace sinew::apps
