#pragma once

#include <string>
#include <vector>

#include "training/evaluation/evaluation.h"

namespace sinew::training {

/// Every control step of some episodes as CSV, a row each: what the policy saw, what it did, and
/// what came of it.
///
///     episode,step,time,<observation names>,action_<joint>...,target_<joint>...,
///     torque_<joint>...,reward,<terms>
///
/// Time in s at the observation, action in [-1, 1] before it is clipped, targets of servos only, in
/// the unit of their kind, torques in N·m (slides: N) at the joint as MuJoCo applied them in the
/// step's last substep. Numbers have as many digits as it takes to read the same bits back.
class EpisodeTrace {
 public:
  explicit EpisodeTrace(const spec::TaskSpec& spec);
  void Add(const SeenStep& seen);
  const std::string& csv() const { return csv_; }

 private:
  double control_dt_;
  std::vector<size_t> targets_;  // the action elements that are servos
  std::string csv_;
};

}  // namespace sinew::training
