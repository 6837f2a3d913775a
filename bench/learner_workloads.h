#pragma once

#include <functional>
#include <memory>
#include <string>

#include "bench/algorithm_gemms.h"
#include "core/thread_pool.h"

namespace sinew::bench {

/// What a learner does over and over, on synthetic transitions.
struct LearnerWorkload {
  std::function<void()> run;
  int updates = 1;  // in one run
};

/// Updates of an off-policy agent, with its default options but for batch and widths: sampling from
/// 100,000 transitions, targets, losses, optimisers, Polyak averages, safety checks. One run is
/// `policy_delay` updates where the agent has such an option.
/// @param policy_delay  0: the agent has none.
/// @param device        "cpu": the fused back end; "cuda": LibTorch's autograd on the GPU.
/// @throws UserError if the device is not there.
LearnerWorkload MakeOffPolicyWorkload(const std::string& agent, const LearnerShape& shape,
                                      int policy_delay, const std::string& device,
                                      ThreadPool* pool);

/// Epochs of PPO over a rollout of 4,096 steps (or a minibatch, if that is more), cut into
/// minibatches: gathering, both losses, both backward passes and optimisers; advantages are given.
/// One run is one epoch. The device is as above.
LearnerWorkload MakePpoWorkload(const LearnerShape& shape, const std::string& device,
                                ThreadPool* pool);

}  // namespace sinew::bench
