#include "viewer/session/series.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sinew::viewer {
namespace {

// Frames of the current episode that a plot shows. Rewards belong to steps, so their plots leave
// the reset frame out.
struct Window {
  size_t begin, end;
};

Window PlotWindow(const History& history, bool with_reset_frame) {
  Window window{history.EpisodeBegin(), history.cursor() + 1};
  if (!with_reset_frame && history[window.begin].begins) ++window.begin;
  if (window.end - window.begin > kPlotSamples) window.begin = window.end - kPlotSamples;
  return window;
}

PlotData EmptyPlot(const History& history, const Window& window, double dt) {
  PlotData plot;
  plot.dx = dt;
  plot.x0 = window.begin < window.end ? history[window.begin].time : dt;
  return plot;
}

bool HasTotal(const spec::TaskSpec& spec) { return spec.reward_terms.size() > 1; }

}  // namespace

PlotData StackedPlotOf(std::span<const std::string> names, double x0, double dx) {
  PlotData plot{x0, dx, {}};
  for (const std::string& name : names) {
    plot.series.push_back({name, {}});
    plot.series.push_back({name, {}});
  }
  return plot;
}

void AddStacked(std::span<const double> values, PlotData* plot) {
  double gained = 0, lost = 0;
  for (size_t k = 0; k < values.size(); ++k) {
    double& edge = values[k] < 0 ? lost : gained;
    plot->series[2 * k].values.push_back(static_cast<float>(edge));
    edge += values[k];
    plot->series[2 * k + 1].values.push_back(static_cast<float>(edge));
  }
}

PlotData RewardPlot(const History& history, const spec::TaskSpec& spec) {
  const Window window = PlotWindow(history, false);
  PlotData plot = EmptyPlot(history, window, spec.control_dt);
  for (size_t k = 0; k < spec.reward_terms.size(); ++k) {
    Series& series = plot.series.emplace_back(Series{spec.reward_terms[k].name, {}});
    for (size_t i = window.begin; i < window.end; ++i) {
      series.values.push_back(static_cast<float>(history[i].reward_terms[k]));
    }
  }
  if (HasTotal(spec)) {
    Series& total = plot.series.emplace_back(Series{"total", {}});
    for (size_t i = window.begin; i < window.end; ++i) {
      total.values.push_back(static_cast<float>(history[i].result.reward));
    }
  }
  return plot;
}

PlotData StackedRewardPlot(const History& history, const spec::TaskSpec& spec) {
  const Window window = PlotWindow(history, false);
  std::vector<std::string> names;
  for (const spec::RewardTerm& term : spec.reward_terms) names.push_back(term.name);
  const PlotData empty = EmptyPlot(history, window, spec.control_dt);
  PlotData plot = StackedPlotOf(names, empty.x0, empty.dx);
  for (size_t i = window.begin; i < window.end; ++i) AddStacked(history[i].reward_terms, &plot);
  return plot;
}

PlotData ValuePlot(const History& history, const spec::TaskSpec& spec, double gamma) {
  const Window window = PlotWindow(history, false);
  PlotData plot = EmptyPlot(history, window, spec.control_dt);
  if (window.begin >= window.end || std::isnan(history.current().value)) return plot;
  // Q is V wherever the policy does what it thinks best
  plot.series = {{"V", {}, {}, true}, {"Q", {}}, {"earned", {}}};
  // what each step earned with everything after it, from the end backwards
  const size_t end = history.EpisodeEnd();
  std::vector<double> earned(end - window.begin);
  double sum = 0;
  for (size_t i = end; i-- > window.begin;) {
    earned[i - window.begin] = sum = history[i].result.reward + gamma * sum;
  }
  for (size_t i = window.begin; i < window.end; ++i) {
    plot.series[0].values.push_back(static_cast<float>(history[i].value));
    plot.series[1].values.push_back(static_cast<float>(history[i].action_value));
    plot.series[2].values.push_back(static_cast<float>(earned[i - window.begin]));
  }
  if (std::isnan(history.current().action_value)) plot.series.erase(plot.series.begin() + 1);
  return plot;
}

PlotData GoalDistancePlot(const History& history, const spec::TaskSpec& spec) {
  const Window window = PlotWindow(history, true);
  PlotData plot = EmptyPlot(history, window, spec.control_dt);
  if (std::isnan(history.current().goal_distance)) return plot;
  Series& series = plot.series.emplace_back(Series{"distance", {}});
  for (size_t i = window.begin; i < window.end; ++i) {
    series.values.push_back(static_cast<float>(history[i].goal_distance));
  }
  return plot;
}

std::vector<double> RewardSums(const History& history, const spec::TaskSpec& spec) {
  std::vector<double> sums(spec.reward_terms.size());
  for (size_t i = history.EpisodeBegin(); i <= history.cursor(); ++i) {
    std::ranges::transform(sums, history[i].reward_terms, sums.begin(), std::plus<>());
  }
  if (HasTotal(spec)) sums.push_back(history.current().state.episode_return);
  return sums;
}

std::vector<JointLoad> JointLoads(const Frame& frame, const spec::TaskSpec& spec) {
  std::vector<JointLoad> loads;
  for (size_t i = 0; i < spec.action.size(); ++i) {
    const auto& element = spec.action[i];
    JointLoad load{element.name(), frame.intent[i], frame.action[i], frame.torque[i], 0, false};
    load.limit = std::max(std::abs(element.torque_low), std::abs(element.torque_high));
    load.saturated = std::abs(load.action) >= 1;
    load.command = element.CommandOfAction(std::clamp<double>(load.action, -1, 1));
    load.unit = element.unit();
    load.torque_unit = element.torque_unit();
    load.servo = element.is_servo();
    loads.push_back(load);
  }
  return loads;
}

std::vector<ObservationRow> ObservationRows(const Frame& frame, const spec::TaskSpec& spec) {
  static const ObservationScaling kNone;
  const ObservationScaling& scaling = frame.policy ? frame.policy->scaling : kNone;
  std::vector<ObservationRow> rows;
  for (size_t i = 0; i < spec.observation.size(); ++i) {
    ObservationRow row;
    row.name = spec.observation[i].name;
    row.unit = spec.observation[i].unit == "1" ? "" : spec.observation[i].unit;
    row.value = frame.state.observation[i];
    if (i < scaling.mean.size()) {
      const double scaled = (row.value - scaling.mean[i]) * scaling.scale[i];
      row.normalised = std::clamp<double>(scaled, -scaling.clip, scaling.clip);
      row.clipped = std::abs(scaled) >= scaling.clip;
    }
    if (i < scaling.training_low.size()) {
      const double low = scaling.training_low[i], span = scaling.training_high[i] - low;
      if (span > 0) row.place = (row.value - low) / span;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<double> AxisTicks(double low, double high, int count) {
  if (!(high > low) || count < 1) return {};
  const double raw = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  // the smallest of 1, 2, 5, 10 times a power of ten that is coarse enough
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= raw) step = factor * power;
  }
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k) {
    ticks.push_back(k * step);
  }
  return ticks;
}

}  // namespace sinew::viewer
