#include "training/study/sweep.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "apps/common/child_processes.h"
#include "apps/common/rows.h"
#include "apps/learn/commands.h"
#include "apps/learn/run_results.h"
#include "apps/learn/run_setup.h"
#include "core/error.h"
#include "core/files.h"
#include "training/evaluation/evaluation.h"
#include "training/run/interrupt.h"
#include "training/run/progress.h"
#include "training/study/curves.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;
using training::RunFolder;
using training::SweepCell;

constexpr auto kLook = std::chrono::milliseconds(50);
constexpr double kRedraw = 1;  // seconds between two looks at how far the runs are

struct SweepArguments {
  std::vector<std::string> tasks, agents{"ddpg"}, grid, assignments;
  std::string seeds = "1-5", preset, config_file, out;
  int64_t steps = 0, episodes = 100;
  int jobs = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  bool json = false, quiet = false;
};

double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// one thread a training unless it was asked for otherwise
std::vector<std::string> Assignments(const SweepArguments& arguments, const SweepCell& cell) {
  std::vector<std::string> assignments{"train.threads=1"};
  if (arguments.steps > 0) assignments.push_back(fmt::format("train.steps={}", arguments.steps));
  assignments.insert(assignments.end(), arguments.assignments.begin(), arguments.assignments.end());
  assignments.insert(assignments.end(), cell.assignments.begin(), cell.assignments.end());
  return assignments;
}

std::unique_ptr<training::RunConfig> ConfigOf(const SweepArguments& arguments,
                                              const SweepCell& cell) {
  return MakeRunConfig({cell.task, cell.agent, cell.seed, arguments.preset, arguments.config_file,
                        Assignments(arguments, cell)});
}

fs::path FolderOf(const SweepArguments& arguments, const SweepCell& cell) {
  return fs::path(arguments.out) / cell.name();
}

bool Finished(const fs::path& folder) {
  return fs::exists(folder) && training::ReadManifest(RunFolder::Open(folder).manifest()).status ==
                                   training::RunStatus::kFinished;
}

// What is wrong with a sweep is found before its first training: settings that contradict each
// other, and runs that stand in its folder and were trained differently.
void Check(const SweepArguments& arguments, const std::vector<SweepCell>& cells) {
  for (const SweepCell& cell : cells) {
    const auto config = ConfigOf(arguments, cell);
    if (cell.seed == cells.front().seed) {
      const auto task = config->BuildTask();
      config->BuildAgent(*task);
      config->BuildCurriculum(task);
    }
    const fs::path folder = FolderOf(arguments, cell);
    if (!fs::exists(folder)) continue;
    const auto there = LoadRunConfig(RunFolder::Open(folder));
    if (there->config().ToToml() == config->config().ToToml()) continue;
    throw UserError(
        fmt::format("{} was trained with other settings; choose another --out", folder.string()));
  }
}

std::vector<std::string> TrainingCommand(const SweepArguments& arguments, const SweepCell& cell) {
  const std::string folder = FolderOf(arguments, cell).string();
  if (fs::exists(folder)) return {"resume", folder};
  std::vector<std::string> words{"train",    cell.task, "--agent",
                                 cell.agent, "--seed",  fmt::format("{}", cell.seed),
                                 "--out",    folder};
  if (!arguments.preset.empty()) words.insert(words.end(), {"--preset", arguments.preset});
  if (!arguments.config_file.empty())
    words.insert(words.end(), {"--config", arguments.config_file});
  for (const std::string& assignment : Assignments(arguments, cell))
    words.insert(words.end(), {"--set", assignment});
  return words;
}

/// The trainings of a sweep, so many at a time.
class Runner {
 public:
  Runner(const SweepArguments& arguments, const std::vector<SweepCell>& cells)
      : arguments_(arguments), cells_(cells), terminal_(isatty(STDERR_FILENO) == 1) {
    for (size_t i = 0; i < cells.size(); ++i) {
      if (Finished(FolderOf(arguments, cells[i]))) {
        ++done_;
      } else {
        waiting_.push_back(static_cast<int>(i));
      }
    }
    done_before_ = done_;
  }

  /// @return  whether nobody asked it to stop.
  bool Run(const training::InterruptGuard& guard) {
    bool stopping = false;
    while (processes_.running() > 0 || (!waiting_.empty() && !stopping)) {
      if (guard.Requested() && !stopping) {
        stopping = true;
        processes_.Interrupt();
      }
      while (!stopping && !waiting_.empty() && processes_.running() < arguments_.jobs) StartNext();
      while (const auto ended = processes_.Poll()) TakeNote(*ended, stopping);
      Draw();
      std::this_thread::sleep_for(kLook);
    }
    Clear();
    return !stopping;
  }

  /// Sends the policies of finished runs through fresh episodes where that has not been done.
  /// @return  false if it was asked to stop before the last one.
  bool Evaluate(const training::InterruptGuard& guard) const {
    std::vector<std::string> missing;
    for (const SweepCell& cell : cells_) {
      const fs::path folder = FolderOf(arguments_, cell);
      if (Finished(folder) && !training::ReadFresh(RunFolder::Open(folder)))
        missing.push_back(folder.string());
    }
    if (missing.empty()) return true;
    Say(fmt::format("evaluating the policies of {} runs over {} fresh episodes each",
                    missing.size(), arguments_.episodes));
    ThreadPool pool(std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
    size_t i = 0;
    for (; i < missing.size() && !guard.Requested(); ++i) {
      if (terminal_ && !arguments_.quiet)
        fmt::print(stderr, "\r\033[K{} of {} evaluated", i, missing.size());
      EvaluateWhereMissing(missing[i], arguments_.episodes, training::kFreshEpisodesSeed, &pool);
    }
    Clear();
    return i == missing.size();
  }

  int done() const { return done_; }
  const std::vector<std::string>& failed() const { return failed_; }

 private:
  void StartNext() {
    const SweepCell& cell = cells_[waiting_.front()];
    processes_.Start(TrainingCommand(arguments_, cell), Log(cell), waiting_.front());
    running_[waiting_.front()] = ConfigOf(arguments_, cell)->train().steps;
    waiting_.pop_front();
  }

  fs::path Log(const SweepCell& cell) const {
    return fs::path(arguments_.out) / (cell.name() + ".log");
  }

  void TakeNote(const ChildProcesses::Ended& ended, bool stopping) {
    running_.erase(ended.id);
    const SweepCell& cell = cells_[ended.id];
    const fs::path folder = FolderOf(arguments_, cell);
    if (ended.status == 0 && Finished(folder)) {
      ++done_;
      const auto manifest = training::ReadManifest(RunFolder::Open(folder).manifest());
      const auto curve = training::LoadRunCurve(RunFolder::Open(folder));
      const auto& last = curve.points.back();
      const std::string diverged =
          last.diverged > 0 ? fmt::format(" ({} episodes diverged)", last.diverged) : "";
      Say(fmt::format("[{}/{}] {}: return {:.4g}{} in {}", done_, cells_.size(), cell.name(),
                      last.mean, diverged, training::FormatDuration(manifest.wall_clock_seconds)));
    } else if (!stopping || ended.status > 1) {  // 1: it was stopped
      failed_.push_back(cell.name());
      Say(fmt::format("{} failed (exit code {}): see {}", cell.name(), ended.status,
                      Log(cell).string()));
    }
  }

  // of 1, by the evaluations that a run has behind it
  double ShareDone(int index, int64_t steps) const {
    try {
      const auto curve = training::LoadRunCurve(RunFolder(FolderOf(arguments_, cells_[index])));
      return static_cast<double>(curve.points.back().step) / static_cast<double>(steps);
    } catch (const Error&) {
      return 0;  // before its first evaluation
    }
  }

  void Draw() {
    const double now = Seconds();
    if (arguments_.quiet || !terminal_ || now < next_draw_) return;
    next_draw_ = now + kRedraw;
    double share = done_ - done_before_;
    for (const auto& [index, steps] : running_) share += ShareDone(index, steps);
    const double elapsed = now - start_;
    const double left = static_cast<double>(cells_.size()) - done_before_ - share;
    const std::string eta =
        share > 0 ? " ETA " + training::FormatDuration(elapsed * left / share) : "";
    const std::string failures = failed_.empty() ? "" : fmt::format(", {} failed", failed_.size());
    fmt::print(stderr, "\r\033[K{} of {} done, {} running{}  {}{}", done_, cells_.size(),
               running_.size(), failures, training::FormatDuration(elapsed), eta);
    std::fflush(stderr);
  }
  void Clear() const {
    if (terminal_ && !arguments_.quiet) fmt::print(stderr, "\r\033[K");
  }
  void Say(const std::string& line) const {
    if (arguments_.quiet) return;
    Clear();
    fmt::print(stderr, "{}\n", line);
  }

  const SweepArguments& arguments_;
  const std::vector<SweepCell>& cells_;
  std::deque<int> waiting_;
  std::map<int, int64_t> running_;  // index of the cell, its steps
  std::vector<std::string> failed_;
  int done_ = 0, done_before_ = 0;
  bool terminal_;
  double start_ = Seconds(), next_draw_ = 0;
  ChildProcesses processes_;
};

nlohmann::ordered_json RowOf(const std::string& variant, const training::ResultRow& row) {
  nlohmann::ordered_json json{{"variant", variant},     {"seeds", row.seeds.size()},
                              {"steps", row.env_steps}, {"mean", row.mean},
                              {"ci_low", row.ci95.low}, {"ci_high", row.ci95.high},
                              {"iqm", row.iqm},         {"best_policy", row.best_mean}};
  json["success"] = nullptr;
  if (!row.success.empty()) json["success"] = row.success.front().rate;
  json["diverged"] = row.diverged;
  json["wall_seconds"] = row.wall_seconds;
  return json;
}

// a row a variant, task by task, the best mean first; those whose policies diverge come last
nlohmann::ordered_json Table(const SweepArguments& arguments, const std::vector<SweepCell>& cells) {
  auto rows = nlohmann::ordered_json::array();
  for (const std::string& task : arguments.tasks) {
    std::vector<nlohmann::ordered_json> of_task;
    for (const SweepCell& first : cells) {
      if (first.task != task || first.seed != cells.front().seed) continue;
      std::vector<training::RunResult> runs;
      for (const SweepCell& cell : cells) {
        const std::string folder = FolderOf(arguments, cell).string();
        if (cell.variant != first.variant || !Finished(folder)) continue;
        runs.push_back(LoadResult(folder));
      }
      if (runs.empty()) continue;
      of_task.push_back(RowOf(first.variant, training::AggregateResults(runs).front()));
    }
    const auto rank = [](const nlohmann::ordered_json& row) {
      return std::pair(row.at("diverged") > 0, -row.at("mean").get<double>());
    };
    std::ranges::stable_sort(of_task, {}, rank);
    for (auto& row : of_task) rows.push_back(std::move(row));
  }
  return rows;
}

void Sweep(const SweepArguments& arguments) {
  std::vector<training::SweepAxis> axes;
  for (const std::string& axis : arguments.grid) axes.push_back(training::ParseAxis(axis));
  const auto cells = training::ExpandSweep(arguments.tasks, arguments.agents, axes,
                                           training::ParseSeeds(arguments.seeds));
  Check(arguments, cells);
  fs::create_directories(arguments.out);
  const training::InterruptGuard guard;
  Runner runner(arguments, cells);
  if (!runner.Run(guard)) {
    fmt::print("stopped, {} of {} done; the same command goes on\n", runner.done(), cells.size());
    return;
  }
  if (!runner.Evaluate(guard)) {
    fmt::print("stopped before every run was evaluated; the same command goes on\n");
    return;
  }
  PrintRows(Table(arguments, cells), arguments.json);
  if (runner.failed().empty()) return;
  throw Error(fmt::format("{} of {} trainings failed: {}", runner.failed().size(), cells.size(),
                          fmt::join(runner.failed(), ", ")));
}

}  // namespace

void AddSweepCommand(CommandLine& program) {
  Command command = program.Add("sweep");
  auto arguments = std::make_shared<SweepArguments>();
  command.Argument("tasks", &arguments->tasks, "tasks or task files").Required();
  command.Value("--agent", &arguments->agents, "agents, e.g. ddpg,td3")
      .SplitAtCommas()
      .ShowDefault();
  command.Value("--seeds", &arguments->seeds, "e.g. 1-5 or 101,103-105").ShowDefault();
  command
      .Value("--grid", &arguments->grid,
             "a setting and the values to try, e.g. agent.actor_lr=1e-3,3e-4; repeatable")
      .Repeatable();
  command.Value("--set", &arguments->assignments, "one setting for all; repeatable").Repeatable();
  command.Value("--steps", &arguments->steps, "environment steps of each");
  command.Value("--preset", &arguments->preset, "named settings (default: each task's own)");
  command.Value("--config", &arguments->config_file, "TOML file with settings for all");
  command.Value("--out", &arguments->out, "folder of the run folders; finished ones are kept")
      .Required();
  command.Value("--jobs", &arguments->jobs, "trainings at a time, a thread each")
      .Between(1, 1024)
      .ShowDefault();
  command.Value("--episodes", &arguments->episodes, "fresh episodes a policy, for the table")
      .Between(1, 1000000)
      .ShowDefault();
  command.Flag("--json", &arguments->json, "the table as one JSON document on stdout");
  command.Flag("--quiet", &arguments->quiet, "no progress");
  command.Action([arguments] { Sweep(*arguments); });
}

}  // namespace sinew::apps
