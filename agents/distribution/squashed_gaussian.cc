#include "agents/distribution/squashed_gaussian.h"

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

namespace sinew::agents {
namespace {

const double kHalfLogTwoPi = 0.5 * std::log(2 * std::numbers::pi);

/// E f(z) and E f(z) z for z ~ N(0, 1), by the trapezoidal rule, which converges fast where f is
/// smooth.
struct Expectation {
  double value = 0, times_z = 0;
};
template <class Function>
Expectation Expect(Function f) {
  constexpr double kStep = 0.125, kReach = 8;
  Expectation sum;
  for (double z = -kReach; z <= kReach; z += kStep) {
    const double weighted = f(z) * kStep * std::exp(-0.5 * z * z - kHalfLogTwoPi);
    sum.value += weighted;
    sum.times_z += weighted * z;
  }
  return sum;
}

}  // namespace

SquashedGaussian::Normal SquashedGaussian::At(std::span<const float> rows, size_t sample) const {
  const size_t act_dim = act_dim_, row = sample / act_dim * 2 * act_dim, j = sample % act_dim;
  const double squashed = std::tanh(static_cast<double>(rows[row + act_dim + j]));
  const double half_range = 0.5 * (range_.high - range_.low);
  return {rows[row + j], range_.low + half_range * (1 + squashed),
          half_range * (1 - squashed * squashed)};
}

void SquashedGaussian::Sample(const DistributionParameters& parameters, Random& random,
                              std::span<float> samples) const {
  for (float& value : samples) value = static_cast<float>(random.Normal());
  SampleBeforeTanh(parameters.rows, act_dim_, range_, samples);
}

void SquashedGaussian::ToActions(std::span<const float> samples, std::span<float> actions) const {
  Tanh(samples, actions);
}

void SquashedGaussian::LogProb(std::span<const float> samples,
                               const DistributionParameters& parameters,
                               std::span<float> log_prob) const {
  const size_t act_dim = act_dim_;
  for (size_t i = 0; i < log_prob.size(); ++i) {
    double sum = 0;
    for (size_t k = i * act_dim; k < (i + 1) * act_dim; ++k) {
      const Normal normal = At(parameters.rows, k);
      const double z = (samples[k] - normal.mean) * std::exp(-normal.log_std);
      sum -= 0.5 * z * z + normal.log_std + kHalfLogTwoPi + LogTanhDerivative(samples[k]);
    }
    log_prob[i] = static_cast<float>(sum);
  }
}

double SquashedGaussian::Entropy(const DistributionParameters& parameters) const {
  const size_t batch = parameters.rows.size() / outputs();
  double entropy = 0;
  for (size_t k = 0; k < batch * act_dim_; ++k) {
    const Normal normal = At(parameters.rows, k);
    const double std_dev = std::exp(normal.log_std);
    const auto log_slope = [&](double z) { return LogTanhDerivative(normal.mean + std_dev * z); };
    entropy += normal.log_std + kHalfLogTwoPi + 0.5 + Expect(log_slope).value;
  }
  return entropy / static_cast<double>(batch);
}

double SquashedGaussian::Kl(const DistributionParameters& old,
                            const DistributionParameters& now) const {
  const size_t batch = now.rows.size() / outputs();
  double kl = 0;
  for (size_t k = 0; k < batch * act_dim_; ++k) {
    const Normal before = At(old.rows, k), after = At(now.rows, k);
    const double shift = before.mean - after.mean;
    kl += after.log_std - before.log_std - 0.5 +
          (std::exp(2 * before.log_std) + shift * shift) * 0.5 * std::exp(-2 * after.log_std);
  }
  return kl / static_cast<double>(batch);
}

void SquashedGaussian::LossGradient(const DistributionLoss& loss, const DistributionParameters& now,
                                    const DistributionGradient& gradient) const {
  const size_t act_dim = act_dim_;
  const double beta = loss.kl_coefficient, c = loss.entropy_coefficient;
  const double share = 1.0 / static_cast<double>(loss.slopes.size());
  for (size_t k = 0; k < loss.samples.size(); ++k) {
    const Normal normal = At(now.rows, k), old = At(loss.old.rows, k);
    const double std_dev = std::exp(normal.log_std), slope = loss.slopes[k / act_dim];
    const double z = (loss.samples[k] - normal.mean) / std_dev;
    const double shift = (normal.mean - old.mean) / std_dev;
    // the sample is given, so that tanh's slope at it is a constant
    double to_mean = (beta * shift - slope * z) / std_dev;
    double to_log_std = beta * (1 - std::exp(2 * (old.log_std - normal.log_std)) - shift * shift) -
                        slope * (z * z - 1);
    if (c != 0) {
      // H = log std + E log(1 - tanh(mean + std z)^2) + constant
      const Expectation pull =
          Expect([&](double at) { return -2 * std::tanh(normal.mean + std_dev * at); });
      to_mean -= c * pull.value;
      to_log_std -= c * (1 + std_dev * pull.times_z);
    }
    float* row = gradient.rows.data() + k / act_dim * 2 * act_dim + k % act_dim;
    row[0] = static_cast<float>(share * to_mean);
    row[act_dim] = static_cast<float>(share * to_log_std * normal.slope);
  }
}

// diag(1 / std^2) by the means, 2 by the log standard deviations
void SquashedGaussian::FisherOfRows(const DistributionParameters& old,
                                    std::span<float> rows) const {
  const size_t act_dim = act_dim_;
  for (size_t k = 0; k < rows.size() / 2; ++k) {
    const Normal normal = At(old.rows, k);
    float* row = rows.data() + k / act_dim * 2 * act_dim + k % act_dim;
    row[0] *= static_cast<float>(std::exp(-2 * normal.log_std));
    row[act_dim] *= static_cast<float>(2 * normal.slope * normal.slope);
  }
}

// the last layer's means through tanh, and its other rows as the head
std::string SquashedGaussian::Describe(const std::string& x,
                                       std::span<const policy::DenseLayer> layers,
                                       std::span<const float>, policy::GraphBuilder* graph) const {
  std::vector<policy::DenseLayer> means(layers.begin(), layers.end());
  policy::DenseLayer& last = means.back();
  const auto middle = last.weight.begin() + static_cast<int64_t>(act_dim_) * last.inputs;
  const policy::GaussianHead head{{middle, last.weight.end()},
                                  {last.bias.begin() + act_dim_, last.bias.end()},
                                  static_cast<float>(range_.low),
                                  static_cast<float>(range_.high)};
  last.weight.erase(middle, last.weight.end());
  last.bias.resize(act_dim_);
  last.outputs = act_dim_;
  last.activation = "tanh";
  return graph->Layers(x, means, head);
}

}  // namespace sinew::agents
