#pragma once

#include <memory>
#include <utility>

#include "spec/goal.h"

namespace sinew::agents {

/// A task's goals for an agent that sees the last observations in one, newest first: what was
/// attained and what a step earns is the newest one's matter, and a goal is exchanged in each.
class StackedGoals : public spec::GoalModel {
 public:
  /// @param obs_dim  of one observation. @param frames  that are stacked.
  StackedGoals(std::shared_ptr<const spec::GoalModel> goals, int obs_dim, int frames)
      : goals_(std::move(goals)), obs_dim_(obs_dim), frames_(frames) {}

  int goal_dim() const override { return goals_->goal_dim(); }
  void Achieved(std::span<const float> observation, std::span<float> goal) const override {
    goals_->Achieved(observation.first(obs_dim_), goal);
  }
  void Desired(std::span<const float> observation, std::span<float> goal) const override {
    goals_->Desired(observation.first(obs_dim_), goal);
  }
  void Replace(std::span<const float> goal, std::span<float> observation) const override {
    for (size_t k = 0; k < frames_; ++k) {
      goals_->Replace(goal, observation.subspan(k * obs_dim_, obs_dim_));
    }
  }
  double Reward(std::span<const float> observation, std::span<const float> action,
                std::span<const float> next_observation) const override {
    return goals_->Reward(observation.first(obs_dim_), action, next_observation.first(obs_dim_));
  }

 private:
  std::shared_ptr<const spec::GoalModel> goals_;
  size_t obs_dim_, frames_;
};

}  // namespace sinew::agents
