#pragma once

#include "agents/distribution/distribution.h"
#include "core/schedule.h"

namespace sinew::agents {

/// Independent normal distributions, one an action element: the network puts out the means, the log
/// standard deviations are shared by all states and kept within bounds, of which the upper one may
/// move over the run. Actions are samples cut to [-1, 1].
class DiagonalGaussian : public Distribution {
 public:
  struct Options {
    double log_std_init = 0, log_std_min = -5;
    Schedule log_std_max = 1;
  };
  DiagonalGaussian(int act_dim, const Options& options) : act_dim_(act_dim), options_(options) {}

  int outputs() const override { return act_dim_; }
  int sample_width() const override { return act_dim_; }
  int shared_size() const override { return act_dim_; }
  std::string shared_name() const override { return "log_std"; }
  void InitializeShared(std::span<float> log_std) const override;
  void Constrain(double progress, std::span<float> log_std) const override;

  void Sample(const DistributionParameters& parameters, Random& random,
              std::span<float> samples) const override;
  void ToActions(std::span<const float> samples, std::span<float> actions) const override;
  void LogProb(std::span<const float> samples, const DistributionParameters& parameters,
               std::span<float> log_prob) const override;
  double Entropy(const DistributionParameters& parameters) const override;
  double Kl(const DistributionParameters& old, const DistributionParameters& now) const override;
  void LossGradient(const DistributionLoss& loss, const DistributionParameters& now,
                    const DistributionGradient& gradient) const override;
  void FisherOfRows(const DistributionParameters& old, std::span<float> rows) const override;
  void FisherOfShared(std::span<const double> change, std::span<double> product) const override;

  std::string Describe(const std::string& x, std::span<const policy::DenseLayer> layers,
                       std::span<const float> log_std, policy::GraphBuilder* graph) const override;
  Metrics Gauges(std::span<const float> log_std) const override;

 private:
  int act_dim_;
  Options options_;
};

}  // namespace sinew::agents
