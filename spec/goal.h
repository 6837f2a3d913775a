#pragma once

#include <span>

namespace sinew::spec {

/// How a task whose observation holds a goal exchanges it, so that a learner can ask what a step
/// would have been worth towards another goal, or what an imagined step is worth. Knows nothing
/// but observations and actions; thread-safe.
///
/// A task offers one where its reward follows from a step's observations and action alone. Whether
/// an episode ends must not depend on the goal.
class GoalModel {
 public:
  virtual ~GoalModel() = default;

  /// Numbers in a goal.
  virtual int goal_dim() const = 0;
  /// The goal that would count as attained in the state behind the observation.
  /// @param observation  [obs_dim]. @param goal  [goal_dim], filled in.
  virtual void Achieved(std::span<const float> observation, std::span<float> goal) const = 0;
  /// The goal that the observation asks for. @param goal  [goal_dim], filled in.
  virtual void Desired(std::span<const float> observation, std::span<float> goal) const = 0;
  /// Rewrites every element of the observation that depends on the goal.
  virtual void Replace(std::span<const float> goal, std::span<float> observation) const = 0;
  /// The task's own reward of the step, its timing included.
  /// @param action  [act_dim], as given to Env::Step. Both observations hold the same goal.
  virtual double Reward(std::span<const float> observation, std::span<const float> action,
                        std::span<const float> next_observation) const = 0;
};

}  // namespace sinew::spec
