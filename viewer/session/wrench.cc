#include "viewer/session/wrench.h"

#include <algorithm>
#include <ranges>

namespace sinew::viewer {

ScopedWrenches::ScopedWrenches(mjData* data, std::span<const Wrench> wrenches) {
  for (const Wrench& wrench : wrenches) {
    if (!wrench) continue;
    mjtNum* row = data->xfrc_applied + 6 * wrench.body;
    Row& saved = saved_.emplace_back(row, Row{}).second;
    std::copy_n(row, 6, saved.begin());
    for (int i = 0; i < 3; ++i) {
      row[i] += wrench.force[i];
      row[3 + i] += wrench.torque[i];
    }
  }
}

ScopedWrenches::~ScopedWrenches() {
  for (const auto& [row, saved] : saved_ | std::views::reverse) std::ranges::copy(saved, row);
}

}  // namespace sinew::viewer
