#pragma once

#include <memory>

#include "spec/goal.h"

namespace sinew::agents {

/// A point on a line: observation [position, goal, goal - position], action [step]. The reward
/// depends on everything it may depend on: -|goal - position| from before the step, 10 if the step
/// ends at the goal, -a^2.
class LineGoals : public spec::GoalModel {
 public:
  int goal_dim() const override { return 1; }
  void Achieved(std::span<const float> observation, std::span<float> goal) const override {
    goal[0] = observation[0];
  }
  void Desired(std::span<const float> observation, std::span<float> goal) const override {
    goal[0] = observation[1];
  }
  void Replace(std::span<const float> goal, std::span<float> observation) const override {
    observation[1] = goal[0];
    observation[2] = goal[0] - observation[0];
  }
  double Reward(std::span<const float> observation, std::span<const float> action,
                std::span<const float> next_observation) const override {
    return RewardOf(observation[2], action[0], next_observation[2]);
  }
  static double RewardOf(float error, float action, float next_error) {
    return -std::abs(error) + (next_error == 0 ? 10 : 0) - action * action;
  }
};

}  // namespace sinew::agents
