#include "training/study/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "training/run/manifest.h"

namespace sinew::training {
namespace {

constexpr size_t kIqmSeeds = 4;  // below this the interquartile mean throws too much away

Interval ReadInterval(const nlohmann::json& json) {
  return {json.at(0).get<double>(), json.at(1).get<double>()};
}

EvaluationPoint ReadPoint(const std::string& line) {
  const auto json = nlohmann::json::parse(line);
  const double mean = json.at("mean").get<double>();
  EvaluationPoint point{json.at("step").get<int64_t>(), mean, {mean, mean}};
  // one episode tells no interval
  if (!json.at("ci95").is_null()) point.ci95 = ReadInterval(json.at("ci95"));
  point.diverged = json.value("diverged", int64_t{0});
  if (!json.at("success_rate").is_null()) {
    point.success_rate = json.at("success_rate").get<double>();
    point.success_ci95 = ReadInterval(json.at("success_ci95"));
  }
  return point;
}

/// One quantity of one run over its steps.
struct Series {
  std::vector<double> step, value;
  std::vector<Interval> ci95;

  /// Linear between evaluations; empty outside them.
  std::optional<double> At(double x) const {
    const size_t right = std::ranges::lower_bound(step, x) - step.begin();
    if (right == step.size() || (right == 0 && step[0] != x)) return std::nullopt;
    if (step[right] == x) return value[right];
    const double share = (x - step[right - 1]) / (step[right] - step[right - 1]);
    return value[right - 1] + share * (value[right] - value[right - 1]);
  }
};

Series ReturnSeries(const RunCurve& run) {
  Series series;
  for (const EvaluationPoint& point : run.points) {
    series.step.push_back(static_cast<double>(point.step));
    series.value.push_back(point.mean);
    series.ci95.push_back(point.ci95);
  }
  return series;
}

Series SuccessSeries(const RunCurve& run) {
  Series series;
  for (const EvaluationPoint& point : run.points) {
    if (!point.success_rate) continue;
    series.step.push_back(static_cast<double>(point.step));
    series.value.push_back(*point.success_rate);
    series.ci95.push_back(point.success_ci95);
  }
  return series;
}

void Append(double step, double value, const Interval& interval, Band* band) {
  band->step.push_back(step);
  band->value.push_back(value);
  band->low.push_back(interval.low);
  band->high.push_back(interval.high);
}

Band Aggregate(const std::vector<Series>& seeds) {
  Band band;
  if (seeds.size() == 1) {
    const Series& only = seeds.front();
    for (size_t i = 0; i < only.step.size(); ++i) {
      Append(only.step[i], only.value[i], only.ci95[i], &band);
    }
    return band;
  }
  std::set<double> steps;
  for (const Series& series : seeds) steps.insert(series.step.begin(), series.step.end());
  for (const double step : steps) {
    std::vector<double> values;
    for (const Series& series : seeds) {
      if (const auto value = series.At(step)) values.push_back(*value);
    }
    const Statistic statistic = values.size() < kIqmSeeds ? Statistic(Mean) : InterquartileMean;
    Append(step, statistic(values), BootstrapConfidenceInterval(values, statistic), &band);
  }
  return band;
}

LearningCurve AggregateGroup(const std::vector<const RunCurve*>& runs) {
  LearningCurve curve{
      runs.front()->task, runs.front()->agent, static_cast<int>(runs.size()), {}, {}, {}};
  std::vector<Series> returns, successes;
  for (const RunCurve* run : runs) {
    returns.push_back(ReturnSeries(*run));
    successes.push_back(SuccessSeries(*run));
    curve.baselines.insert(run->baselines.begin(), run->baselines.end());
  }
  curve.episode_return = Aggregate(returns);
  curve.success_rate = Aggregate(successes);
  return curve;
}

}  // namespace

RunCurve LoadRunCurve(const RunFolder& folder) {
  const RunManifest manifest = ReadManifest(folder.manifest());
  RunCurve run{manifest.task, manifest.agent, {}, manifest.baselines};
  const std::string source = folder.evaluations().string();
  const std::string text = ReadFile(folder.evaluations());
  size_t begin = 0;
  for (int line = 1;; ++line) {
    const size_t end = text.find('\n', begin);
    if (end == text.npos) break;
    try {
      run.points.push_back(ReadPoint(text.substr(begin, end - begin)));
    } catch (const nlohmann::json::exception& error) {
      throw UserError(fmt::format("{}:{}: no evaluation: {}", source, line, error.what()));
    }
    begin = end + 1;
  }
  if (run.points.empty()) throw UserError(source + ": the run has no evaluation yet");
  return run;
}

std::vector<LearningCurve> AggregateCurves(std::span<const RunCurve> runs) {
  std::vector<std::vector<const RunCurve*>> groups;
  for (const RunCurve& run : runs) {
    const auto group = std::ranges::find_if(groups, [&](const auto& members) {
      return members.front()->task == run.task && members.front()->agent == run.agent;
    });
    if (group == groups.end()) {
      groups.push_back({&run});
    } else {
      group->push_back(&run);
    }
  }
  std::vector<LearningCurve> curves;
  for (const auto& members : groups) curves.push_back(AggregateGroup(members));
  return curves;
}

}  // namespace sinew::training
