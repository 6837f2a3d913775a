#pragma once

#include <span>
#include <string>

#include "agents/base/figures.h"
#include "core/random.h"
#include "policy/graph_builder.h"

namespace sinew::agents {

/// The parameters of a batch of action distributions, one for each state.
struct DistributionParameters {
  std::span<const float> rows;    // [batch x outputs()], what the policy's network puts out
  std::span<const float> shared;  // [shared_size()], learned beside it, the same in every state
};

/// Where a gradient by both goes, in their layouts.
struct DistributionGradient {
  std::span<float> rows;
  std::span<float> shared;
};

/// The loss  L = -mean_i(slope_i log pi(s_i)) + beta KL(old || pi) - c H(pi)  of a minibatch.
struct DistributionLoss {
  std::span<const float> samples;  // [batch x sample_width()]
  std::span<const double> slopes;  // [batch], taken as constants
  DistributionParameters old{};    // of the policy that drew the samples
  double kl_coefficient = 0;       // beta
  double entropy_coefficient = 0;  // c
};

/// A family of distributions over actions: what turns a network's outputs into a stochastic policy.
/// A sample is what was drawn and is learned from; the action is what the environment gets of it.
/// All matrices are row-major; entropies and divergences are in nats. Thread-safe.
class Distribution {
 public:
  virtual ~Distribution() = default;

  /// Numbers a state that the network puts out.
  virtual int outputs() const = 0;
  /// Numbers a sample.
  virtual int sample_width() const = 0;
  /// Parameters that are learned beside the network, and what they are called where they are saved.
  virtual int shared_size() const { return 0; }
  virtual std::string shared_name() const { return ""; }
  /// Their first values.
  virtual void InitializeShared(std::span<float>) const {}
  /// Brings them back within their bounds. @param progress  share of the run that is over, 0 to 1.
  virtual void Constrain(double /*progress*/, std::span<float> /*shared*/) const {}

  /// @param samples  [batch x sample_width()], filled in.
  virtual void Sample(const DistributionParameters& parameters, Random& random,
                      std::span<float> samples) const = 0;
  /// @param samples  [batch x sample_width()]. @param actions  [batch x act_dim], in [-1, 1].
  virtual void ToActions(std::span<const float> samples, std::span<float> actions) const = 0;
  /// log pi of every sample. @param log_prob  [batch].
  virtual void LogProb(std::span<const float> samples, const DistributionParameters& parameters,
                       std::span<float> log_prob) const = 0;
  /// Mean over the batch.
  virtual double Entropy(const DistributionParameters& parameters) const = 0;
  /// KL(old || now), mean over the batch.
  virtual double Kl(const DistributionParameters& old, const DistributionParameters& now) const = 0;
  /// Gradient of the loss by the parameters `now`.
  virtual void LossGradient(const DistributionLoss& loss, const DistributionParameters& now,
                            const DistributionGradient& gradient) const = 0;
  /// What the Hessian of KL(old || new) at `old`, the Fisher matrix, makes of a change of the rows,
  /// in place. @param rows  [batch x outputs()].
  virtual void FisherOfRows(const DistributionParameters& old, std::span<float> rows) const = 0;
  /// The same of a change of the shared parameters, which the rows' Fisher matrix does not touch.
  virtual void FisherOfShared(std::span<const double> change, std::span<double> product) const = 0;

  /// Puts the network and what makes an action of its outputs into the policy's graph.
  /// @param x  what the network reads. @return the value that the action is made of.
  virtual std::string Describe(const std::string& x, std::span<const policy::DenseLayer> layers,
                               std::span<const float> shared,
                               policy::GraphBuilder* graph) const = 0;
  /// Figures of the shared parameters.
  virtual Metrics Gauges(std::span<const float> shared) const = 0;
};

}  // namespace sinew::agents
