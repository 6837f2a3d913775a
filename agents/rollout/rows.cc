#include "agents/rollout/rows.h"

#include <algorithm>

namespace sinew::agents {

void GatherRows(std::span<const float> from, int width, std::span<const int> rows,
                std::vector<float>* to) {
  to->resize(rows.size() * width);
  float* out = to->data();
  for (const int row : rows) {
    out = std::copy_n(from.data() + static_cast<size_t>(row) * width, width, out);
  }
}

// a few hundred rows at a time, so that the layers' outputs stay in the cache
void ForwardRows(models::Network& network, std::span<const float> observations,
                 std::vector<float>* outputs) {
  constexpr size_t kChunk = 256;
  const size_t width = network.spec().inputs, rows = observations.size() / width;
  outputs->clear();
  for (size_t first = 0; first < rows; first += kChunk) {
    const size_t size = std::min(kChunk, rows - first);
    const auto out = network.Evaluate(observations.subspan(first * width, size * width), {},
                                      static_cast<int>(size));
    outputs->insert(outputs->end(), out.begin(), out.end());
  }
}

}  // namespace sinew::agents
