#include "agents/memory/frame_stack.h"

#include <algorithm>

namespace sinew::agents {

FrameStack::FrameStack(int frames, int num_envs, int obs_dim, int act_dim)
    : frames_(frames),
      obs_dim_(obs_dim),
      act_dim_(act_dim),
      width_(frames * obs_dim + (frames - 1) * act_dim),
      stacks_(static_cast<size_t>(num_envs) * width_),
      begun_(num_envs, 0) {}

std::span<float> FrameStack::Row(int env) {
  return std::span(stacks_).subspan(static_cast<size_t>(env) * width_, width_);
}

std::span<const float> FrameStack::Of(int env) const {
  return std::span(stacks_).subspan(static_cast<size_t>(env) * width_, width_);
}

void FrameStack::See(int env, std::span<const float> observation, bool begins) {
  const auto stack = Row(env);
  const int copies = begins || !begun_[env] ? frames_ : 1;
  auto out = stack.begin();
  for (int k = 0; k < copies; ++k) out = std::ranges::copy(observation, out).out;
  if (copies > 1) std::fill(out, stack.end(), 0.0f);
  begun_[env] = 1;
}

void FrameStack::After(int env, std::span<const float> action,
                       std::span<const float> next_observation, std::span<float> stack) const {
  const auto now = Of(env);
  const size_t older = static_cast<size_t>(frames_ - 1) * obs_dim_;
  auto out = std::ranges::copy(next_observation, stack.begin()).out;
  out = std::ranges::copy(now.first(older), out).out;
  if (frames_ == 1) return;
  out = std::ranges::copy(action, out).out;
  const size_t older_actions = static_cast<size_t>(frames_ - 2) * act_dim_;
  std::ranges::copy(now.subspan(static_cast<size_t>(frames_) * obs_dim_, older_actions), out);
}

void FrameStack::Advance(int env, std::span<const float> stack, bool ended) {
  std::ranges::copy(stack, Row(env).begin());
  begun_[env] = ended ? 0 : 1;
}

void FrameStack::Serialize(models::Archive& archive, const std::string& name) {
  archive.Values(name + ".stacks", std::span<float>(stacks_));
  archive.Values(name + ".begun", std::span<uint8_t>(begun_));
}

}  // namespace sinew::agents
