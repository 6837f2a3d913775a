#include "agents/tanh_gaussian.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace sinew::agents {
namespace {

double Softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

}  // namespace

void SquashedSample::DrawNoise(size_t size, Random& random) {
  noise.resize(size);
  for (float& value : noise) value = static_cast<float>(random.Normal());
}

double LogTanhDerivative(double u) { return 2 * (std::numbers::ln2 - u - Softplus(-2 * u)); }

void SampleSquashed(std::span<const float> outputs, int act_dim, const LogStdRange& range,
                    SquashedSample* sample) {
  const size_t batch = sample->noise.size() / act_dim;
  for (auto* values : {&sample->actions, &sample->std_dev, &sample->slope}) {
    values->resize(sample->noise.size());
  }
  sample->log_probs.resize(batch);
  const double half_range = 0.5 * (range.high - range.low);
  const double half_log_two_pi = 0.5 * std::log(2 * std::numbers::pi);
  for (size_t i = 0; i < batch; ++i) {
    const float* mean = outputs.data() + 2 * i * act_dim;
    const float* raw = mean + act_dim;
    double log_prob = 0;
    for (int j = 0; j < act_dim; ++j) {
      const size_t k = i * act_dim + j;
      const double squashed = std::tanh(static_cast<double>(raw[j]));
      const double log_std = range.low + half_range * (1 + squashed);
      const double std_dev = std::exp(log_std), noise = sample->noise[k];
      const double u = mean[j] + std_dev * noise;
      sample->std_dev[k] = static_cast<float>(std_dev);
      sample->slope[k] = static_cast<float>(half_range * (1 - squashed * squashed));
      sample->actions[k] = static_cast<float>(std::tanh(u));
      log_prob -= 0.5 * noise * noise + log_std + half_log_two_pi + LogTanhDerivative(u);
    }
    sample->log_probs[i] = static_cast<float>(log_prob);
  }
}

void SoftPolicyGradient(const SquashedSample& sample, std::span<const float> action_gradient,
                        double alpha, std::span<float> gradient) {
  const size_t batch = sample.log_probs.size(), act_dim = sample.actions.size() / batch;
  const double weight = alpha / static_cast<double>(batch);
  for (size_t k = 0; k < sample.actions.size(); ++k) {
    const double a = sample.actions[k];
    // d log pi/du = 2 tanh(u), da/du = 1 - tanh(u)^2
    const double to_u = weight * 2 * a + action_gradient[k] * (1 - a * a);
    // u = mean + std noise, and log pi holds -log std besides
    const double to_log_std = to_u * sample.std_dev[k] * sample.noise[k] - weight;
    float* row = gradient.data() + k / act_dim * 2 * act_dim + k % act_dim;
    row[0] = static_cast<float>(to_u);
    row[act_dim] = static_cast<float>(to_log_std * sample.slope[k]);
  }
}

double TemperatureGradient(std::span<const float> log_probs, double target_entropy, double alpha) {
  const double sum = std::accumulate(log_probs.begin(), log_probs.end(), 0.0);
  return -alpha * (sum / static_cast<double>(log_probs.size()) + target_entropy);
}

}  // namespace sinew::agents
