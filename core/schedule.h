#pragma once

#include <algorithm>
#include <cmath>

namespace sinew {

/// A value that changes over a run: what it is at the start and what it is at the end. Between
/// them it moves linearly, unless who reads it says otherwise; behind the end it stays.
struct Schedule {
  double start = 0, end = 0;

  Schedule() = default;
  /// The same all the time.
  Schedule(double value) : start(value), end(value) {}  // NOLINT: reads like a number
  Schedule(double first, double last) : start(first), end(last) {}

  bool constant() const { return start == end; }
  double low() const { return std::min(start, end); }
  double high() const { return std::max(start, end); }
  /// @param progress  share of the run that is over, 0 to 1.
  double At(double progress) const { return std::lerp(start, end, progress); }
  bool operator==(const Schedule&) const = default;
};

}  // namespace sinew
