#include "viewer/history.h"

#include <cassert>
#include <utility>

namespace sinew::viewer {

size_t Frame::bytes() const {
  const size_t doubles = state.simulation.values.size() + state.observation.size() +
                         state.hold.size() + torque.size() + reward_terms.size();
  // each frame added one observation to its episode's log
  const size_t floats = action.size() + state.observation.size();
  return sizeof(Frame) + doubles * sizeof(double) + floats * sizeof(float);
}

void History::Push(Frame frame) {
  while (frames_.size() > cursor_ + 1) {
    bytes_ -= frames_.back().bytes();
    frames_.pop_back();
  }
  bytes_ += frame.bytes();
  frames_.push_back(std::move(frame));
  while (frames_.size() > 1 && (frames_.size() > max_frames_ || bytes_ > max_bytes_)) {
    bytes_ -= frames_.front().bytes();
    frames_.pop_front();
  }
  cursor_ = frames_.size() - 1;
}

void History::Seek(size_t index) {
  assert(index < frames_.size());
  cursor_ = index;
}

size_t History::EpisodeBegin() const {
  size_t begin = cursor_;
  while (begin > 0 && frames_[begin - 1].log == frames_[cursor_].log) --begin;
  return begin;
}

}  // namespace sinew::viewer
