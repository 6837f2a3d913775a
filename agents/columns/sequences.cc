#include "agents/columns/sequences.h"

#include <algorithm>

namespace sinew::agents {

int SequenceRows::LengthOf(int i) const {
  int steps = 0;
  while (steps < length && rows[static_cast<size_t>(steps) * count + i] >= 0) ++steps;
  return steps;
}

std::vector<float> SequenceRows::Mask() const {
  std::vector<float> mask(rows.size());
  std::ranges::transform(rows, mask.begin(), [](int64_t row) { return row < 0 ? 0.0f : 1.0f; });
  return mask;
}

SequenceRows SequenceRows::Take(std::span<const int> sequences) const {
  SequenceRows taken{.count = static_cast<int>(sequences.size())};
  for (const int i : sequences) taken.length = std::max(taken.length, LengthOf(i));
  for (int t = 0; t < taken.length; ++t) {
    for (const int i : sequences) taken.rows.push_back(rows[static_cast<size_t>(t) * count + i]);
  }
  return taken;
}

SequenceRows ArrangeSequences(std::span<const std::vector<int64_t>> sequences) {
  SequenceRows arranged{.count = static_cast<int>(sequences.size())};
  for (const auto& sequence : sequences) {
    arranged.length = std::max(arranged.length, static_cast<int>(sequence.size()));
  }
  for (size_t t = 0; t < static_cast<size_t>(arranged.length); ++t) {
    for (const auto& sequence : sequences) {
      arranged.rows.push_back(t < sequence.size() ? sequence[t] : -1);
    }
  }
  return arranged;
}

void GatherSequences(std::span<const float> from, int width, const SequenceRows& sequences,
                     std::vector<float>* to) {
  to->assign(sequences.rows.size() * width, 0.0f);
  float* out = to->data();
  for (const int64_t row : sequences.rows) {
    if (row >= 0) std::copy_n(from.data() + row * width, width, out);
    out += width;
  }
}

}  // namespace sinew::agents
