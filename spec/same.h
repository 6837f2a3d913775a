#pragma once

#include <algorithm>
#include <cmath>

namespace sinew::spec {

/// Equal but for the last bits, which a sum of timesteps may differ in.
inline bool Same(double a, double b) {
  return a == b || std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}

}  // namespace sinew::spec
