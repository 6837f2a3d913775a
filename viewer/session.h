#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/env.h"
#include "viewer/history.h"
#include "viewer/policy_source.h"
#include "viewer/wrench.h"

namespace sinew::viewer {

struct SessionOptions {
  uint64_t seed = 0;
  size_t history_frames = 2000;
  size_t history_bytes = 100u << 20;
};

/// Smoothed cost of one control step.
struct StepTiming {
  double policy_ms = 0;
  double physics_ms = 0;
};

/// An environment under a policy, stepped forwards and back by control steps. What the window shows
/// is a function of this object; it knows nothing of windows itself. Not thread-safe.
class Session {
 public:
  /// @throws Error if the source has no policy to begin with.
  Session(std::shared_ptr<const sim::Task> task, std::unique_ptr<PolicySource> source,
          const SessionOptions& options);

  /// One control step from the frame under the cursor, with `push` held throughout; later frames
  /// are dropped. After the end of an episode: the first state of the next one.
  ///
  /// A divergence, or an error of the policy or of MuJoCo, is told by trouble() and leaves the last
  /// good state in place.
  /// @return whether a frame was added.
  bool Step(const Wrench& push = {});
  /// To the frame before; false at the oldest one.
  bool StepBack();
  /// To any frame of the history. Physics, random state and the policy's own memory are those of
  /// then.
  void Seek(size_t index);
  void RestartEpisode();
  void NextEpisode();

  const sim::TaskSpec& spec() const { return env_.spec(); }
  sim::Env& env() { return env_; }
  const sim::Env& env() const { return env_; }
  const History& history() const { return history_; }
  const Frame& frame() const { return history_.current(); }
  const StepTiming& timing() const { return timing_; }
  std::string policy_name() const { return policy_->name(); }
  bool deterministic() const { return source_->deterministic(); }

  /// Why the last step failed: joint, time and cause. Cleared by whatever moves on.
  const std::optional<std::string>& trouble() const { return trouble_; }

 private:
  void BeginEpisode(uint64_t episode);
  void PollPolicy();
  void SyncPolicy();
  std::optional<sim::StepResult> TryStep(const Wrench& push);
  void Fail(std::string cause);
  void Record(const sim::StepResult& result, const Wrench& push);

  std::unique_ptr<PolicySource> source_;
  std::unique_ptr<sim::Policy> policy_;
  bool policy_in_sync_ = false;  // whether the policy has seen exactly the episode up to the cursor
  sim::Env env_;
  History history_;
  std::shared_ptr<ObservationLog> log_;
  std::vector<float> observation_, action_;
  StepTiming timing_;
  std::optional<std::string> trouble_;
};

}  // namespace sinew::viewer
