#pragma once

#include "agents/distribution/distribution.h"
#include "agents/distribution/tanh_gaussian.h"

namespace sinew::agents {

/// Independent normal distributions through tanh, so that actions stay within their bounds by
/// themselves. The network puts out act_dim means and then act_dim numbers for the log standard
/// deviations, see LogStdRange. A sample is what enters tanh: as tanh can be turned back, the KL
/// divergence is that of the normal distributions.
class SquashedGaussian : public Distribution {
 public:
  SquashedGaussian(int act_dim, const LogStdRange& range) : act_dim_(act_dim), range_(range) {}

  int outputs() const override { return 2 * act_dim_; }
  int sample_width() const override { return act_dim_; }

  void Sample(const DistributionParameters& parameters, Random& random,
              std::span<float> samples) const override;
  void ToActions(std::span<const float> samples, std::span<float> actions) const override;
  /// Density of the action, tanh's slope included.
  void LogProb(std::span<const float> samples, const DistributionParameters& parameters,
               std::span<float> log_prob) const override;
  /// Of the action, by quadrature: good to 1e-4 nats for deviations up to 8.
  double Entropy(const DistributionParameters& parameters) const override;
  double Kl(const DistributionParameters& old, const DistributionParameters& now) const override;
  void LossGradient(const DistributionLoss& loss, const DistributionParameters& now,
                    const DistributionGradient& gradient) const override;
  void FisherOfRows(const DistributionParameters& old, std::span<float> rows) const override;
  void FisherOfShared(std::span<const double>, std::span<double>) const override {}

  std::string Describe(const std::string& x, std::span<const policy::DenseLayer> layers,
                       std::span<const float> shared, policy::GraphBuilder* graph) const override;
  Metrics Gauges(std::span<const float>) const override { return {}; }

 private:
  /// One element of one state.
  struct Normal {
    double mean = 0, log_std = 0;
    double slope = 0;  // d(log_std)/dx
  };
  Normal At(std::span<const float> rows, size_t sample) const;

  int act_dim_;
  LogStdRange range_;
};

}  // namespace sinew::agents
