#pragma once

#include <chrono>

namespace sinew {

/// Of a clock that never goes back [s]; its zero means nothing.
inline double SteadySeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace sinew
