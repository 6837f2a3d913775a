#include "agents/distribution/tanh_gaussian.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "models/kernels/vector_math.h"

namespace sinew::agents {
namespace {

double Softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

// LogTanhDerivative, which is even in u, in arithmetic that vectorises
inline float LogSlopeOfTanh(float u) {
  const float magnitude = std::fabs(u);
  return 2 * (std::numbers::ln2_v<float> - magnitude -
              models::VectorLog1p(models::VectorExp(-2 * magnitude)));
}

}  // namespace

void SquashedSample::DrawNoise(size_t size, Random& random) {
  noise.resize(size);
  for (float& value : noise) value = static_cast<float>(random.Normal());
}

double LogTanhDerivative(double u) { return 2 * (std::numbers::ln2 - u - Softplus(-2 * u)); }

void SampleSquashed(std::span<const float> outputs, int act_dim, const LogStdRange& range,
                    SquashedSample* sample) {
  const size_t size = sample->noise.size(), batch = size / act_dim;
  for (auto* values : {&sample->actions, &sample->std_dev, &sample->slope, &sample->log_terms}) {
    values->resize(size);
  }
  sample->log_probs.resize(batch);
  float *actions = sample->actions.data(), *slope = sample->slope.data();
  // means and raw numbers apart, each in the place of what is made of it
  for (size_t i = 0; i < batch; ++i) {
    const float* row = outputs.data() + 2 * i * act_dim;
    std::copy_n(row, act_dim, actions + i * act_dim);
    std::copy_n(row + act_dim, act_dim, slope + i * act_dim);
  }
  const float low = static_cast<float>(range.low);
  const float half_range = static_cast<float>(0.5 * (range.high - range.low));
  const float half_log_two_pi = 0.5f * std::log(2 * std::numbers::pi_v<float>);
  const float* noise = sample->noise.data();
  float *std_dev = sample->std_dev.data(), *log_terms = sample->log_terms.data();
#pragma omp simd
  for (size_t k = 0; k < size; ++k) {
    const float squashed = models::VectorTanh(slope[k]);
    const float log_std = low + half_range * (1 + squashed);
    std_dev[k] = models::VectorExp(log_std);
    slope[k] = half_range * (1 - squashed * squashed);
    const float u = actions[k] + std_dev[k] * noise[k];
    actions[k] = models::VectorTanh(u);
    log_terms[k] = -0.5f * noise[k] * noise[k] - log_std - half_log_two_pi - LogSlopeOfTanh(u);
  }
  for (size_t i = 0; i < batch; ++i) {
    const float* row = log_terms + i * act_dim;
    sample->log_probs[i] = std::accumulate(row, row + act_dim, 0.0f);
  }
}

void SampleBeforeTanh(std::span<const float> outputs, int act_dim, const LogStdRange& range,
                      std::span<float> noise) {
  const float low = static_cast<float>(range.low);
  const float half_range = static_cast<float>(0.5 * (range.high - range.low));
  const size_t batch = noise.size() / act_dim;
  for (size_t i = 0; i < batch; ++i) {
    const float *mean = outputs.data() + 2 * i * act_dim, *raw = mean + act_dim;
    float* u = noise.data() + i * act_dim;
#pragma omp simd
    for (int j = 0; j < act_dim; ++j) {
      const float log_std = low + half_range * (1 + models::VectorTanh(raw[j]));
      u[j] = mean[j] + models::VectorExp(log_std) * u[j];
    }
  }
}

void Tanh(std::span<const float> u, std::span<float> actions) {
#pragma omp simd
  for (size_t k = 0; k < u.size(); ++k) actions[k] = models::VectorTanh(u[k]);
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

double EntropyBonus(std::span<const float> log_probs, double alpha) {
  double sum = 0;
  for (float log_prob : log_probs) sum += std::abs(log_prob);
  return alpha * sum / static_cast<double>(log_probs.size());
}

double TemperatureGradient(std::span<const float> log_probs, double target_entropy, double alpha) {
  const double sum = std::accumulate(log_probs.begin(), log_probs.end(), 0.0);
  return -alpha * (sum / static_cast<double>(log_probs.size()) + target_entropy);
}

}  // namespace sinew::agents
