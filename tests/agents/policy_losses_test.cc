// PPO's losses against numbers worked out by hand, and against LibTorch's autograd.

#include "agents/on_policy/policy_losses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "agents/distribution/diagonal_gaussian.h"
#include "agents/distribution/gaussian.h"
#include "core/random.h"

namespace sinew::agents {
namespace {

std::vector<float> RandomValues(Random* random, size_t size, double scale) {
  std::vector<float> values(size);
  for (float& v : values) v = static_cast<float>(scale * random->Normal());
  return values;
}

/// A minibatch with room for the gradient.
struct PolicyCase {
  std::vector<float> actions, old_mean, old_log_std, advantages, mean, log_std;
  std::vector<float> mean_gradient{}, log_std_gradient{};

  PolicyLoss Evaluate(const PolicyLossOptions& options) {
    std::vector<float> old_log_prob(advantages.size());
    GaussianLogProb(actions, old_mean, old_log_std, old_log_prob);
    mean_gradient.assign(mean.size(), NAN);
    log_std_gradient.assign(log_std.size(), NAN);
    const DiagonalGaussian gaussian(static_cast<int>(log_std.size()), {});
    return EvaluatePolicyLoss(gaussian, options,
                              {actions, {old_mean, old_log_std}, old_log_prob, advantages},
                              {mean, log_std}, {mean_gradient, log_std_gradient});
  }
};

/// One action element, standard deviation 1, mean moved from 0 to 1/2: log r = a / 2 - 1 / 8.
///
///     a      1        1         -1        -1        1/4
///     r      e^(3/8)  e^(3/8)   e^(-5/8)  e^(-5/8)  1
///     A      2        -1        1         -2        3
///     with epsilon = 0.2
///     term   2.4      -e^(3/8)  e^(-5/8)  -1.6      3
///     slope  0        -e^(3/8)  e^(-5/8)  0         3
PolicyCase FiveSamples() {
  return {.actions = {1, 1, -1, -1, 0.25f},
          .old_mean = {0, 0, 0, 0, 0},
          .old_log_std = {0},
          .advantages = {2, -1, 1, -2, 3},
          .mean = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f},
          .log_std = {0}};
}
const double kUp = std::exp(0.375), kDown = std::exp(-0.625);
const double kEntropy = 0.5 * std::log(2 * std::numbers::pi * std::numbers::e);

TEST(PolicyLossTest, ClippedSurrogateByHand) {
  PolicyCase samples = FiveSamples();
  const PolicyLoss loss = samples.Evaluate({.clip = 0.2});
  EXPECT_NEAR(loss.surrogate, (2.4 - kUp + kDown - 1.6 + 3) / 5, 1e-6);
  EXPECT_NEAR(loss.total, -loss.surrogate, 1e-12);
  EXPECT_NEAR(loss.clip_fraction, 0.8, 1e-12);
  EXPECT_NEAR(loss.kl, 0.125, 1e-7);
  EXPECT_NEAR(loss.entropy, kEntropy, 1e-7);
  // -slope z / 5 with z = a - 1/2
  const std::vector<double> expected{0, kUp * 0.5 / 5, kDown * 1.5 / 5, 0, 3 * 0.25 / 5};
  for (int i = 0; i < 5; ++i) EXPECT_NEAR(samples.mean_gradient[i], expected[i], 1e-6);
  // -slope (z^2 - 1) / 5 with z^2 = 1/4, 9/4, 1/16
  const double log_std_gradient = -(-kUp * -0.75 + kDown * 1.25 + 3 * -0.9375) / 5;
  EXPECT_NEAR(samples.log_std_gradient[0], log_std_gradient, 1e-6);
}

// unclipped terms r A; the KL of each sample is (1/2)^2 / 2, its slope 1/2, and by log std
// 1 - (1 + 1/4)
TEST(PolicyLossTest, KlPenaltyByHand) {
  PolicyCase samples = FiveSamples();
  const PolicyLoss loss = samples.Evaluate({.clip = 0, .kl_coefficient = 2, .entropy_coef = 0.1});
  const double surrogate = (2 * kUp - kUp + kDown - 2 * kDown + 3) / 5;
  EXPECT_NEAR(loss.surrogate, surrogate, 1e-6);
  EXPECT_EQ(loss.clip_fraction, 0);
  EXPECT_NEAR(loss.total, -surrogate + 2 * 0.125 - 0.1 * kEntropy, 1e-6);
  const std::vector<double> slope{2 * kUp, -kUp, kDown, -2 * kDown, 3},
      z{0.5, 0.5, -1.5, -1.5, -0.25};
  double log_std_gradient = 2 * -0.25 - 0.1;
  for (int i = 0; i < 5; ++i) {
    EXPECT_NEAR(samples.mean_gradient[i], (2 * 0.5 - slope[i] * z[i]) / 5, 1e-6);
    log_std_gradient -= slope[i] * (z[i] * z[i] - 1) / 5;
  }
  EXPECT_NEAR(samples.log_std_gradient[0], log_std_gradient, 1e-6);
}

torch::Tensor TensorOf(const std::vector<float>& values, int64_t columns) {
  return torch::tensor(values).to(torch::kDouble).reshape({-1, columns});
}

/// The same loss in the words of the paper, for autograd to differentiate.
torch::Tensor LossByAutograd(const PolicyLossOptions& options, const PolicyCase& samples,
                             const torch::Tensor& mean, const torch::Tensor& log_std) {
  const int64_t act_dim = static_cast<int64_t>(samples.log_std.size());
  const auto actions = TensorOf(samples.actions, act_dim);
  const auto old_mean = TensorOf(samples.old_mean, act_dim);
  const auto old_log_std = TensorOf(samples.old_log_std, act_dim);
  const auto advantages = torch::tensor(samples.advantages).to(torch::kDouble);
  const auto log_prob = [&](const torch::Tensor& m, const torch::Tensor& s) {
    return (-0.5 * ((actions - m) / s.exp()).square() - s - 0.5 * std::log(2 * std::numbers::pi))
        .sum(1);
  };
  const auto ratio = (log_prob(mean, log_std) - log_prob(old_mean, old_log_std)).exp();
  auto surrogate = ratio * advantages;
  if (options.clip > 0) {
    surrogate =
        torch::minimum(surrogate, ratio.clamp(1 - options.clip, 1 + options.clip) * advantages);
  }
  const auto kl =
      log_std - old_log_std +
      ((2 * old_log_std).exp() + (old_mean - mean).square()) / (2 * (2 * log_std).exp()) - 0.5;
  const auto entropy = (log_std + kEntropy).sum();
  return -surrogate.mean() + options.kl_coefficient * kl.sum(1).mean() -
         options.entropy_coef * entropy;
}

TEST(PolicyLossTest, AgreesWithAutograd) {
  Random random(3);
  constexpr int kBatch = 40, kAct = 3;
  for (const PolicyLossOptions& options :
       {PolicyLossOptions{.clip = 0.2}, PolicyLossOptions{.clip = 0.05, .entropy_coef = 0.3},
        PolicyLossOptions{.clip = 0, .kl_coefficient = 1.7},
        PolicyLossOptions{.clip = 0.2, .kl_coefficient = 0.4, .entropy_coef = 0.01}}) {
    PolicyCase samples{.actions = RandomValues(&random, kBatch * kAct, 1),
                       .old_mean = RandomValues(&random, kBatch * kAct, 0.5),
                       .old_log_std = RandomValues(&random, kAct, 0.3),
                       .advantages = RandomValues(&random, kBatch, 1),
                       .mean = {},
                       .log_std = RandomValues(&random, kAct, 0.3)};
    // actions that the old policy may well have drawn, so that no ratio is astronomical
    const auto shift = RandomValues(&random, kBatch * kAct, 0.2);
    for (int i = 0; i < kBatch * kAct; ++i) {
      samples.actions[i] =
          samples.old_mean[i] + std::exp(samples.old_log_std[i % kAct]) * samples.actions[i];
      samples.mean.push_back(samples.old_mean[i] + shift[i]);
    }
    const PolicyLoss loss = samples.Evaluate(options);

    const auto mean = TensorOf(samples.mean, kAct).requires_grad_(true);
    const auto log_std = TensorOf(samples.log_std, kAct).requires_grad_(true);
    const auto expected = LossByAutograd(options, samples, mean, log_std);
    expected.backward();
    EXPECT_NEAR(loss.total, expected.item<double>(), 1e-5);
    const auto mean_gradient = mean.grad().contiguous(), log_std_gradient = log_std.grad();
    for (int i = 0; i < kBatch * kAct; ++i) {
      EXPECT_NEAR(samples.mean_gradient[i], mean_gradient.data_ptr<double>()[i], 1e-6);
    }
    for (int j = 0; j < kAct; ++j) {
      EXPECT_NEAR(samples.log_std_gradient[j], log_std_gradient.data_ptr<double>()[j], 1e-5);
    }
  }
}

// with a range of 1/2:
//
//     V      R    V_old   V - R   V_old + clip(V - V_old) - R   counts    slope
//     6      3    4       3       1.5                           plain 3   3
//     4      3    2       1       -0.5                          plain 1   1
//     4      3    5       1       1.5                           clipped   0
//     4.25   5    4       -0.75   -0.75                         either    -0.75
TEST(ValueLossTest, ClippedByHand) {
  const std::vector<float> values{6, 4, 4, 4.25f}, old_values{4, 2, 5, 4}, returns{3, 3, 3, 5};
  std::vector<float> gradient(4);
  const double loss = EvaluateValueLoss(values, old_values, returns, 0.5, gradient);
  EXPECT_NEAR(loss, (9 + 1 + 2.25 + 0.5625) / 2 / 4, 1e-12);
  EXPECT_THAT(gradient, testing::ElementsAre(0.75f, 0.25f, 0, -0.1875f));
  EXPECT_NEAR(EvaluateValueLoss(values, {}, returns, 0, gradient), (9 + 1 + 1 + 0.5625) / 2 / 4,
              1e-12);
  EXPECT_THAT(gradient, testing::ElementsAre(0.75f, 0.25f, 0.25f, -0.1875f));
}

TEST(ValueLossTest, AgreesWithAutograd) {
  Random random(4);
  const auto values = RandomValues(&random, 50, 1), old_values = RandomValues(&random, 50, 1),
             returns = RandomValues(&random, 50, 1);
  std::vector<float> gradient(50);
  const double loss = EvaluateValueLoss(values, old_values, returns, 0.3, gradient);
  const auto v = torch::tensor(values).to(torch::kDouble).requires_grad_(true);
  const auto old = torch::tensor(old_values).to(torch::kDouble);
  const auto target = torch::tensor(returns).to(torch::kDouble);
  const auto clipped = old + (v - old).clamp(-0.3, 0.3);
  const auto expected =
      0.5 * torch::maximum((v - target).square(), (clipped - target).square()).mean();
  expected.backward();
  EXPECT_NEAR(loss, expected.item<double>(), 1e-9);
  for (int i = 0; i < 50; ++i) {
    EXPECT_NEAR(gradient[i], v.grad().data_ptr<double>()[i], 1e-8) << i;
  }
}

TEST(AdaptKlCoefficientTest, HalvesBelowAndDoublesAboveTheTarget) {
  EXPECT_EQ(AdaptKlCoefficient(1, 0.005, 0.01), 0.5);
  EXPECT_EQ(AdaptKlCoefficient(1, 0.0067, 0.01), 1) << "0.01 / 1.5 = 0.00667";
  EXPECT_EQ(AdaptKlCoefficient(1, 0.01, 0.01), 1);
  EXPECT_EQ(AdaptKlCoefficient(1, 0.0149, 0.01), 1);
  EXPECT_EQ(AdaptKlCoefficient(1, 0.02, 0.01), 2);
  EXPECT_EQ(AdaptKlCoefficient(1e6, 1, 0.01), 1e6);
  EXPECT_EQ(AdaptKlCoefficient(1e-6, 0, 0.01), 1e-6);
}

// two elements with mean 0, std 1 and mean 1, std 2, action (1, 3): z = 1 and 1
TEST(GaussianTest, LogProbabilityAndEntropyByHand) {
  const float log_two = std::log(2.0f);
  float log_prob = 0;
  GaussianLogProb(std::vector<float>{1, 3}, std::vector<float>{0, 1},
                  std::vector<float>{0, log_two}, {&log_prob, 1});
  EXPECT_NEAR(log_prob, -0.5 - 0.5 - std::log(2.0) - std::log(2 * std::numbers::pi), 1e-6);
  EXPECT_NEAR(GaussianEntropy(std::vector<float>{0, log_two}), 2 * kEntropy + std::log(2.0), 1e-6);
}

// from N(0, 1) to N(1, 2^2): log 2 + (1 + 1) / 8 - 1/2, and 0 from N(3, 1) to itself
TEST(GaussianTest, KlByHand) {
  const std::vector<float> old_mean{0, 3, 0, 3}, mean{1, 3, 1, 3}, old_log_std{0, 0},
      log_std{std::log(2.0f), 0};
  EXPECT_NEAR(GaussianKl(old_mean, old_log_std, mean, log_std), std::log(2.0) + 0.25 - 0.5, 1e-6);
}

TEST(GaussianTest, SamplesHaveTheirMeanAndDeviation) {
  Random random(5);
  const std::vector<float> mean{2, -1}, log_std{std::log(0.5f), std::log(3.0f)};
  std::vector<float> action(2);
  double sum[2] = {0, 0}, squares[2] = {0, 0};
  constexpr int kDraws = 40000;
  for (int i = 0; i < kDraws; ++i) {
    SampleGaussian(mean, log_std, random, action);
    for (int j = 0; j < 2; ++j) {
      sum[j] += action[j] / kDraws;
      squares[j] += (action[j] - mean[j]) * (action[j] - mean[j]) / kDraws;
    }
  }
  EXPECT_NEAR(sum[0], 2, 0.02);
  EXPECT_NEAR(sum[1], -1, 0.08);
  EXPECT_NEAR(std::sqrt(squares[0]), 0.5, 0.02);
  EXPECT_NEAR(std::sqrt(squares[1]), 3, 0.1);
}

}  // namespace
}  // namespace sinew::agents
