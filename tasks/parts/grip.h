#pragma once

#include <vector>

#include "core/options.h"
#include "sim/task.h"

namespace sinew::tasks {

/// What every task has in common in which a hand takes an object to a place: options (part of
/// section "task") and reward.
///
/// Shaped reward terms, per step, with distances in m: reach = -w |object - grip|, grasp = w while
/// both pads touch the object, carry = -w |object - target|, precision = w exp(-(|object - target|
/// / width)^2), effort = -w mean(a^2). The linear terms have a slope everywhere, so that a lifted
/// object does not stop halfway; the narrow one makes it settle. Sparse reward: the single term
/// success = 1 within 3 cm of the target.
struct GripOptions {
  std::string reward = "shaped";
  double reach_weight = 1;
  double grasp_weight = 0.1;
  double carry_weight = 2;
  double precision_weight = 0.5;
  double precision_width = 0.04;  // [m]
  double effort_weight = 0.02;
  double start_in_hand = 0;  // share of the training episodes
  double start_around = 0;

  void Describe(OptionTable& table);
  bool sparse() const { return reward == "sparse"; }
};

/// The state of the hand and its object that the reward is made of.
struct GripState {
  double reach = 0;  // grip point to object [m]
  double carry = 0;  // object to target [m]
  double grasp = 0;  // 1 while both pads touch the object
};

std::vector<spec::RewardTerm> GripRewardTerms(const GripOptions& options);
/// @param terms  as GripRewardTerms names them.
void GripReward(const GripOptions& options, const GripState& state, double mean_square_action,
                std::span<double> terms);
/// Object within 3 cm of the target (and, second criterion, 5 cm) during the last 10 control steps.
std::vector<spec::SuccessCriterion> GripSuccess();

/// Whether two geoms touch, as of the last collision detection.
bool Touch(const sim::Simulation& simulation, int geom, int other);

/// Mean over the actuators of the squared control, as a share of what is commanded at most.
double MeanSquareAction(const sim::Simulation& simulation,
                        const std::vector<spec::ActionElement>& action);

}  // namespace sinew::tasks
