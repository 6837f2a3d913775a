#pragma once

#include <span>

#include "spec/goal.h"

namespace sinew::tasks {

/// Goals of the seven-joint arm's tasks: points that something shall reach, whose observation is
/// given in the frame that turns with the first joint, the observation's first element. Goals are
/// points in the base's frame, since the shoulder's turns from step to step.
class Arm7Goals : public spec::GoalModel {
 public:
  int goal_dim() const override { return 3; }
  void Achieved(std::span<const float> observation, std::span<float> goal) const override;
  void Desired(std::span<const float> observation, std::span<float> goal) const override;
  void Replace(std::span<const float> goal, std::span<float> observation) const override;

 protected:
  /// Where in the observation stand the point that shall reach the target, the target, and
  /// target - point.
  Arm7Goals(int point, int target, int error) : point_(point), target_(target), error_(error) {}

  /// |target - point| [m].
  double Distance(std::span<const float> observation) const;

 private:
  int point_, target_, error_;
};

}  // namespace sinew::tasks
