#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/env.h"

namespace sinew::sim {

/// Controls for an open-loop replay: one row a control step, one column an actuator.
struct ControlTable {
  int columns = 0;
  std::vector<double> values;  // [rows x columns], in the actuators' own unit

  int rows() const { return columns ? static_cast<int>(values.size()) / columns : 0; }
  std::span<const double> Row(int row) const {
    return std::span(values).subspan(static_cast<size_t>(row) * columns, columns);
  }
};

/// Reads comma-separated numbers without a header. Empty lines at the end are skipped.
/// @param source  file name for messages.
/// @throws UserError in one line with file:line:column (columns count cells) for every cell that is
/// no finite number (the first five of them), and with file:line for a row of another length.
ControlTable ParseControls(std::string_view csv, int columns, const std::string& source);

/// "0.1,-0.2" as numbers.
/// @param name  of the option, for messages. @param size  how many there must be.
/// @throws UserError naming the element, or both sizes.
std::vector<double> ParseStateVector(std::string_view text, int size, const std::string& name);

/// Replays the controls from the state that `env` is in and returns the trajectory as CSV:
///
///     step,time,obs_0,...,reward,terminated,truncated,diverged,<reward terms>
///
/// with the start state as step 0 and 17 significant digits, from which every double reads back to
/// the same bits. Ends behind a terminated or diverged step; a replay goes on beyond the task's
/// time limit, which only sets `truncated`.
std::string Rollout(Env* env, const ControlTable& controls);

}  // namespace sinew::sim
