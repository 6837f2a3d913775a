#include "viewer/session/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace sinew::viewer {
namespace {

size_t BytesOf(const sim::EnvState& state) {
  return sizeof(double) *
         (state.simulation.values.size() + state.observation.size() + state.hold.size());
}

}  // namespace

size_t Frame::bytes() const {
  const size_t doubles = torque.size() + reward_terms.size();
  // each frame added one observation and one intent to its episode's log
  const size_t floats = action.size() + 2 * intent.size() + state.observation.size();
  const size_t second = ghost ? sizeof(GhostFrame) + BytesOf(ghost->state) : 0;
  return sizeof(Frame) + BytesOf(state) + doubles * sizeof(double) + floats * sizeof(float) +
         pushes.size() * sizeof(Wrench) + second;
}

size_t Branch::bytes() const {
  size_t sum = 0;
  for (const Frame& frame : frames) sum += frame.bytes();
  for (const Branch& branch : nested) sum += branch.bytes();
  return sum;
}

Branch History::CutAfterCursor() {
  Branch branch;
  branch.fork = first_serial_ + cursor_;
  const auto cut = frames_.begin() + static_cast<std::ptrdiff_t>(cursor_) + 1;
  const sim::EnvState& first = cut->state;
  branch.name = fmt::format("{}: episode {}, from step {}", ++branches_made_, first.episode,
                            std::max<int64_t>(0, first.step - 1));
  branch.frames.assign(std::make_move_iterator(cut), std::make_move_iterator(frames_.end()));
  frames_.erase(cut, frames_.end());
  // what forks from there goes with it
  const auto moved = std::stable_partition(branches_.begin(), branches_.end(),
                                           [&](const Branch& b) { return b.fork <= branch.fork; });
  branch.nested.assign(std::make_move_iterator(moved), std::make_move_iterator(branches_.end()));
  branches_.erase(moved, branches_.end());
  return branch;
}

void History::Push(Frame frame) {
  if (!frames_.empty() && !at_newest()) branches_.push_back(CutAfterCursor());
  bytes_ += frame.bytes();
  frames_.push_back(std::move(frame));
  Trim();
  cursor_ = frames_.size() - 1;
}

void History::Trim() {
  const auto too_much = [&] {
    size_t kept = frames_.size();
    for (const Branch& branch : branches_) kept += branch.frames.size();
    return kept > max_frames_ || bytes_ > max_bytes_;
  };
  while (!branches_.empty() && (too_much() || branches_.front().fork < first_serial_)) Forget(0);
  while (frames_.size() > 1 && (frames_.size() > max_frames_ || bytes_ > max_bytes_)) {
    bytes_ -= frames_.front().bytes();
    frames_.pop_front();
    ++first_serial_;
  }
  std::erase_if(branches_, [&](const Branch& branch) {
    const bool rootless = branch.fork < first_serial_;
    if (rootless) bytes_ -= branch.bytes();
    return rootless;
  });
}

void History::Seek(size_t index) {
  assert(index < frames_.size() || frames_.empty());
  cursor_ = index;
}

void History::SwitchTo(size_t index) {
  assert(index < branches_.size());
  Branch wanted = std::move(branches_[index]);
  branches_.erase(branches_.begin() + static_cast<std::ptrdiff_t>(index));
  cursor_ = ForkIndex(wanted);
  if (!at_newest()) branches_.push_back(CutAfterCursor());
  std::ranges::move(wanted.frames, std::back_inserter(frames_));
  std::ranges::move(wanted.nested, std::back_inserter(branches_));
}

void History::Forget(size_t branch) {
  assert(branch < branches_.size());
  bytes_ -= branches_[branch].bytes();
  branches_.erase(branches_.begin() + static_cast<std::ptrdiff_t>(branch));
}

size_t History::EpisodeBegin() const {
  size_t begin = cursor_;
  while (begin > 0 && !frames_[begin].begins) --begin;
  return begin;
}

size_t History::EpisodeEnd() const {
  size_t end = cursor_ + 1;
  while (end < frames_.size() && !frames_[end].begins) ++end;
  return end;
}

}  // namespace sinew::viewer
