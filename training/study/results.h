#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "training/evaluation/evaluation.h"
#include "training/run/manifest.h"
#include "training/run/run_folder.h"

namespace sinew::training {

/// What fresh episodes say about the policies of a finished run: `fresh.json` of its folder.
struct FreshEvaluation {
  struct Figures {
    double mean = 0, iqm = 0;
    Interval ci95;  // of the mean, over episodes
    std::vector<SuccessRate> success;
    int64_t diverged = 0;
  };
  int64_t episodes = 0;
  uint64_t seed = 0;  // of the start states
  Figures last, best;
};

std::filesystem::path FreshPath(const RunFolder& folder);
/// Atomic. @throws Error naming the file if it cannot be written.
void WriteFresh(const RunFolder& folder, const FreshEvaluation& fresh);
/// Empty where the folder has none. @throws UserError naming a file that is damaged.
std::optional<FreshEvaluation> ReadFresh(const RunFolder& folder);
FreshEvaluation::Figures FiguresOf(const Evaluation& evaluation);

/// Copies what a result rests on (manifest, configuration, evaluations, fresh episodes) into
/// `root`/<name of the run's folder>, so that the table can be made again without the policies.
/// What stands there from an earlier copy is replaced. @throws Error if a file cannot be written.
void KeepSummary(const RunFolder& folder, const std::filesystem::path& root);

/// One run as the table sees it.
struct RunResult {
  RunManifest manifest;
  std::optional<FreshEvaluation> fresh;  // none: the run has not finished, or was not evaluated
};

/// @throws UserError if the manifest or the evaluation is damaged.
RunResult LoadRunResult(const RunFolder& folder);

/// The seeds of one task, agent and configuration.
struct ResultRow {
  std::string task, agent, command;  // the command of the first seed
  std::string preset;                // that it names; empty: the task's own
  std::string cpu;
  int64_t env_steps = 0;
  std::vector<uint64_t> seeds;       // ascending, of the runs that finished
  std::vector<double> returns;       // mean of the last policy, one a seed
  std::vector<uint64_t> unfinished;  // seeds of runs that failed, were interrupted or not evaluated
  double mean = 0, iqm = 0;          // over seeds
  Interval ci95;                     // of the mean: over seeds, or for one seed over its episodes
  double best_mean = 0;              // of the best policies, over seeds
  std::vector<SuccessRate> success;  // mean over seeds; Wilson's interval over all their episodes
  double wall_seconds = 0;           // median over seeds, evaluations on the way included
  int64_t episodes = 0;              // fresh ones a seed
  int64_t diverged = 0;              // episodes of the last policies
};

/// Groups runs by task, agent and configuration; sorted by task, steps, agent, preset.
std::vector<ResultRow> AggregateResults(std::span<const RunResult> runs);

/// A figure that others have published, to stand beside ours.
struct PublishedResult {
  std::string task, agent;
  int64_t env_steps = 0;
  double value = 0;
  std::string source;
};

/// Reads `[[result]]` tables with the members of PublishedResult (agent may be empty: any).
/// @throws UserError naming file and member for what is missing or of a wrong type.
std::vector<PublishedResult> ReadPublished(const std::filesystem::path& path);

/// The rows as Markdown, one table a task, with the commands below; published figures of the same
/// task, agent and steps stand in a column of their own.
std::string ResultsMarkdown(std::span<const ResultRow> rows,
                            std::span<const PublishedResult> published);

}  // namespace sinew::training
