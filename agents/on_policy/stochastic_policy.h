#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "agents/base/learner.h"
#include "agents/distribution/distribution.h"
#include "agents/rollout/rollout_buffer.h"
#include "agents/rollout/rollout_network.h"
#include "core/random.h"

namespace sinew::agents {

/// The actor of the on-policy agents: a network whose outputs are the parameters of a distribution,
/// and parameters that are learned beside it; and the policy as it was when it collected the
/// rollout that is learned from. Not thread-safe.
class StochasticPolicy {
 public:
  struct Options {
    RolloutNetworkSpec network;  // with the distribution's outputs
    LearnerOptions learner;
  };
  StochasticPolicy(std::unique_ptr<Distribution> distribution, const Options& options,
                   Random& random);

  const Distribution& distribution() const { return *distribution_; }
  int obs_dim() const { return obs_dim_; }
  RolloutNetwork& network() { return *network_; }
  const RolloutNetwork& network() const { return *network_; }
  std::span<const float> shared() const;  // [shared_size]
  /// Requires a network without a memory.
  Learner& network_learner() { return *network_->plain(); }
  std::vector<ParameterLearner*> learners();

  /// @param observations  [num_envs x obs_dim]. @param begins  see RolloutNetwork::Act.
  /// @param samples  [num_envs x sample_width].
  void Sample(std::span<const float> observations, std::span<const uint8_t> begins, Random& random,
              std::span<float> samples);

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
  int obs_dim_;
  std::unique_ptr<RolloutNetwork> network_;
  std::optional<Learner> shared_;
  std::vector<float> old_rows_, old_shared_, old_log_prob_, rows_now_;
};

}  // namespace sinew::agents
