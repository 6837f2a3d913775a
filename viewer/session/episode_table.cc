#include "viewer/session/episode_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace sinew::viewer {

void EpisodeTable::Add(const History& history) {
  const Frame& last = history.current();
  EpisodeRow row;
  row.episode = last.state.episode;
  row.steps = last.state.step;
  row.episode_return = last.state.episode_return;
  row.terms.resize(last.reward_terms.size());
  row.success = last.success;
  row.end = last.result.terminated ? "terminated" : "time limit";
  row.policy = last.policy ? last.policy->label : "";
  for (size_t i = history.EpisodeBegin(); i <= history.cursor(); ++i) {
    std::ranges::transform(row.terms, history[i].reward_terms, row.terms.begin(), std::plus<>());
    row.pushed |= !history[i].pushes.empty();
  }
  rows_.push_back(std::move(row));
  if (rows_.size() > kRows) rows_.pop_front();
}

PlotData EpisodeTable::Plot(const spec::TaskSpec& spec) const {
  std::vector<std::string> names;
  for (const spec::RewardTerm& term : spec.reward_terms) names.push_back(term.name);
  PlotData plot = StackedPlotOf(names, 0, 1);
  for (const EpisodeRow& row : rows_) AddStacked(row.terms, &plot);
  return plot;
}

std::string EpisodeTable::Csv(const spec::TaskSpec& spec) const {
  std::string text = "episode,steps,return,success,end,pushed,policy";
  for (const spec::RewardTerm& term : spec.reward_terms) text += "," + term.name;
  text += '\n';
  for (const EpisodeRow& row : rows_) {
    text += fmt::format("{},{},{:.9g},{},{},{},\"{}\"", row.episode, row.steps, row.episode_return,
                        row.success ? 1 : 0, row.end, row.pushed ? 1 : 0, row.policy);
    for (const double sum : row.terms) text += fmt::format(",{:.9g}", sum);
    text += '\n';
  }
  return text;
}

}  // namespace sinew::viewer
