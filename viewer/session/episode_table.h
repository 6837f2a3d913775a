#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "sim/task.h"
#include "viewer/session/history.h"
#include "viewer/session/series.h"

namespace sinew::viewer {

/// What one finished episode came to.
struct EpisodeRow {
  uint64_t episode = 0;
  int64_t steps = 0;
  double episode_return = 0;
  std::vector<double> terms;  // sums of the reward terms; of the kept frames
  bool success = false;
  std::string end;     // "terminated", "time limit"
  std::string policy;  // label of the last one at work
  bool pushed = false;
};

/// The last episodes that were watched to their end, newest last.
class EpisodeTable {
 public:
  static constexpr size_t kRows = 50;

  /// Notes the episode under the history's cursor, which has just ended. An episode that is watched
  /// to its end again is noted again.
  void Add(const History& history);
  const std::deque<EpisodeRow>& rows() const { return rows_; }

  /// What each reward term came to in each of them, for StackedPlot, over their place in the list.
  PlotData Plot(const spec::TaskSpec& spec) const;
  /// All rows as comma-separated values with a header.
  std::string Csv(const spec::TaskSpec& spec) const;

 private:
  std::deque<EpisodeRow> rows_;
};

}  // namespace sinew::viewer
