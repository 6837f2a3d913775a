#include "models/normalizer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/flat_parameters.h"

namespace sinew::models {
namespace {

// an element that hardly moves is not blown up to unit variance
constexpr double kLeastStdDev = 1e-3;

}  // namespace

Normalizer::Normalizer(int obs_dim, NormalizerMode mode, double clip,
                       std::span<const float> magnitude)
    : obs_dim_(obs_dim),
      mode_(mode),
      clip_(static_cast<float>(clip)),
      running_mean_(obs_dim, 0.0),
      sum_of_squares_(obs_dim, 0.0),
      mean_(obs_dim, 0.0f),
      scale_(obs_dim, 1.0f),
      low_(obs_dim, std::numeric_limits<float>::max()),
      high_(obs_dim, std::numeric_limits<float>::lowest()) {
  if (mode != NormalizerMode::kTask) return;
  for (size_t i = 0; i < magnitude.size(); ++i) scale_[i] = 1 / magnitude[i];
}

void Normalizer::Observe(std::span<const float> observations) {
  const bool learn = mode_ != NormalizerMode::kTask && !frozen_;
  for (size_t row = 0; row < observations.size(); row += obs_dim_) {
    const float* x = observations.data() + row;
    for (int i = 0; i < obs_dim_; ++i) {
      low_[i] = std::min(low_[i], x[i]);
      high_[i] = std::max(high_[i], x[i]);
    }
    // what is no number would stay in the statistics for good
    if (!learn || !AllFinite({x, static_cast<size_t>(obs_dim_)})) continue;
    count_ += 1;
    for (int i = 0; i < obs_dim_; ++i) {
      const double deviation = x[i] - running_mean_[i];
      running_mean_[i] += deviation / count_;
      sum_of_squares_[i] += deviation * (x[i] - running_mean_[i]);
    }
  }
  if (!learn) return;
  for (int i = 0; i < obs_dim_; ++i) {
    const double std_dev = std::sqrt(sum_of_squares_[i] / std::max(count_, 1.0));
    mean_[i] = static_cast<float>(running_mean_[i]);
    scale_[i] = static_cast<float>(1 / std::max(std_dev, kLeastStdDev));
  }
}

void Normalizer::EndWarmup() {
  if (mode_ == NormalizerMode::kWarmup) frozen_ = 1;
}

void Normalizer::Apply(std::span<const float> observations, std::span<float> out) const {
  for (size_t row = 0; row < observations.size(); row += obs_dim_) {
    const float* x = observations.data() + row;
    float* y = out.data() + row;
#pragma omp simd
    for (int i = 0; i < obs_dim_; ++i) {
      y[i] = std::clamp((x[i] - mean_[i]) * scale_[i], -clip_, clip_);
    }
  }
}

void Normalizer::Serialize(Archive& archive, const std::string& name) {
  archive.Value(name + ".frozen", frozen_);
  archive.Value(name + ".count", count_);
  archive.Values(name + ".running_mean", std::span<double>(running_mean_));
  archive.Values(name + ".sum_of_squares", std::span<double>(sum_of_squares_));
  archive.Values(name + ".mean", std::span<float>(mean_));
  archive.Values(name + ".scale", std::span<float>(scale_));
  archive.Values(name + ".low", std::span<float>(low_));
  archive.Values(name + ".high", std::span<float>(high_));
}

}  // namespace sinew::models
