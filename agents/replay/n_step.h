#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agents/replay/replay_buffer.h"

namespace sinew::agents {

/// Turns the steps of one environment into n-step transitions
/// (s_t, a_t, sum_{k<n} gamma^k r_{t+k}, s_{t+n}, gamma^n), shorter at an episode's end.
///
/// A terminal successor gets discount 0; a truncated one keeps gamma^n and so bootstraps; the step
/// on which the simulation diverged is dropped and those before it end at the last good state.
/// Source: Sutton & Barto 2018, section 7.1 (off-policy, uncorrected, as in Hessel et al. 2017,
/// arXiv:1710.02298).
class NStep {
 public:
  /// @param stream  of the buffer, whose transitions follow each other.
  NStep(int n, double gamma, int obs_dim, int act_dim, int stream = 0);

  void Add(std::span<const float> observation, std::span<const float> action, float reward,
           std::span<const float> next_observation, bool terminated, bool truncated, bool diverged,
           ReplayBuffer* buffer);
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  int pending() const { return static_cast<int>(rewards_.size()); }
  void Emit(std::span<const float> last_observation, bool terminated, ReplayBuffer* buffer);

  int n_;
  float gamma_;
  int obs_dim_, act_dim_, stream_;
  std::vector<float> observations_, actions_,
      rewards_;  // of the steps not yet emitted, oldest first
};

}  // namespace sinew::agents
