#pragma once

#include <span>
#include <vector>

#include "agents/learner.h"
#include "agents/mean.h"
#include "agents/ppo_losses.h"
#include "agents/rollout_buffer.h"
#include "core/random.h"

namespace sinew::agents {

/// Cuts the rows of an epoch into minibatches: as many of at least `batch` rows as there are, and
/// none left over. @param rows  [n], n > 0. @return  the minibatches, in order.
std::vector<std::span<const int>> Minibatches(std::span<const int> rows, int batch);

/// The actor of PPO: a Gaussian policy whose mean is a network and whose log standard deviation is
/// a parameter of its own, kept within bounds. Not thread-safe, shares nothing with the critic.
class PolicyLearner {
 public:
  struct Options {
    models::NetworkSpec network;
    LearnerOptions learner;
    double log_std_init = 0, log_std_min = -5, log_std_max = 1;
    bool standardize_advantages = true;
  };
  PolicyLearner(const Options& options, Random& random);

  /// @param observations  [batch x obs_dim]. @param actions  [batch x act_dim], not bounded.
  void Sample(std::span<const float> observations, Random& random, std::span<float> actions);
  /// From the next step on, log_std stays below `bound`, or at log_std_min.
  void BoundLogStd(double bound) { log_std_bound_ = bound; }
  /// The policy as it is now becomes the one that ratio and KL refer to.
  void BeginUpdate(const RolloutBuffer& rollout);
  /// One step for each minibatch. @param advantages  of every row of the rollout.
  /// @throws NotFinite.
  void Epoch(const RolloutBuffer& rollout, std::span<const float> advantages,
             std::span<const std::span<const int>> minibatches, const PolicyLossOptions& loss);
  /// KL(policy at BeginUpdate || policy now), averaged over the rollout  [nats].
  double Kl(const RolloutBuffer& rollout);

  const models::Network& network() const { return mean_.online(); }
  std::span<const float> log_std() const { return log_std_.online().parameters().values(); }
  std::vector<Learner*> learners() { return {&mean_, &log_std_}; }

  /// Over minibatches, since they were last reset.
  struct Figures {
    Mean surrogate, entropy, clip_fraction;
  };
  Figures& figures() { return figures_; }

 private:
  void Step(const RolloutBuffer& rollout, std::span<const float> advantages,
            std::span<const int> rows, const PolicyLossOptions& loss);

  Options options_;
  double log_std_bound_;
  Learner mean_, log_std_;
  std::vector<float> old_mean_, old_log_std_, old_log_prob_;  // of every row of the rollout
  std::vector<float> mean_now_, mean_gradient_;
  struct Minibatch {
    std::vector<float> observations, actions, old_mean, old_log_prob, advantages;
  } minibatch_;
  Figures figures_;
};

/// The critic of PPO. Not thread-safe, shares nothing with the actor.
class ValueLearner {
 public:
  struct Options {
    models::NetworkSpec network;
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
             std::span<const std::span<const int>> minibatches);

  std::vector<Learner*> learners() { return {&value_}; }
  const models::Network& network() const { return value_.online(); }
  Mean& loss() { return loss_; }

 private:
  Options options_;
  Learner value_;
  std::vector<float> values_, next_values_, successor_values_, gradient_;
  struct Minibatch {
    std::vector<float> observations, old_values, returns;
  } minibatch_;
  Mean loss_;
};

}  // namespace sinew::agents
