#pragma once

#include <span>
#include <vector>

#include "agents/base/learner.h"
#include "agents/rollout/rollout_buffer.h"
#include "core/random.h"

namespace sinew::agents {

/// The actor of the on-policy agents: a Gaussian policy whose mean is a network and whose log
/// standard deviation is a parameter of its own, kept within bounds; beside it the policy as it was
/// when it collected the rollout that is learned from. Not thread-safe.
class GaussianPolicy {
 public:
  struct Options {
    models::NetworkSpec network;
    LearnerOptions learner;
    double log_std_init = 0, log_std_min = -5, log_std_max = 1;
  };
  GaussianPolicy(const Options& options, Random& random);

  int obs_dim() const { return options_.network.inputs; }
  int act_dim() const { return options_.network.outputs; }
  const models::Network& network() const { return mean_.online(); }
  std::span<const float> log_std() const { return log_std_.online().parameters().values(); }
  Learner& mean() { return mean_; }
  Learner& log_std_learner() { return log_std_; }
  std::vector<Learner*> learners() { return {&mean_, &log_std_}; }

  /// @param observations  [batch x obs_dim]. @param actions  [batch x act_dim], not bounded.
  void Sample(std::span<const float> observations, Random& random, std::span<float> actions);

  /// From the next KeepLogStdWithinBounds on, log_std stays below `bound`, or at log_std_min.
  void BoundLogStd(double bound) { log_std_bound_ = bound; }
  void KeepLogStdWithinBounds();

  /// The policy as it is now becomes the one that ratio and KL refer to.
  void BeginUpdate(const RolloutBuffer& rollout);
  std::span<const float> old_mean() const { return old_mean_; }          // [rows x act_dim]
  std::span<const float> old_log_std() const { return old_log_std_; }    // [act_dim]
  std::span<const float> old_log_prob() const { return old_log_prob_; }  // [rows]
  /// KL(policy at BeginUpdate || policy now), averaged over the rollout  [nats]. @throws NotFinite.
  double Kl(const RolloutBuffer& rollout);

 private:
  Options options_;
  double log_std_bound_;
  Learner mean_, log_std_;
  std::vector<float> old_mean_, old_log_std_, old_log_prob_, mean_now_;
};

}  // namespace sinew::agents
