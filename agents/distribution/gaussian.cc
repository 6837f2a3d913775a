#include "agents/distribution/gaussian.h"

#include <cmath>
#include <numbers>

namespace sinew::agents {

void SampleGaussian(std::span<const float> mean, std::span<const float> log_std, Random& random,
                    std::span<float> actions) {
  const size_t act_dim = log_std.size();
  for (size_t row = 0; row < mean.size(); row += act_dim) {
    for (size_t j = 0; j < act_dim; ++j) {
      const double noise = std::exp(static_cast<double>(log_std[j])) * random.Normal();
      actions[row + j] = mean[row + j] + static_cast<float>(noise);
    }
  }
}

void GaussianLogProb(std::span<const float> actions, std::span<const float> mean,
                     std::span<const float> log_std, std::span<float> log_prob) {
  const size_t act_dim = log_std.size();
  const float log_root_two_pi = 0.5f * std::log(2 * std::numbers::pi_v<float>);
  float constant = 0;
  for (float value : log_std) constant += value + log_root_two_pi;
  for (size_t i = 0; i < log_prob.size(); ++i) {
    float sum = 0;
    for (size_t j = 0; j < act_dim; ++j) {
      const float z = (actions[i * act_dim + j] - mean[i * act_dim + j]) * std::exp(-log_std[j]);
      sum += z * z;
    }
    log_prob[i] = -0.5f * sum - constant;
  }
}

double GaussianEntropy(std::span<const float> log_std) {
  const double of_standard_normal = 0.5 * std::log(2 * std::numbers::pi * std::numbers::e);
  double entropy = 0;
  for (float value : log_std) entropy += value + of_standard_normal;
  return entropy;
}

double GaussianKl(std::span<const float> old_mean, std::span<const float> old_log_std,
                  std::span<const float> mean, std::span<const float> log_std) {
  const size_t act_dim = log_std.size(), batch = mean.size() / act_dim;
  double kl = 0;
  for (size_t j = 0; j < act_dim; ++j) {
    const double old_std = std::exp(static_cast<double>(old_log_std[j]));
    const double std_dev = std::exp(static_cast<double>(log_std[j]));
    double squares = 0;
    for (size_t i = 0; i < batch; ++i) {
      const double shift = old_mean[i * act_dim + j] - mean[i * act_dim + j];
      squares += shift * shift;
    }
    squares /= static_cast<double>(batch);
    kl +=
        log_std[j] - old_log_std[j] + (old_std * old_std + squares) / (2 * std_dev * std_dev) - 0.5;
  }
  return kl;
}

}  // namespace sinew::agents
