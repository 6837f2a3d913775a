#pragma once

#include "core/random.h"

namespace sinew::tasks {

/// A range that start states are drawn from, uniformly.
struct Interval {
  double low = 0, high = 0;
  double Draw(Random& random) const { return random.Uniform(low, high); }
};

}  // namespace sinew::tasks
