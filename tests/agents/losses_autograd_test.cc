// Every hand-written gradient of the off-policy agents against LibTorch's autograd.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "agents/distribution/tanh_gaussian.h"
#include "agents/off_policy/naf_quadratic.h"
#include "agents/off_policy/td_losses.h"
#include "core/random.h"

namespace sinew::agents {
namespace {

constexpr int kBatch = 6, kAct = 3;

std::vector<float> Normals(int64_t size, double scale, const char* name) {
  Random random(1, name);
  std::vector<float> values(size);
  for (float& value : values) value = static_cast<float>(scale * random.Normal());
  return values;
}

torch::Tensor Rows(const std::vector<float>& values, int64_t rows) {
  return torch::tensor(values).to(torch::kDouble).view({rows, -1});
}

void ExpectGradient(const torch::Tensor& loss, const torch::Tensor& leaf,
                    const std::vector<float>& gradient) {
  const auto expected = torch::autograd::grad({loss}, {leaf})[0].flatten();
  ASSERT_EQ(expected.numel(), static_cast<int64_t>(gradient.size()));
  for (int64_t i = 0; i < expected.numel(); ++i) {
    const double value = expected[i].item<double>();
    EXPECT_NEAR(gradient[i], value, 1e-5 + 1e-5 * std::abs(value)) << "element " << i;
  }
}

/// Importance weights in (0, 1].
std::vector<float> Weights() {
  std::vector<float> weights(kBatch);
  for (int i = 0; i < kBatch; ++i) weights[i] = 1 / static_cast<float>(1 + i % 5);
  return weights;
}

TEST(LossesAutogradTest, SquaredTdError) {
  const auto q = Normals(kBatch, 2, "q"), y = Normals(kBatch, 2, "y");
  const auto leaf = Rows(q, kBatch).requires_grad_(true);
  const auto loss = torch::mse_loss(leaf, Rows(y, kBatch));
  std::vector<float> gradient(kBatch);
  EXPECT_NEAR(SquaredTdError(q, y, {}, gradient).loss, loss.item<double>(), 1e-5);
  ExpectGradient(loss, leaf, gradient);
  const auto w = Weights();
  const auto weighted =
      (Rows(w, kBatch) * torch::mse_loss(leaf, Rows(y, kBatch), at::Reduction::None)).mean();
  EXPECT_NEAR(SquaredTdError(q, y, w, gradient).loss, weighted.item<double>(), 1e-5);
  ExpectGradient(weighted, leaf, gradient);
}

TEST(LossesAutogradTest, HuberTdError) {
  const auto q = Normals(kBatch, 2, "q"), y = Normals(kBatch, 2, "y");
  const auto leaf = Rows(q, kBatch).requires_grad_(true);
  const auto loss = torch::huber_loss(leaf, Rows(y, kBatch), at::Reduction::Mean, 0.7);
  std::vector<float> gradient(kBatch);
  EXPECT_NEAR(HuberTdError(q, y, {}, 0.7, gradient).loss, loss.item<double>(), 1e-5);
  ExpectGradient(loss, leaf, gradient);
  const auto w = Weights();
  const auto weighted =
      (Rows(w, kBatch) * torch::huber_loss(leaf, Rows(y, kBatch), at::Reduction::None, 0.7)).mean();
  EXPECT_NEAR(HuberTdError(q, y, w, 0.7, gradient).loss, weighted.item<double>(), 1e-5);
  ExpectGradient(weighted, leaf, gradient);
}

// mean(alpha log pi(a|s) - Q(s, a)) with a critic whose slope in the action is not constant
TEST(LossesAutogradTest, SoftPolicyGradient) {
  const double alpha = 0.3;
  const LogStdRange range{-4, 1};
  const auto outputs = Normals(kBatch * 2 * kAct, 0.8, "outputs");
  SquashedSample sample;
  sample.noise = Normals(kBatch * kAct, 1, "noise");
  SampleSquashed(outputs, kAct, range, &sample);

  const auto leaf = Rows(outputs, kBatch).requires_grad_(true);
  const auto noise = Rows(sample.noise, kBatch);
  const auto mean = leaf.narrow(1, 0, kAct), raw = leaf.narrow(1, kAct, kAct);
  const auto log_std = range.low + (range.high - range.low) * 0.5 * (1 + torch::tanh(raw));
  const auto a = torch::tanh(mean + log_std.exp() * noise);
  const auto log_probs =
      (-0.5 * noise.square() - log_std - 0.5 * std::log(2 * M_PI) - torch::log(1 - a.square()))
          .sum(1);
  const auto q = (torch::sin(2 * a) + a.square()).sum(1);
  for (int i = 0; i < kBatch; ++i) {
    EXPECT_NEAR(sample.log_probs[i], log_probs[i].item<double>(), 1e-4);
  }
  std::vector<float> action_gradient, gradient(outputs.size());
  for (float value : sample.actions) {
    action_gradient.push_back(-(2 * std::cos(2 * value) + 2 * value) / kBatch);
  }
  SoftPolicyGradient(sample, action_gradient, alpha, gradient);
  ExpectGradient((alpha * log_probs - q).mean(), leaf, gradient);
}

TEST(LossesAutogradTest, TemperatureGradient) {
  const auto log_probs = Normals(kBatch, 1, "log pi");
  const auto log_alpha = torch::tensor({std::log(0.3)}, torch::kDouble).requires_grad_(true);
  const auto loss = (-log_alpha.exp() * (Rows(log_probs, kBatch) + 1.5)).mean();
  ExpectGradient(loss, log_alpha, {static_cast<float>(TemperatureGradient(log_probs, 1.5, 0.3))});
}

TEST(LossesAutogradTest, NafQuadratic) {
  const QuadraticShape shape{.act_dim = kAct, .bound = 2};
  const auto outputs = Normals(kBatch * shape.outputs(), 1, "outputs"),
             actions = Normals(kBatch * kAct, 0.5, "actions"),
             targets = Normals(kBatch, 1, "targets");
  const auto leaf = Rows(outputs, kBatch).requires_grad_(true);
  const auto mu = torch::tanh(leaf.narrow(1, 1, kAct));
  auto l = torch::zeros({kBatch, kAct, kAct}, torch::kDouble);
  const auto rows = torch::tril_indices(kAct, kAct);
  const auto x = leaf.narrow(1, 1 + kAct, shape.triangle());
  l.index_put_({torch::indexing::Slice(), rows[0], rows[1]}, x);
  const auto diagonal = torch::diagonal(l, 0, 1, 2);
  l = torch::tril(l, -1) +
      torch::diag_embed(torch::exp(shape.bound * torch::tanh(diagonal / shape.bound)));
  const auto d = (Rows(actions, kBatch) - mu).unsqueeze(2);
  const auto p = torch::bmm(l, l.transpose(1, 2));
  const auto advantage = -0.5 * torch::bmm(torch::bmm(d.transpose(1, 2), p), d).view({kBatch});
  const auto q = leaf.select(1, 0) + advantage;

  Quadratic quadratic;
  EvaluateQuadratic(outputs, actions, shape, &quadratic);
  for (int i = 0; i < kBatch; ++i) EXPECT_NEAR(quadratic.q[i], q[i].item<double>(), 1e-4);
  std::vector<float> q_gradient(kBatch), gradient(outputs.size());
  HuberTdError(quadratic.q, targets, {}, 1, q_gradient);
  QuadraticGradient(outputs, quadratic, q_gradient, shape, gradient);
  const auto loss =
      torch::huber_loss(q, Rows(targets, kBatch).view({kBatch}), at::Reduction::Mean, 1.0);
  ExpectGradient(loss, leaf, gradient);
}

}  // namespace
}  // namespace sinew::agents
