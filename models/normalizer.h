#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/archive.h"

namespace sinew::models {

/// How the observation is scaled before the networks see it.
enum class NormalizerMode {
  kTask,     // by the magnitudes that the task states
  kWarmup,   // statistics of the warm-up, then fixed: targets do not drift while the critic learns
  kRunning,  // statistics of everything seen so far
};

/// Running mean and standard deviation of the observation, part of the policy and of its file:
/// x = clip((observation - mean) / std, +-clip). Also keeps the range seen, for the contract.
/// Source: Welford's update, Chan et al. 1979.
class Normalizer {
 public:
  /// @param magnitude  [obs_dim], used in mode kTask; empty: all 1.
  Normalizer(int obs_dim, NormalizerMode mode, double clip, std::span<const float> magnitude = {});

  /// @param observations  [rows x obs_dim]. Ranges are always tracked; mean and std unless frozen,
  /// of the rows whose numbers are all finite.
  void Observe(std::span<const float> observations);
  /// Ends the warm-up: in mode kWarmup mean and std stay as they are from here on.
  void EndWarmup();
  /// @param out  [rows x obs_dim], may be `observations` itself.
  void Apply(std::span<const float> observations, std::span<float> out) const;

  const std::vector<float>& mean() const { return mean_; }
  const std::vector<float>& scale() const { return scale_; }
  float clip() const { return clip_; }
  NormalizerMode mode() const { return mode_; }
  const std::vector<float>& low() const { return low_; }
  const std::vector<float>& high() const { return high_; }
  void Serialize(Archive& archive, const std::string& name);

 private:
  int obs_dim_;
  NormalizerMode mode_;
  float clip_;
  uint64_t frozen_ = 0;
  double count_ = 0;
  std::vector<double> running_mean_, sum_of_squares_;  // of deviations from the mean
  std::vector<float> mean_, scale_, low_, high_;
};

}  // namespace sinew::models
