#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/archive.h"

namespace sinew::agents {

/// What an agent with history sees of every environment: the last K observations and the K - 1
/// actions between them, newest first,
///
///     [o_t, o_t-1, ..., o_t-K+1, a_t-1, ..., a_t-K+1].
///
/// At the start of an episode the first observation stands in every place and actions are 0.
class FrameStack {
 public:
  FrameStack(int frames, int num_envs, int obs_dim, int act_dim);

  /// Numbers in a stack: K obs_dim + (K - 1) act_dim.
  int width() const { return width_; }
  int num_envs() const { return static_cast<int>(begun_.size()); }

  /// The environment shows `observation` [obs_dim] before its next step. A new episode begins with
  /// it if `begins`, or if the last one has ended; otherwise it takes the newest place.
  void See(int env, std::span<const float> observation, bool begins);
  /// Of the environment as of now, [width].
  std::span<const float> Of(int env) const;
  /// What it is after a step. @param action  [act_dim]. @param next_observation  [obs_dim].
  /// @param stack  [width], filled in.
  void After(int env, std::span<const float> action, std::span<const float> next_observation,
             std::span<float> stack) const;
  /// Takes such a stack for the present one. @param ended  what comes next begins an episode.
  void Advance(int env, std::span<const float> stack, bool ended);
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  std::span<float> Row(int env);

  int frames_, obs_dim_, act_dim_, width_;
  std::vector<float> stacks_;   // [num_envs x width]
  std::vector<uint8_t> begun_;  // [num_envs], 0: the next observation begins an episode
};

}  // namespace sinew::agents
