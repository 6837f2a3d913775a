#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "sim/env.h"
#include "viewer/wrench.h"

namespace sinew::viewer {

/// Every observation that the policy was given in one episode, in order. Feeding them again after
/// Policy::Reset brings any deterministic policy back to where it was, whatever it remembers.
struct ObservationLog {
  std::vector<float> values;  // [steps x obs_dim]
};

/// One control step: the state that it led to and what made it happen. The first frame of an
/// episode is the state after the reset, with no action.
struct Frame {
  sim::EnvState state;
  sim::StepResult result;
  std::vector<float> action;         // [act_dim]
  std::vector<double> torque;        // [act_dim], at the joints [N·m]
  std::vector<double> reward_terms;  // [reward_terms]
  double goal_distance = 0;          // [m], NaN without a goal
  double time = 0;                   // since the episode began [s]
  bool success = false;
  Wrench push;  // the mouse's, during this step
  std::shared_ptr<ObservationLog> log;

  size_t bytes() const;
};

/// The last frames, bounded in number and in memory, and a cursor on the one that is shown. Never
/// empty after the first Push. Not thread-safe.
class History {
 public:
  History(size_t max_frames, size_t max_bytes) : max_frames_(max_frames), max_bytes_(max_bytes) {}

  /// Drops the frames after the cursor, appends `frame`, moves the cursor onto it and forgets the
  /// oldest frames until both bounds hold (the newest always stays).
  void Push(Frame frame);
  /// Moves the cursor; index < size().
  void Seek(size_t index);

  size_t size() const { return frames_.size(); }
  size_t cursor() const { return cursor_; }
  size_t bytes() const { return bytes_; }
  bool at_newest() const { return cursor_ + 1 == frames_.size(); }
  const Frame& operator[](size_t index) const { return frames_[index]; }
  const Frame& current() const { return frames_[cursor_]; }

  /// First frame still kept of the episode under the cursor.
  size_t EpisodeBegin() const;

 private:
  size_t max_frames_, max_bytes_;
  size_t cursor_ = 0, bytes_ = 0;
  std::deque<Frame> frames_;
};

}  // namespace sinew::viewer
