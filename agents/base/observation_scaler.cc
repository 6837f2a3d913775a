#include "agents/base/observation_scaler.h"

#include <algorithm>
#include <utility>

namespace sinew::agents {

ObservationScaler::ObservationScaler(const AgentContext& context, models::Normalizer normalizer)
    : obs_dim_(context.obs_dim),
      frame_dim_(context.frame_dim()),
      frames_(context.frames),
      normalizer_(std::move(normalizer)) {}

void ObservationScaler::Observe(std::span<const float> observations) {
  if (frames_ == 1) return normalizer_.Observe(observations);
  newest_.clear();
  for (size_t row = 0; row < observations.size(); row += obs_dim_) {
    const auto frame = observations.subspan(row, frame_dim_);
    newest_.insert(newest_.end(), frame.begin(), frame.end());
  }
  normalizer_.Observe(newest_);
}

void ObservationScaler::Apply(std::span<const float> observations, std::span<float> out) const {
  if (frames_ == 1) return normalizer_.Apply(observations, out);
  const size_t stacked = frames_ * frame_dim_;
  for (size_t row = 0; row < observations.size(); row += obs_dim_) {
    normalizer_.Apply(observations.subspan(row, stacked), out.subspan(row, stacked));
    std::ranges::copy(observations.subspan(row + stacked, obs_dim_ - stacked),
                      out.begin() + static_cast<int64_t>(row + stacked));
  }
}

}  // namespace sinew::agents
