#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "agents/base/learner.h"
#include "agents/distribution/distribution.h"
#include "agents/rollout/rollout_buffer.h"
#include "core/random.h"

namespace sinew::agents {

/// The actor of the on-policy agents: a network whose outputs are the parameters of a distribution,
/// and parameters that are learned beside it; and the policy as it was when it collected the
/// rollout that is learned from. Not thread-safe.
class StochasticPolicy {
 public:
  struct Options {
    models::NetworkSpec network;  // with the distribution's outputs
    LearnerOptions learner;
  };
  StochasticPolicy(std::unique_ptr<Distribution> distribution, const Options& options,
                   Random& random);

  const Distribution& distribution() const { return *distribution_; }
  int obs_dim() const { return network_.online().spec().inputs; }
  const models::Network& network() const { return network_.online(); }
  std::span<const float> shared() const;  // [shared_size]
  Learner& network_learner() { return network_; }
  std::vector<Learner*> learners();

  /// @param observations  [batch x obs_dim]. @param samples  [batch x sample_width].
  void Sample(std::span<const float> observations, Random& random, std::span<float> samples);

  /// What Distribution::Constrain is told from now on.
  void SetProgress(double progress) { progress_ = progress; }
  void Constrain();
  /// Where the gradient by the shared parameters goes, [shared_size].
  std::span<float> shared_gradient();
  /// Replaces them; they are kept within their bounds. @param shared  [shared_size].
  void SetShared(std::span<const float> shared);
  /// One step of every optimiser along its gradient.
  void Step();

  /// The policy as it is now becomes the one that ratio and KL refer to.
  void BeginUpdate(const RolloutBuffer& rollout);
  DistributionParameters old() const { return {old_rows_, old_shared_}; }  // of every row
  std::span<const float> old_log_prob() const { return old_log_prob_; }    // [rows]
  /// KL(policy at BeginUpdate || policy now), averaged over the rollout  [nats]. @throws NotFinite.
  double Kl(const RolloutBuffer& rollout);

 private:
  std::unique_ptr<Distribution> distribution_;
  double progress_ = 0;
  Learner network_;
  std::optional<Learner> shared_;
  std::vector<float> old_rows_, old_shared_, old_log_prob_, rows_now_;
};

}  // namespace sinew::agents
