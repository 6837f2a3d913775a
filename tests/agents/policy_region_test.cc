// A Gaussian policy's gradient, Fisher matrix and steps against LibTorch's autograd.

#include "agents/on_policy/policy_region.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <array>
#include <cmath>
#include <numbers>

#include "agents/distribution/diagonal_gaussian.h"
#include "models/kernels/math_runtime.h"

namespace sinew::agents {
namespace {

constexpr int kObs = 3, kAct = 2, kRows = 24;

torch::Tensor Doubles(std::span<const float> values) {
  return torch::tensor(std::vector<float>(values.begin(), values.end())).to(torch::kDouble);
}

class PolicyRegionTest : public testing::Test {
 protected:
  PolicyRegionTest()
      : random_(5),
        policy_(std::make_unique<DiagonalGaussian>(kAct,
                                                   DiagonalGaussian::Options{.log_std_init = -0.4}),
                {.network = {.inputs = kObs, .hidden = {6, 5}, .outputs = kAct},
                 .learner = {.has_target = false}},
                random_),
        rollout_(kRows / 2, 2, kObs, kAct),
        region_(&policy_) {
    models::UseOneMathThread();
    // the actor's head starts near 0, where little depends on anything
    for (float& p : policy_.network_learner().online().parameters().values()) {
      p += static_cast<float>(random_.Uniform(-0.5, 0.5));
    }
    policy_.SetShared(std::array{-0.4f, 0.3f});
    std::vector<spec::StepResult> results(2);
    while (!rollout_.full()) {
      const auto observations = Values(2 * kObs), next = Values(2 * kObs);
      std::vector<float> actions(2 * kAct);
      policy_.Sample(observations, {}, random_, actions);
      rollout_.Add({observations, actions, Values(2), next, results});
    }
    policy_.BeginUpdate(rollout_);
    advantages_ = Values(kRows);
    rows_ = rollout_.LearnableRows();
    region_.Begin(rollout_, advantages_, rows_, false);
  }

  std::vector<float> Values(int size) {
    std::vector<float> values(size);
    for (float& value : values) value = static_cast<float>(random_.Uniform(-1, 1));
    return values;
  }
  std::vector<double> Direction(double scale) {
    std::vector<double> direction(region_.gradient().size());
    for (double& d : direction) d = scale * random_.Uniform(-1, 1);
    return direction;
  }
  torch::Tensor OldParameters() {
    return torch::cat({Doubles(policy_.network_learner().online().parameters().values()),
                       Doubles(policy_.shared())});
  }
  torch::Tensor Mean(const torch::Tensor& theta) {
    const models::NetworkSpec& spec = policy_.network_learner().online().spec();
    torch::Tensor h = Doubles(rollout_.observations()).reshape({-1, kObs});
    for (int layer = 0; layer < spec.layers(); ++layer) {
      const int inputs = spec.layer_inputs(layer), outputs = spec.layer_outputs(layer);
      const auto weight = theta.narrow(0, spec.weight_offset(layer), inputs * outputs);
      const auto bias = theta.narrow(0, spec.bias_offset(layer), outputs);
      h = h.matmul(weight.reshape({outputs, inputs}).t()) + bias;
      if (layer + 1 < spec.layers()) h = h.tanh();
    }
    return h;
  }
  torch::Tensor LogStd(const torch::Tensor& theta) {
    return theta.narrow(0, theta.size(0) - kAct, kAct);
  }
  torch::Tensor Surrogate(const torch::Tensor& theta) {
    const auto actions = Doubles(rollout_.actions()).reshape({-1, kAct});
    const auto log_prob = [&](const torch::Tensor& t) {
      return (-0.5 * ((actions - Mean(t)) / LogStd(t).exp()).square() - LogStd(t)).sum(1);
    };
    return ((log_prob(theta) - log_prob(old_)).exp() * Doubles(advantages_)).mean();
  }
  torch::Tensor Kl(const torch::Tensor& theta) {
    const auto log_std = LogStd(theta), old_log_std = LogStd(old_);
    return (log_std - old_log_std +
            ((2 * old_log_std).exp() + (Mean(old_) - Mean(theta)).square()) /
                (2 * (2 * log_std).exp()) -
            0.5)
        .sum(1)
        .mean();
  }

  Random random_;
  StochasticPolicy policy_;
  RolloutBuffer rollout_;
  PolicyRegion region_;
  std::vector<float> advantages_;
  std::vector<int> rows_;
  torch::Tensor old_ = torch::Tensor();
};

TEST_F(PolicyRegionTest, GradientIsTheSurrogates) {
  old_ = OldParameters();
  const auto theta = old_.clone().requires_grad_(true);
  Surrogate(theta).backward();
  for (size_t i = 0; i < region_.gradient().size(); ++i) {
    EXPECT_NEAR(region_.gradient()[i], theta.grad()[i].item<double>(), 1e-6) << i;
  }
}

TEST_F(PolicyRegionTest, FisherProductIsTheHessianOfTheKl) {
  old_ = OldParameters();
  const auto theta = old_.clone().requires_grad_(true);
  const auto slope = torch::autograd::grad({Kl(theta)}, {theta}, {}, true, true)[0];
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto v = Direction(1);
    std::vector<double> product(v.size());
    region_.FisherProduct(v, product);
    const auto along = (slope * torch::tensor(v, torch::kDouble)).sum();
    const auto expected = torch::autograd::grad({along}, {theta}, {}, true)[0];
    for (size_t i = 0; i < v.size(); ++i) {
      EXPECT_NEAR(product[i], expected[i].item<double>(), 2e-5) << i;
    }
  }
}

TEST_F(PolicyRegionTest, TryMovesThePolicyAndTellsWhatItIsWorth) {
  old_ = OldParameters();
  const auto step = Direction(0.05);
  const StepValue value = region_.Try(step);
  const auto moved = old_ + torch::tensor(step, torch::kDouble);
  EXPECT_NEAR((OldParameters() - moved).abs().max().item<double>(), 0, 1e-6);
  EXPECT_NEAR(value.kl, Kl(moved).item<double>(), 1e-5);
  EXPECT_NEAR(value.gain, (Surrogate(moved) - Surrogate(old_)).item<double>(), 1e-5);
  const StepValue none = region_.Try(std::vector<double>(step.size(), 0.0));
  EXPECT_NEAR(none.kl, 0, 1e-7);
  EXPECT_NEAR(none.gain, 0, 1e-7);
  EXPECT_EQ((OldParameters() - old_).abs().max().item<double>(), 0) << "back at the old policy";
}

TEST_F(PolicyRegionTest, StepGainsAndStaysWithinTheRegion) {
  const TrustRegionStep step = StepWithinTrustRegion({.max_kl = 0.01}, 1, region_);
  EXPECT_GT(step.fraction, 0);
  EXPECT_GT(step.value.gain, 0);
  EXPECT_LE(step.value.kl, 0.01);
  EXPECT_NEAR(policy_.Kl(rollout_), step.value.kl, 1e-6);
}

}  // namespace
}  // namespace sinew::agents
