#pragma once

#include <memory>
#include <span>
#include <vector>

#include "agents/base/agent.h"
#include "agents/base/figures.h"
#include "agents/base/learner.h"
#include "agents/distribution/tanh_gaussian.h"
#include "agents/off_policy/off_policy.h"
#include "agents/off_policy/temperature.h"
#include "agents/off_policy/update_rule.h"

namespace sinew::agents {

/// What every soft actor-critic can be told of its policy and its step sizes.
struct SoftActorOptions {
  double actor_lr = 1e-3;
  double critic_lr = 1e-3;

  bool learned_temperature = true;
  double temperature = 0.1;
  double temperature_lr = 1e-3;
  Schedule target_entropy = -1;
  double log_std_low = -5;
  double log_std_high = 2;
  double warmup_range = 0.5;

  void Describe(OptionTable& table);
  /// @throws UserError if they contradict each other.
  void CheckDeviations() const;
  LogStdRange range() const { return {log_std_low, log_std_high}; }
};

/// The stochastic policy of a soft actor-critic and the temperature that holds its entropy: what
/// is sampled from it, and its gradient once the critics have said theirs. Its critics, and how a
/// step is taken, are the rule's.
class SoftActor {
 public:
  /// @param spec  of a network with 2 act_dim outputs. @param random  of the first parameters.
  SoftActor(const OffPolicyOptions& common, const SoftActorOptions& options,
            const models::NetworkSpec& spec, const AgentContext& context, Random& random);

  models::Network& online() { return actor_.online(); }
  const models::Network& online() const { return actor_.online(); }
  Learner& learner() { return actor_; }
  Temperature& temperature() { return temperature_; }

  /// The policy as it is now becomes the one that SampleNext draws from, and alpha that of now.
  void BeginUpdate();
  double alpha() const { return alpha_; }

  /// a' ~ pi(s_n); safe beside SampleNow.
  const SquashedSample& SampleNext(const Batch& batch);
  /// a ~ pi(s), with the gradient still to come.
  const SquashedSample& SampleNow(const Batch& batch);
  /// @param mean_q  of the actions drawn. @throws NotFinite for what is not a number.
  void CheckSample(double mean_q);

  /// Gradients of mean(alpha log pi(a|s) - min_i Q_i(s, a)), a ~ pi(s), left in the network.
  /// @param first, second  each critic's share of d(-mean min_i Q_i)/da [batch x act_dim].
  void Backward(std::span<const float> first, std::span<const float> second);
  /// A step of the temperature towards the entropy target, and what is told of the sample.
  void FollowEntropy(double progress);
  /// alpha mean |log pi(a'|s_n)|, alpha that of now.
  double bonus() const { return EntropyBonus(next_.log_probs, temperature_.alpha()); }

  void Track(Figures* figures);
  Metrics Gauges() const;
  void Serialize(models::Archive& archive);

 private:
  SoftActorOptions options_;
  double action_l2_;
  int act_dim_;
  ThreadPool* pool_;
  Random target_random_, actor_random_;
  Learner actor_;
  std::unique_ptr<models::Network> frozen_;  // the same policy, for the targets
  Temperature temperature_;
  double alpha_ = 0;
  SquashedSample next_, sample_;
  std::span<const float> outputs_;  // of the actor's last forward pass
  std::vector<float> action_gradient_, gradient_;
  Mean actor_q_, entropy_, std_dev_, saturation_;
};

/// errors <- the mean of both critics' TD errors; none where a batch is not weighted.
/// @param first, second  [batch]. @param errors  resized.
void MeanErrors(std::span<const float> first, std::span<const float> second,
                std::vector<float>* errors);

double MeanOf(std::span<const float> values);

}  // namespace sinew::agents
