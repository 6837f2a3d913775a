#pragma once

#include <memory>
#include <string>
#include <vector>

#include "spec/goal.h"
#include "spec/task_spec.h"
#include "tasks/file/reward_pieces.h"

namespace sinew::tasks {

/// The goals of a task file that brings something to a target which stays where it is: points in
/// the world.
/// @param point  what shall come to the target: "site" or "object".
/// @param terms  of the reward, with their weights.
/// @return nullptr where the observation does not hold the target's and the point's position, or a
/// term of the reward does not follow from observation and action.
std::shared_ptr<const spec::GoalModel> MakeFileGoals(const spec::TaskSpec& spec,
                                                     const TaskContext& context,
                                                     const std::string& point,
                                                     const std::vector<const RewardPiece*>& terms,
                                                     const std::vector<double>& weights);

}  // namespace sinew::tasks
