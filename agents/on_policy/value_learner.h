#pragma once

#include <memory>
#include <span>
#include <vector>

#include "agents/base/figures.h"
#include "agents/base/learner.h"
#include "agents/rollout/rollout_buffer.h"
#include "agents/rollout/rollout_network.h"
#include "core/random.h"

namespace sinew::agents {

/// The critic of the on-policy agents. Not thread-safe, shares nothing with the actor.
class ValueLearner {
 public:
  struct Options {
    RolloutNetworkSpec network;
    LearnerOptions learner;
    double clip = 0;  // see EvaluateValueLoss
  };
  ValueLearner(const Options& options, Random& random);

  /// Computes V of every row of the rollout and of the true successors.
  void Evaluate(const RolloutBuffer& rollout);
  std::span<const float> values() const { return values_; }            // [rows]
  std::span<const float> next_values() const { return next_values_; }  // [rows]
  /// One step for each minibatch towards the returns of the rows. @throws NotFinite.
  void Epoch(const RolloutBuffer& rollout, std::span<const float> returns,
             std::span<const Minibatch> minibatches);

  std::vector<ParameterLearner*> learners() { return {&network_->learner()}; }
  RolloutNetwork& network() { return *network_; }
  /// The layers of a critic without a memory.
  std::vector<policy::DenseLayer> layers() const;
  Mean& loss() { return loss_; }

 private:
  Options options_;
  std::unique_ptr<RolloutNetwork> network_;
  std::vector<float> values_, next_values_, successor_values_, gradient_;
  struct {
    std::vector<float> old_values, returns;
  } gathered_;
  Mean loss_;
};

}  // namespace sinew::agents
