#include "agents/off_policy/naf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "agents/off_policy/naf_quadratic.h"
#include "models/flat_parameters.h"
#include "models/kernels/math_runtime.h"
#include "tests/agents/point_mass_learning.h"

namespace sinew::agents {
namespace {

// V = 1; mu = (0, 0.5); L = [1 0; 0.5 2], where 2 = exp(3 tanh(x / 3)) needs x = 3 atanh(log 2 / 3)
std::vector<float> Outputs() {
  return {1, 0, std::atanh(0.5f), 0, 0.5f, 3 * std::atanh(std::log(2.0f) / 3)};
}
constexpr QuadraticShape kShape{.act_dim = 2, .bound = 3};

// a - mu = (0.4, -0.3); w = L'(a - mu) = (0.4 - 0.15, -0.6) = (0.25, -0.6);
// Q = 1 - (0.0625 + 0.36) / 2 = 0.78875
TEST(NafQuadraticTest, ValueByHand) {
  Quadratic quadratic;
  EvaluateQuadratic(Outputs(), std::vector<float>{0.4f, 0.2f}, kShape, &quadratic);
  EXPECT_NEAR(quadratic.q[0], 0.78875, 1e-6);
}

// dQ/dmu = L w = (0.25, 0.125 - 1.2), through tanh times (1, 0.75);
// dQ/dL = -w_j (a - mu)_i: 11: -0.1, 21: 0.075, 22: -0.18, the diagonal through
// L (1 - tanh(x / 3)^2) = 1 and 2 (1 - (log 2 / 3)^2) = 1.893233
TEST(NafQuadraticTest, GradientByHand) {
  Quadratic quadratic;
  EvaluateQuadratic(Outputs(), std::vector<float>{0.4f, 0.2f}, kShape, &quadratic);
  std::vector<float> gradient(6);
  QuadraticGradient(Outputs(), quadratic, std::vector<float>{2}, kShape, gradient);
  const std::vector<double> expected{1, 0.25, -0.80625, -0.1, 0.075, -0.18 * 1.893233};
  for (int i = 0; i < 6; ++i) EXPECT_NEAR(gradient[i], 2 * expected[i], 1e-5) << i;
}

TEST(NafQuadraticTest, NoActionIsBetterThanMu) {
  Random random(1);
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<float> outputs(kShape.outputs());
    for (float& value : outputs) value = static_cast<float>(3 * random.Normal());
    Quadratic quadratic;
    const std::vector<float> mu{std::tanh(outputs[1]), std::tanh(outputs[2])};
    EvaluateQuadratic(outputs, mu, kShape, &quadratic);
    EXPECT_NEAR(quadratic.q[0], outputs[0], 1e-4);
    const std::vector<float> other{static_cast<float>(random.Uniform(-1, 1)),
                                   static_cast<float>(random.Uniform(-1, 1))};
    EvaluateQuadratic(outputs, other, kShape, &quadratic);
    EXPECT_LT(quadratic.q[0], outputs[0]);
  }
}

TEST(NafQuadraticTest, DiagonalIsPositiveAndBounded) {
  Quadratic quadratic;
  const std::vector<float> actions{1, 1};
  EvaluateQuadratic(std::vector<float>{0, 0, 0, 1e30f, 0, -1e30f}, actions, kShape, &quadratic);
  EXPECT_NEAR(quadratic.triangle[0], std::exp(3), 1e-4);
  EXPECT_NEAR(quadratic.triangle[2], std::exp(-3), 1e-6);
  std::vector<float> gradient(6);
  QuadraticGradient(std::vector<float>{0, 0, 0, 1e30f, 0, -1e30f}, quadratic, std::vector<float>{1},
                    kShape, gradient);
  EXPECT_TRUE(models::AllFinite(gradient));
}

// a - mu = (0.4, -0.3), |a - mu|^2 = 0.25; with width 0.5 exp(-0.25 / (2 0.25 2)) = exp(-0.25)
TEST(NafQuadraticTest, LocalWeightsByHand) {
  std::vector<float> outputs = Outputs(), local;
  outputs.insert(outputs.end(), outputs.begin(), outputs.begin() + 6);
  Quadratic quadratic;
  EvaluateQuadratic(outputs, std::vector<float>{0.4f, 0.2f, 0, 0.5f}, kShape, &quadratic);
  LocalWeights(quadratic, kShape, 0.5, {}, &local);
  ASSERT_EQ(local.size(), 2u);
  const double mean = (std::exp(-0.25) + 1) / 2;
  EXPECT_NEAR(local[0], std::exp(-0.25) / mean, 1e-6);
  EXPECT_NEAR(local[1], 1 / mean, 1e-6);
  LocalWeights(quadratic, kShape, 0.5, std::vector<float>{2, 0.5f}, &local);
  EXPECT_NEAR(local[0], 2 * std::exp(-0.25) / mean, 1e-6);
  EXPECT_NEAR(local[1], 0.5 / mean, 1e-6);
  // nothing near: the weights fade, and stay finite
  LocalWeights(quadratic, kShape, 1e-6, {}, &local);
  EXPECT_NEAR(local[0], 0, 1e-6);
  EXPECT_TRUE(models::AllFinite(local));
}

NafOptions SmallOptions() {
  NafOptions options;
  options.hidden = {16, 12};
  options.final_layer_range = 0.7;
  options.gamma = 0.8;
  options.tau = 0.25;
  options.huber_width = 2;
  options.batch_size = 4;
  options.updates_per_step = 1;
  options.n_step = 1;
  options.learning_starts = 0;
  return options;
}

HandMadeStep TheStep() {
  return {.observation = {0.3f, -0.8f},
          .action = {0.4f},
          .next_observation = {-0.2f, 0.9f},
          .reward = 1.5f,
          .result = {.truncated = true}};
}

// outputs of the agent's network: V, m, x
std::vector<float> OutputsOf(Agent* agent, const std::string& name,
                             const std::vector<float>& observation) {
  models::NetworkSpec spec;
  spec.inputs = 2;
  spec.hidden = {16, 12};
  spec.outputs = 3;
  const auto network = models::MakeNetwork(spec, models::Backend::kAutograd);
  std::ranges::copy(Floats(SavedTensors(agent).at(name)), network->parameters().values().begin());
  const auto outputs = network->Forward(observation, {}, 1);
  return {outputs.begin(), outputs.end()};
}

TEST(NafTest, TargetIsTheRewardAndTheSlowCopysValue) {
  const auto agent = MakeNafAgent(SmallOptions(), {.obs_dim = 2, .act_dim = 1, .seed = 5});
  const HandMadeStep step = TheStep();
  ObserveStep(agent.get(), step);
  for (int i = 0; i < 20; ++i) agent->Learn();
  agent->TakeMetrics();
  const double next_value = OutputsOf(agent.get(), "q.target", step.next_observation)[0];
  const auto outputs = OutputsOf(agent.get(), "q.online", step.observation);
  const double l = std::exp(3 * std::tanh(outputs[2] / 3));
  const double q = outputs[0] - 0.5 * std::pow(l * (0.4 - std::tanh(outputs[1])), 2);
  const double y = 1.5 + 0.8 * next_value;
  agent->Learn();
  const Metrics metrics = agent->TakeMetrics();
  EXPECT_NEAR(MetricOf(metrics, "target_mean"), y, 1e-5);
  EXPECT_NEAR(MetricOf(metrics, "q_mean"), q, 1e-5);
  EXPECT_NEAR(MetricOf(metrics, "value_mean"), outputs[0], 1e-5);
  ASSERT_LT(std::abs(q - y), 2) << "within Huber's width";
  EXPECT_NEAR(MetricOf(metrics, "critic_loss"), 0.5 * (q - y) * (q - y), 1e-5);
}

TEST(NafTest, PolicyIsTheBestAction) {
  const auto agent = MakeNafAgent(SmallOptions(), {.obs_dim = 2, .act_dim = 1, .seed = 5});
  ObserveStep(agent.get(), TheStep());
  agent->Learn();
  const auto policy = policy::AsPerceptron(agent->Snapshot());
  EXPECT_EQ(policy->layers.back().outputs, 1);
  EXPECT_EQ(policy->layers.back().activation, "tanh");
  // the rows of the last layer are V, m, x: the policy keeps the second
  const auto parameters = Floats(SavedTensors(agent.get()).at("q.online"));
  const size_t last = parameters.size() - 3 * (12 + 1);
  EXPECT_EQ(policy->layers.back().weight,
            std::vector<float>(parameters.begin() + last + 12, parameters.begin() + last + 24));
  EXPECT_EQ(policy->layers.back().bias[0], parameters[parameters.size() - 2]);
}

// rewards a float hardly holds: Huber's loss and the clipped gradient bound every step
TEST(NafTest, MonstrousRewardsLeaveTheLearnerFinite) {
  const auto agent = MakeNafAgent(SmallOptions(), {.obs_dim = 2, .act_dim = 1, .seed = 5});
  for (int i = 0; i < 300; ++i) {
    HandMadeStep step = TheStep();
    step.reward = i % 2 ? 1e30f : -1e30f;
    step.result.terminated = true;
    ObserveStep(agent.get(), step);
    agent->Learn();
  }
  EXPECT_TRUE(models::AllFinite(Floats(SavedTensors(agent.get()).at("q.online"))));
  EXPECT_EQ(MetricOf(agent->TakeMetrics(), "rollbacks"), 0);
}

NafOptions PointMassOptions() {
  NafOptions options;
  options.gamma = 0.95;
  options.lr = 3e-4;  // 1e-3 leaves the last policy to chance
  options.batch_size = 128;
  options.n_step = 1;
  options.updates_per_step = 1;
  options.learning_starts = 2000;
  options.warmup_sigma = 1;
  return options;
}

TEST(NafTest, LearnsThePointMassInSeconds) {
  models::UseOneMathThread();
  ThreadPool pool(1);
  constexpr int64_t kSteps = 24'000;
  const Trained trained = TrainOnPointMass(
      MakeNafAgent(PointMassOptions(), PointMassContext(1, kSteps)), 1, kSteps, &pool);
  const double good = BangBangReturn(), learned = LearnedReturn(*trained.agent);
  EXPECT_GT(learned, 1.3 * good) << "learned " << learned << ", bang-bang " << good;
}

TEST(NafTest, SeedAloneDecidesTheBits) {
  models::UseOneMathThread();
  NafOptions options = PointMassOptions();
  options.hidden = {8};
  options.learning_starts = 400;
  ExpectSeedAloneDecides(
      [&](const AgentContext& context) { return MakeNafAgent(options, context); }, 1000,
      "q.online");
}

}  // namespace
}  // namespace sinew::agents
