#include "agents/distribution/diagonal_gaussian.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "agents/distribution/gaussian.h"

namespace sinew::agents {

void DiagonalGaussian::InitializeShared(std::span<float> log_std) const {
  std::ranges::fill(log_std, static_cast<float>(options_.log_std_init));
}

void DiagonalGaussian::Constrain(double progress, std::span<float> log_std) const {
  const double bound = options_.log_std_max.At(progress);
  const auto low = static_cast<float>(options_.log_std_min);
  const auto high = static_cast<float>(std::max(options_.log_std_min, bound));
  for (float& value : log_std) value = std::clamp(value, low, high);
}

void DiagonalGaussian::Sample(const DistributionParameters& parameters, Random& random,
                              std::span<float> samples) const {
  SampleGaussian(parameters.rows, parameters.shared, random, samples);
}

void DiagonalGaussian::ToActions(std::span<const float> samples, std::span<float> actions) const {
  std::ranges::transform(samples, actions.begin(),
                         [](float a) { return std::clamp(a, -1.0f, 1.0f); });
}

void DiagonalGaussian::LogProb(std::span<const float> samples,
                               const DistributionParameters& parameters,
                               std::span<float> log_prob) const {
  GaussianLogProb(samples, parameters.rows, parameters.shared, log_prob);
}

double DiagonalGaussian::Entropy(const DistributionParameters& parameters) const {
  return GaussianEntropy(parameters.shared);
}

double DiagonalGaussian::Kl(const DistributionParameters& old,
                            const DistributionParameters& now) const {
  return GaussianKl(old.rows, old.shared, now.rows, now.shared);
}

void DiagonalGaussian::LossGradient(const DistributionLoss& loss, const DistributionParameters& now,
                                    const DistributionGradient& gradient) const {
  const size_t act_dim = act_dim_, batch = loss.slopes.size();
  const double beta = loss.kl_coefficient, share = 1.0 / static_cast<double>(batch);
  std::vector<double> inverse_std(act_dim), log_std_slope(act_dim, 0.0);
  for (size_t j = 0; j < act_dim; ++j) {
    inverse_std[j] = std::exp(-static_cast<double>(now.shared[j]));
  }
  for (size_t i = 0; i < batch; ++i) {
    for (size_t j = 0; j < act_dim; ++j) {
      const size_t k = i * act_dim + j;
      // d log pi / d mean = z / std, d log pi / d log std = z^2 - 1
      const double z = (loss.samples[k] - now.rows[k]) * inverse_std[j];
      const double shift = (now.rows[k] - loss.old.rows[k]) * inverse_std[j];
      log_std_slope[j] += share * (beta * shift * shift + loss.slopes[i] * (z * z - 1));
      gradient.rows[k] =
          static_cast<float>(share * inverse_std[j] * (beta * shift - loss.slopes[i] * z));
    }
  }
  // the KL's part by log std is 1 - (old_std^2 + shift^2) / std^2, the entropy's is 1
  for (size_t j = 0; j < act_dim; ++j) {
    const double old_variance = std::exp(2.0 * (loss.old.shared[j] - now.shared[j]));
    gradient.shared[j] =
        static_cast<float>(beta * (1 - old_variance) - log_std_slope[j] - loss.entropy_coefficient);
  }
}

// diag(1 / std^2)
void DiagonalGaussian::FisherOfRows(const DistributionParameters& old,
                                    std::span<float> rows) const {
  for (size_t k = 0; k < rows.size(); ++k) {
    const float inverse_std = std::exp(-old.shared[k % act_dim_]);
    rows[k] = rows[k] * inverse_std * inverse_std;
  }
}

void DiagonalGaussian::FisherOfShared(std::span<const double> change,
                                      std::span<double> product) const {
  std::ranges::transform(change, product.begin(), [](double c) { return 2 * c; });
}

std::string DiagonalGaussian::Describe(const std::string& x,
                                       std::span<const policy::DenseLayer> layers,
                                       std::span<const float> log_std,
                                       policy::GraphBuilder* graph) const {
  return graph->Layers(x, layers, policy::GaussianHead{{}, {log_std.begin(), log_std.end()}});
}

Metrics DiagonalGaussian::Gauges(std::span<const float> log_std) const {
  double sum = 0;
  for (float value : log_std) sum += std::exp(value);
  return {{"action_std", sum / act_dim_}};
}

}  // namespace sinew::agents
