#include "agents/base/observation_scaler.h"

#include <algorithm>
#include <utility>

namespace sinew::agents {

ObservationScaler::ObservationScaler(const AgentContext& context, models::Normalizer normalizer)
    : obs_dim_(context.obs_dim),
      frame_dim_(context.frame_dim()),
      frames_(context.frames),
      normalizer_(std::move(normalizer)) {
  if (!context.differences || frames_ == 1) return;
  // no task states how large a step is, so statistics say it, whatever scales the observation
  const auto mode = normalizer_.mode() == models::NormalizerMode::kTask
                        ? models::NormalizerMode::kWarmup
                        : normalizer_.mode();
  differences_.emplace(context.frame_dim(), mode, normalizer_.clip());
}

void ObservationScaler::EndWarmup() {
  normalizer_.EndWarmup();
  if (differences_) differences_->EndWarmup();
}

void ObservationScaler::Observe(std::span<const float> observations) {
  if (frames_ == 1) return normalizer_.Observe(observations);
  newest_.clear();
  for (size_t row = 0; row < observations.size(); row += obs_dim_) {
    const auto frame = observations.subspan(row, frame_dim_);
    newest_.insert(newest_.end(), frame.begin(), frame.end());
  }
  normalizer_.Observe(newest_);
  if (differences_) ObserveDifferences(observations);
}

// Of the newest step alone: the others were the newest before.
void ObservationScaler::ObserveDifferences(std::span<const float> observations) {
  newest_.clear();
  scaled_.resize(2 * frame_dim_);
  for (size_t row = 0; row < observations.size(); row += obs_dim_) {
    normalizer_.Apply(observations.subspan(row, 2 * frame_dim_), scaled_);
    for (size_t i = 0; i < frame_dim_; ++i) newest_.push_back(scaled_[i] - scaled_[frame_dim_ + i]);
  }
  differences_->Observe(newest_);
}

void ObservationScaler::Apply(std::span<const float> observations, std::span<float> out) const {
  if (frames_ == 1) return normalizer_.Apply(observations, out);
  const size_t stacked = frames_ * frame_dim_;
  for (size_t row = 0; row < observations.size(); row += obs_dim_) {
    const auto frames = out.subspan(row, stacked);
    normalizer_.Apply(observations.subspan(row, stacked), frames);
    std::ranges::copy(observations.subspan(row + stacked, obs_dim_ - stacked),
                      out.begin() + static_cast<int64_t>(row + stacked));
    if (!differences_) continue;
    for (size_t i = stacked - 1; i >= frame_dim_; --i)
      frames[i] = frames[i - frame_dim_] - frames[i];
    const auto steps = frames.subspan(frame_dim_);
    differences_->Apply(steps, steps);
  }
}

void ObservationScaler::Serialize(models::Archive& archive) {
  normalizer_.Serialize(archive, "normalizer");
  if (differences_) differences_->Serialize(archive, "differences");
}

}  // namespace sinew::agents
