#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "apps/common/output_file.h"
#include "apps/common/subject.h"
#include "apps/sim/commands.h"
#include "core/error.h"
#include "core/files.h"
#include "training/evaluation/episode_trace.h"
#include "training/evaluation/evaluation.h"

namespace sinew::apps {
namespace {

struct EvalArguments {
  std::string what, choice, table, trace;
  int64_t episodes = 100;
  uint64_t seed = training::kFreshEpisodesSeed;
  bool json = false, force = false;
};

// a line an episode: how it went, and what physics it was given
std::string EpisodeTable(const training::Evaluation& evaluation) {
  std::string text = "episode,return,length,success,final_distance,diverged";
  for (const auto& drawn : evaluation.episodes.front().drawn) text += "," + drawn.name;
  text += "\n";
  for (size_t k = 0; k < evaluation.episodes.size(); ++k) {
    const training::EpisodeRecord& episode = evaluation.episodes[k];
    const bool success = !episode.success.empty() && episode.success.front();
    text += fmt::format("{},{:.17g},{},{:d},{:.17g},{:d}", k, episode.episode_return,
                        episode.length, success, episode.final_distance, episode.diverged);
    for (const auto& drawn : episode.drawn) text += fmt::format(",{:.17g}", drawn.value);
    text += "\n";
  }
  return text;
}

// the same episodes as Evaluate, one after the other, and every step of them into a file
training::Evaluation Trace(const Subject& subject, const EvalArguments& arguments) {
  sim::Env env(subject.task, arguments.seed);
  const auto policy = subject.make_policy();
  training::EpisodeTrace trace(subject.task->spec());
  std::vector<training::EpisodeRecord> records;
  for (int64_t k = 0; k < arguments.episodes; ++k) {
    records.push_back(training::RunEpisode(
        &env, policy.get(), k, [&](const training::SeenStep& seen) { trace.Add(seen); }));
  }
  WriteFileAtomically(arguments.trace, trace.csv());
  auto evaluation = training::Summarize(subject.task->spec(), std::move(records));
  evaluation.warnings = env.simulation().warnings();
  return evaluation;
}

training::Evaluation RunEvaluation(const Subject& subject, const EvalArguments& arguments) {
  if (!arguments.trace.empty()) return Trace(subject, arguments);
  ThreadPool pool(static_cast<int>(std::thread::hardware_concurrency()));
  return training::Evaluate(subject.task, subject.make_policy, arguments.episodes, arguments.seed,
                            &pool);
}

void Eval(const EvalArguments& arguments) {
  const Subject subject = ResolveSubject(arguments.what, arguments.choice, arguments.seed);
  if (!arguments.table.empty() && arguments.table == arguments.trace)
    throw UserError(fmt::format("--table and --trace are both '{}'", arguments.table));
  for (const std::string& file : {arguments.table, arguments.trace}) {
    if (!file.empty()) CheckOutputFile(file, arguments.force);
  }
  const training::Evaluation evaluation = RunEvaluation(subject, arguments);
  if (!arguments.table.empty()) WriteFileAtomically(arguments.table, EpisodeTable(evaluation));
  const std::string& task = subject.task->spec().name;
  if (evaluation.diverged > 0) {
    fmt::print(stderr, "warning: {} of {} episodes diverged: {}\n", evaluation.diverged,
               evaluation.episodes.size(), evaluation.divergence);
  }
  for (const std::string& line : evaluation.warnings.Describe())
    fmt::print(stderr, "warning: {}\n", line);
  if (!arguments.json) {
    fmt::print("{} on {}, {} episodes: {}\n", subject.policy_name, task, arguments.episodes,
               evaluation.Summary());
    return;
  }
  nlohmann::ordered_json json{{"task", task}, {"policy", subject.policy_name}};
  json.update(evaluation.ToJson());
  json["seed"] = arguments.seed;
  fmt::print("{}\n", json.dump(2));
}

}  // namespace

void AddEvalCommand(CommandLine& program) {
  Command command = program.Add("eval");
  auto arguments = std::make_shared<EvalArguments>();
  command.Argument("run|policy|task", &arguments->what, "run folder, policy file or task")
      .Required();
  command.Value("--policy,--agent", &arguments->choice,
                "final or best of a run; zero, random, sine or pd on a task");
  command.Value("--episodes", &arguments->episodes, "episodes").Between(1, 1000000).ShowDefault();
  command.Value("--seed", &arguments->seed, "start states; equal seeds give equal episodes")
      .ShowDefault();
  command.Value("--table", &arguments->table,
                "CSV file with a line an episode: return, success, randomised physics");
  command.Value("--trace", &arguments->trace,
                "CSV file with a line a control step: observation, action, torque, reward");
  command.Flag("--force", &arguments->force, "overwrite these files");
  command.Flag("--json", &arguments->json, "one JSON document on stdout");
  command.Action([arguments] { Eval(*arguments); });
}

}  // namespace sinew::apps
