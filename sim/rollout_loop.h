#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/env.h"
#include "sim/scripted_policies.h"

namespace sinew::sim {

/// The environment's observation as every policy and learner sees it: rounded to float32.
/// @param observation  [obs_dim], written.
inline void ReadObservation(const Env& env, std::span<float> observation) {
  const std::span<const double> exact = env.observation();
  for (size_t i = 0; i < exact.size(); ++i) observation[i] = static_cast<float>(exact[i]);
}

/// A policy in one environment: observe, look, act, step. Evaluations, traces, films, golden
/// vectors and verification run this loop; a viewer's pilot, which goes back and branches as well,
/// is made of the same parts.
class RolloutLoop {
 public:
  /// Both stay the caller's and outlive the loop.
  RolloutLoop(Env* env, spec::Policy* policy);

  /// Starts episode `episode` of the environment's own sequence.
  void Begin(uint64_t episode);
  /// Observes, and asks the policy what to do.
  void Decide();
  /// Applies what was decided. @throws as Env::Step.
  spec::StepResult Apply() { return env_.Step(action_); }
  /// Decide, then Apply.
  spec::StepResult Step() {
    Decide();
    return Apply();
  }

  const Env& env() const { return env_; }
  /// What the last decision was made on [obs_dim], and what it was [act_dim] before it is clipped.
  std::span<const float> observation() const { return observation_; }
  std::span<const float> action() const { return action_; }

 private:
  Env& env_;
  spec::Policy& policy_;
  SimulationPolicy* looks_;  // the policy, where it looks at the simulation itself
  std::vector<float> observation_, action_;
};

}  // namespace sinew::sim
