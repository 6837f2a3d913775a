#include "viewer/wrench.h"

#include <algorithm>

namespace sinew::viewer {

ScopedWrench::ScopedWrench(mjData* data, const Wrench& wrench) {
  if (!wrench) return;
  row_ = data->xfrc_applied + 6 * wrench.body;
  std::copy_n(row_, 6, saved_.begin());
  for (int i = 0; i < 3; ++i) {
    row_[i] += wrench.force[i];
    row_[3 + i] += wrench.torque[i];
  }
}

ScopedWrench::~ScopedWrench() {
  if (row_) std::ranges::copy(saved_, row_);
}

}  // namespace sinew::viewer
