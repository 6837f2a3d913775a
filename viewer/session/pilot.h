#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/env.h"
#include "viewer/session/policy_card.h"

namespace sinew::viewer {

/// Every observation that the policy was given in one episode and what it answered, in order.
/// Feeding them again after Policy::Reset brings any policy back to where it was, whatever it
/// remembers. Frames share it: frame k of an episode means its first k entries.
struct EpisodeLog {
  std::vector<float> observations;  // [steps x obs_dim], as seen
  std::vector<float> intents;       // [steps x act_dim], as meant, exploration included
  /// What one policy remembered after each of the first steps, where it can tell: saves feeding it
  /// all again.
  struct Memory {
    PolicyHandle of;
    size_t width = 0;
    std::vector<float> values;  // [steps x width]
  } memory{};

  int64_t steps(size_t obs_dim) const {
    return static_cast<int64_t>(observations.size() / obs_dim);
  }
};

/// A policy at work in one episode, which can be put back to any earlier step of it and exchanged
/// for another one at any time.
class Pilot {
 public:
  Pilot(int obs_dim, int act_dim) : obs_dim_(obs_dim), seen_(obs_dim), action_(act_dim) {}

  /// From here on this policy acts. @throws whatever the card's maker throws; the old one stays.
  void Use(PolicyHandle card);
  const PolicyHandle& card() const { return card_; }

  void BeginEpisode(uint64_t episode);
  /// Back to behind step `steps` of the episode that `log` is of.
  void Resume(std::shared_ptr<EpisodeLog> log, uint64_t episode, int64_t steps);

  /// What the policy would do on an observation made of `simulation` [obs_dim]. Rebuilds its memory
  /// first if that is of another step.
  /// @return  [act_dim], valid until the next call.
  std::span<float> Act(const sim::Simulation& simulation, std::span<const float> observation);
  /// Observes, acts and notes both. @return  [act_dim], valid until the next call.
  std::span<float> Decide(const sim::Env& env);
  /// Notes what was seen and what was meant.
  void Log(std::span<const float> observation, std::span<const float> intent);
  /// What was meant `steps` control steps before the last one noted; zeros before the episode's
  /// first.
  void IntentBefore(int steps, std::span<float> action) const;
  /// The policy may no longer be at the step that the log says.
  void Forget() { in_sync_ = false; }

  const std::shared_ptr<EpisodeLog>& log() const { return log_; }

 private:
  void Synchronize();
  bool Recall();
  void NoteMemory(int64_t step);

  size_t obs_dim_;
  std::vector<float> seen_, action_;
  PolicyHandle card_;
  std::unique_ptr<spec::Policy> policy_;
  std::shared_ptr<EpisodeLog> log_ = std::make_shared<EpisodeLog>();
  uint64_t episode_ = 0;
  int64_t steps_ = 0;     // entries of the log that count
  bool in_sync_ = false;  // whether the policy has seen exactly those
};

}  // namespace sinew::viewer
