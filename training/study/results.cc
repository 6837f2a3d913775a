#include "training/study/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>

#include "core/error.h"
#include "core/files.h"

namespace sinew::training {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json ToJson(const FreshEvaluation::Figures& figures) {
  Json json{{"mean", figures.mean},
            {"iqm", figures.iqm},
            {"ci95", {figures.ci95.low, figures.ci95.high}},
            {"success", Json::array()},
            {"diverged", figures.diverged}};
  for (const SuccessRate& rate : figures.success) {
    json["success"].push_back(
        {{"name", rate.name}, {"rate", rate.rate}, {"ci95", {rate.ci95.low, rate.ci95.high}}});
  }
  return json;
}

Interval IntervalFrom(const Json& json) { return {json.at(0), json.at(1)}; }

FreshEvaluation::Figures FiguresFrom(const Json& json) {
  FreshEvaluation::Figures figures{
      json.at("mean"), json.at("iqm"), IntervalFrom(json.at("ci95")), {}, json.at("diverged")};
  for (const Json& rate : json.at("success")) {
    figures.success.push_back({rate.at("name"), rate.at("rate"), IntervalFrom(rate.at("ci95"))});
  }
  return figures;
}

// where an option and its value stand in a command, the blank before them included
struct OptionPlace {
  size_t begin = 0, value = 0, end = 0;
};

// as "--name value" or "--name=value"
std::optional<OptionPlace> FindOption(const std::string& command, const std::string& name) {
  const std::string option = " --" + name;
  const size_t begin = command.find(option);
  const size_t value = begin + option.size() + 1;
  if (begin == std::string::npos || value > command.size()) return std::nullopt;
  if (command[value - 1] != ' ' && command[value - 1] != '=') return std::nullopt;
  return OptionPlace{begin, value, std::min(command.find(' ', value), command.size())};
}

// where a run was written is no part of how to repeat it
std::string WithoutOut(std::string command) {
  const auto out = FindOption(command, "out");
  return out ? command.erase(out->begin, out->end - out->begin) : command;
}

std::string PresetOf(const std::string& command) {
  const auto preset = FindOption(command, "preset");
  return preset ? command.substr(preset->value, preset->end - preset->value) : "";
}

Interval OverSeeds(std::span<const double> values) {
  return BootstrapConfidenceInterval(values, Mean);
}

void AddSuccess(const std::vector<const RunResult*>& runs, ResultRow* row) {
  const auto& first = runs.front()->fresh->last.success;
  for (size_t k = 0; k < first.size(); ++k) {
    double rate = 0;
    int64_t successes = 0;
    for (const RunResult* run : runs) {
      const double of_seed = run->fresh->last.success.at(k).rate;
      rate += of_seed / static_cast<double>(runs.size());
      successes += std::llround(of_seed * static_cast<double>(run->fresh->episodes));
    }
    const auto trials = static_cast<int64_t>(runs.size()) * row->episodes;
    row->success.push_back({first[k].name, rate, WilsonInterval(successes, trials)});
  }
}

ResultRow MakeRow(std::vector<const RunResult*> runs) {
  std::ranges::sort(runs, {}, [](const RunResult* run) { return run->manifest.seed; });
  const RunManifest& first = runs.front()->manifest;
  ResultRow row;
  row.task = first.task;
  row.agent = first.agent;
  row.command = WithoutOut(first.command_line);
  row.preset = PresetOf(first.command_line);
  row.cpu = fmt::format("{}, {} cores", first.cpu_model, first.cpu_count);
  std::vector<const RunResult*> finished;
  for (const RunResult* run : runs) {
    if (run->fresh && run->manifest.status == RunStatus::kFinished) {
      finished.push_back(run);
    } else {
      row.unfinished.push_back(run->manifest.seed);
    }
  }
  if (finished.empty()) return row;
  std::vector<double> best, seconds;
  for (const RunResult* run : finished) {
    row.seeds.push_back(run->manifest.seed);
    row.returns.push_back(run->fresh->last.mean);
    best.push_back(run->fresh->best.mean);
    seconds.push_back(run->manifest.wall_clock_seconds);
    row.diverged += run->fresh->last.diverged;
  }
  row.env_steps = finished.front()->manifest.env_steps;
  row.episodes = finished.front()->fresh->episodes;
  row.mean = Mean(row.returns);
  row.iqm = InterquartileMean(row.returns);
  row.ci95 = row.returns.size() > 1 ? OverSeeds(row.returns) : finished.front()->fresh->last.ci95;
  row.best_mean = Mean(best);
  row.wall_seconds = Median(seconds);
  AddSuccess(finished, &row);
  return row;
}

}  // namespace

fs::path FreshPath(const RunFolder& folder) { return folder.root() / "fresh.json"; }

void WriteFresh(const RunFolder& folder, const FreshEvaluation& fresh) {
  const Json json{{"episodes", fresh.episodes},
                  {"seed", fresh.seed},
                  {"last", ToJson(fresh.last)},
                  {"best", ToJson(fresh.best)}};
  WriteFileAtomically(FreshPath(folder), json.dump(2) + "\n");
}

std::optional<FreshEvaluation> ReadFresh(const RunFolder& folder) {
  const fs::path path = FreshPath(folder);
  if (!fs::exists(path)) return std::nullopt;
  try {
    const Json json = Json::parse(ReadFile(path));
    return FreshEvaluation{json.at("episodes"), json.at("seed"), FiguresFrom(json.at("last")),
                           FiguresFrom(json.at("best"))};
  } catch (const nlohmann::json::exception& error) {
    throw UserError(fmt::format("{} is damaged: {}", path.string(), error.what()));
  }
}

FreshEvaluation::Figures FiguresOf(const Evaluation& evaluation) {
  return {evaluation.mean, evaluation.iqm, evaluation.ci95, evaluation.success,
          evaluation.diverged};
}

void KeepSummary(const RunFolder& folder, const fs::path& root) {
  const fs::path name = fs::weakly_canonical(folder.root()).filename();
  fs::create_directories(root / name);
  for (const fs::path& file :
       {folder.manifest(), folder.config(), folder.evaluations(), FreshPath(folder)}) {
    if (fs::exists(file)) WriteFileAtomically(root / name / file.filename(), ReadFile(file));
  }
}

RunResult LoadRunResult(const RunFolder& folder) {
  return {ReadManifest(folder.manifest()), ReadFresh(folder)};
}

std::vector<ResultRow> AggregateResults(std::span<const RunResult> runs) {
  using Key = std::tuple<std::string, std::string, std::string>;
  std::map<Key, std::vector<const RunResult*>> groups;
  for (const RunResult& run : runs) {
    groups[{run.manifest.task, run.manifest.agent, run.manifest.config_hash}].push_back(&run);
  }
  std::vector<ResultRow> rows;
  for (const auto& [key, members] : groups) rows.push_back(MakeRow(members));
  std::ranges::stable_sort(rows, {}, [](const ResultRow& row) {
    return std::tuple(row.task, row.env_steps, row.agent, row.preset);
  });
  return rows;
}

}  // namespace sinew::training
