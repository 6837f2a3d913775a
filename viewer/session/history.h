#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/env.h"
#include "viewer/session/body_move.h"
#include "viewer/session/pilot.h"
#include "viewer/session/push_plan.h"
#include "viewer/session/wrench.h"

namespace sinew::viewer {

/// A second policy's world at the same moment.
struct GhostFrame {
  PolicyHandle policy;
  sim::EnvState state;
  std::shared_ptr<EpisodeLog> log;
  bool done = false, success = false;
};

/// One control step: the state that it led to and what made it happen. The first frame of an
/// episode is the state after the reset, with no action.
struct Frame {
  sim::EnvState state;
  spec::StepResult result;
  std::vector<float> action;         // [act_dim], as applied
  std::vector<float> intent;         // [act_dim], as the policy meant it in this step
  std::vector<double> torque;        // [act_dim], at the joints [N·m]
  std::vector<double> reward_terms;  // [reward_terms]
  double goal_distance = 0;          // [m], NaN without a goal
  double time = 0;                   // since the episode began [s]
  bool success = false;
  bool begins = false;                 // the first frame of an episode, or of the rest of one
  double value = 0, action_value = 0;  // V and Q before the step; NaN without a critic
  std::vector<Wrench> pushes{};        // the mouse's and the plan's, during this step
  std::optional<BodyMove> move{};      // of the target, before this step
  // what the next step depends on besides the state
  Random::State noise{};
  PushState push_state{};
  PolicyHandle policy{};  // that was at work
  std::shared_ptr<EpisodeLog> log{};
  std::shared_ptr<const GhostFrame> ghost{};

  size_t bytes() const;
};

/// What came after a frame before something else did: kept, so that one can go back to it.
struct Branch {
  uint64_t fork = 0;  // serial number of the frame that it follows
  std::string name;
  std::vector<Frame> frames;
  std::vector<Branch> nested;  // that fork from within `frames`

  size_t bytes() const;
};

/// The last frames, bounded in number and in memory, and a cursor on the one that is shown. Frames
/// that are left behind by going back and on again stay as branches. Never empty after the first
/// Push. Not thread-safe.
class History {
 public:
  History(size_t max_frames, size_t max_bytes) : max_frames_(max_frames), max_bytes_(max_bytes) {}

  /// Makes the frames after the cursor a branch, appends `frame`, moves the cursor onto it and
  /// forgets the oldest branches and then the oldest frames until both bounds hold (the newest
  /// frame always stays).
  void Push(Frame frame);
  /// Moves the cursor; index < size().
  void Seek(size_t index);
  /// Exchanges what follows the fork of branch `index` with that branch; the cursor stays on the
  /// fork.
  void SwitchTo(size_t index);
  void Forget(size_t branch);

  size_t size() const { return frames_.size(); }
  size_t cursor() const { return cursor_; }
  size_t bytes() const { return bytes_; }
  bool at_newest() const { return cursor_ + 1 == frames_.size(); }
  const Frame& operator[](size_t index) const { return frames_[index]; }
  const Frame& current() const { return frames_[cursor_]; }

  /// Branches of what is kept, oldest first.
  const std::vector<Branch>& branches() const { return branches_; }
  /// Index of the frame that a branch forks from.
  size_t ForkIndex(const Branch& branch) const { return branch.fork - first_serial_; }

  /// First frame still kept of the episode under the cursor.
  size_t EpisodeBegin() const;
  /// Behind the last frame of the episode under the cursor.
  size_t EpisodeEnd() const;

 private:
  Branch CutAfterCursor();
  void Trim();

  size_t max_frames_, max_bytes_;
  size_t cursor_ = 0, bytes_ = 0;
  uint64_t first_serial_ = 0;  // of frames_.front()
  int branches_made_ = 0;
  std::deque<Frame> frames_;
  std::vector<Branch> branches_;
};

}  // namespace sinew::viewer
