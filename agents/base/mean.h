#pragma once

#include <cstdint>

namespace sinew::agents {

/// Mean of a figure over the updates since it was last asked for.
struct Mean {
  double sum = 0;
  int64_t count = 0;

  void Add(double value) {
    sum += value;
    ++count;
  }
  double value() const { return count > 0 ? sum / static_cast<double>(count) : 0; }
};

}  // namespace sinew::agents
