#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/env.h"
#include "viewer/session/disturbance.h"
#include "viewer/session/episode_table.h"
#include "viewer/session/ghost.h"
#include "viewer/session/history.h"
#include "viewer/session/pilot.h"
#include "viewer/session/policy_source.h"
#include "viewer/session/push_plan.h"
#include "viewer/session/wrench.h"

namespace sinew::viewer {

struct SessionOptions {
  uint64_t seed = 0;
  size_t history_frames = 2000;
  size_t history_bytes = 100u << 20;
};

/// Cost of a control step, smoothed, and of all of them so far.
struct StepTiming {
  double policy_ms = 0, physics_ms = 0;
  double all_policy_ms = 0, all_physics_ms = 0;
  int64_t steps = 0;
};

/// An environment under a policy, stepped forwards and back by control steps. What the window shows
/// is a function of this object; it knows nothing of windows itself. Not thread-safe.
class Session {
 public:
  /// @throws Error if the source has no policy to begin with.
  Session(std::shared_ptr<const sim::Task> task, std::unique_ptr<PolicySource> source,
          const SessionOptions& options);

  // what the user has set; part of no frame, so that going back and on again tries other settings
  Disturbance disturbance;
  TakeOver take_over;
  Pusher pusher;
  bool follow_newest = true;
  bool repeat_pushes = false;  // what is stepped through anew gets the pushes that it had before

  /// One control step from the frame under the cursor, with `push` held throughout besides the push
  /// plan's; frames behind the cursor become a branch. After the end of an episode: the first state
  /// of the next one.
  ///
  /// A divergence, or an error of the policy or of MuJoCo, is told by trouble() and leaves the last
  /// good state in place.
  /// @return whether a frame was added.
  bool Step(const Wrench& push = {});
  /// One control step whose action is given, as an episode's file has it; nothing is added to it.
  bool StepWith(std::span<const float> action, std::span<const Wrench> pushes,
                const std::optional<BodyMove>& move);
  /// To the frame before; false at the oldest one.
  bool StepBack();
  /// Whether the frame behind the cursor, if there is one, is what one more step leads to. Another
  /// policy, another push or another place of the target since then lead elsewhere.
  bool WalksHistory() const;
  /// To the frame behind if WalksHistory() and nothing pushes, as it was; else Step().
  bool StepForward(const Wrench& push = {});
  /// To any frame of the history. Physics, random state and the policy's own memory are those of
  /// then, and so is the policy.
  void Seek(size_t index);
  /// Exchanges what follows a branch's fork, and goes to the fork.
  void SwitchTo(size_t branch);
  void ForgetBranch(size_t branch) { history_.Forget(branch); }
  void RestartEpisode();
  void NextEpisode();
  /// Episode `episode` of the environment's own sequence.
  void BeginEpisode(uint64_t episode);
  /// An episode that begins at any state, with what its policy had seen and meant until then.
  void BeginFrom(const sim::EnvState& state, EpisodeLog log);

  /// From here on this policy acts, until another one is chosen or a newer one is followed.
  /// @throws Error if it cannot be made, or acts in another space; the old one stays.
  void UsePolicy(PolicyHandle policy);
  const PolicyHandle& policy() const { return pilot_.card(); }
  PolicySource& source() { return *source_; }

  /// A second policy beside the first, from here on; null: none.
  void UseGhost(PolicyHandle policy);
  const Ghost* ghost() const { return ghost_ ? &*ghost_ : nullptr; }
  Ghost* ghost() { return ghost_ ? &*ghost_ : nullptr; }

  /// Puts a target somewhere else; part of the next step.
  void MoveBody(const BodyMove& move);

  const spec::TaskSpec& spec() const { return env_.spec(); }
  const std::shared_ptr<const sim::Task>& task() const { return task_; }
  uint64_t seed() const { return options_.seed; }
  sim::Env& env() { return env_; }
  const sim::Env& env() const { return env_; }
  const History& history() const { return history_; }
  const Frame& frame() const { return history_.current(); }
  const EpisodeTable& episodes() const { return episodes_; }
  const StepTiming& timing() const { return timing_; }
  spec::ValueFunction* value_function() { return value_.get(); }
  bool deterministic() const { return !disturbance.exploring; }

  /// Why the last step failed: joint, time and cause. Cleared by whatever moves on.
  const std::optional<std::string>& trouble() const { return trouble_; }
  void Fail(std::string cause);

 private:
  void Adopt(PolicyHandle policy);
  void PollPolicy();
  void RestoreCursor();
  void RememberPushes(size_t begin);
  bool Attempt(std::span<const float> given, std::vector<Wrench> pushes);
  void Decide(Frame* next);
  void Rate(std::span<const float> observation, Frame* next);
  void Record(Frame next);

  std::shared_ptr<const sim::Task> task_;
  std::unique_ptr<PolicySource> source_;
  SessionOptions options_;
  sim::Env env_;
  Pilot pilot_;
  std::unique_ptr<spec::ValueFunction> value_;
  std::optional<Ghost> ghost_;
  History history_;
  EpisodeTable episodes_;
  Random noise_;
  bool rewound_ = false;  // a newer policy waits until the episode's end
  std::optional<BodyMove> move_;
  std::map<int64_t, std::vector<Wrench>> remembered_;  // pushes to repeat, by the step before
  std::vector<float> seen_, action_, intent_;
  StepTiming timing_;
  std::optional<std::string> trouble_;
};

}  // namespace sinew::viewer
