#include "agents/off_policy/sac.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "agents/distribution/tanh_gaussian.h"
#include "core/error.h"
#include "models/kernels/math_runtime.h"
#include "tests/agents/point_mass_learning.h"

namespace sinew::agents {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// tanh(1) = 0.761594, 1 - tanh(1)^2 = 0.419974; far out it is 2 (log 2 - |u|)
TEST(TanhGaussianTest, LogDerivativeNeitherCancelsNorOverflows) {
  EXPECT_DOUBLE_EQ(LogTanhDerivative(0), 0);
  EXPECT_NEAR(LogTanhDerivative(1), std::log(0.419974), 1e-6);
  EXPECT_NEAR(LogTanhDerivative(30), -58.613706, 1e-6);
  EXPECT_NEAR(LogTanhDerivative(-30), -58.613706, 1e-6);
  EXPECT_NEAR(LogTanhDerivative(1e6), -2e6 + 2 * std::log(2), 1e-3);
}

// log std = -5 + 7 / 2 = -1.5, std = 0.223130; u = 0.5 + 0.223130 = 0.723130, a = tanh(u) =
// 0.618844; log pi = -1/2 + 1.5 - log(2 pi)/2 - log(1 - a^2) = 0.563897
TEST(TanhGaussianTest, SampleByHand) {
  SquashedSample sample;
  sample.noise = {1};
  SampleSquashed(std::vector<float>{0.5f, 0}, 1, {-5, 2}, &sample);
  EXPECT_NEAR(sample.std_dev[0], 0.223130, 1e-6);
  EXPECT_NEAR(sample.actions[0], 0.618844, 1e-6);
  EXPECT_NEAR(sample.log_probs[0], 0.563897, 1e-6);

  // alpha 0.2, dJ/da = -3: dJ/du = 0.4 a - 3 (1 - a^2) = -1.603557, which is dJ/dmean;
  // dJ/d(log std) = -1.603557 * 0.223130 - 0.2 = -0.557802, and x moves log std by 7/2
  std::vector<float> gradient(2);
  SoftPolicyGradient(sample, std::vector<float>{-3}, 0.2, gradient);
  EXPECT_NEAR(gradient[0], -1.603557, 1e-5);
  EXPECT_NEAR(gradient[1], -1.952307, 1e-5);
}

// a density over [-1, 1]: the integral of exp(log pi(a)) da is 1
TEST(TanhGaussianTest, DensityIntegratesToOne) {
  for (const float x : {-0.3f, 0.4f}) {
    double integral = 0, last_action = -1, last_density = 0;
    for (double noise = -8; noise <= 8; noise += 1e-3) {
      SquashedSample sample;
      sample.noise = {static_cast<float>(noise)};
      SampleSquashed(std::vector<float>{0.3f, x}, 1, {-3, 1}, &sample);
      const double density = std::exp(sample.log_probs[0]);
      integral += 0.5 * (density + last_density) * (sample.actions[0] - last_action);
      last_action = sample.actions[0];
      last_density = density;
    }
    EXPECT_NEAR(integral, 1, 1e-3);
  }
}

TEST(TanhGaussianTest, ExtremeOutputsStayFinite) {
  SquashedSample sample;
  sample.noise = {3, -3};
  SampleSquashed(std::vector<float>{1e4f, -1e4f, 1e10f, -1e10f}, 2, {-5, 2}, &sample);
  EXPECT_NEAR(sample.std_dev[0], std::exp(2), 1e-5);
  EXPECT_NEAR(sample.std_dev[1], std::exp(-5), 1e-8);
  EXPECT_TRUE(std::isfinite(sample.log_probs[0]));
  std::vector<float> gradient(4);
  SoftPolicyGradient(sample, std::vector<float>{1, 1}, 0.1, gradient);
  for (float g : gradient) EXPECT_TRUE(std::isfinite(g));
}

// -0.5 ((1 - 3) / 2 + 2) = -0.5: entropy 1 is below the target 2, so alpha has to grow
TEST(TanhGaussianTest, TemperatureGradientByHand) {
  EXPECT_DOUBLE_EQ(TemperatureGradient(std::vector<float>{1, -3}, 2, 0.5), -0.5);
}

SacOptions SmallOptions() {
  SacOptions options;
  options.actor_hidden = {12};
  options.critic_hidden = {16};
  options.final_layer_range = 0.7;
  options.gamma = 0.8;
  options.tau = 0.25;
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

std::unique_ptr<Agent> MakeAgent(const SacOptions& options) {
  auto agent = MakeSacAgent(options, {.obs_dim = 2, .act_dim = 1, .seed = 5});
  ObserveStep(agent.get(), TheStep());
  return agent;
}

std::unique_ptr<models::Network> NetworkOf(Agent* agent, const std::string& name, int late_inputs,
                                           int hidden, int outputs) {
  models::NetworkSpec spec;
  spec.inputs = 2;
  spec.late_inputs = late_inputs;
  spec.hidden = {hidden};
  spec.outputs = outputs;
  auto network = models::MakeNetwork(spec, models::Backend::kAutograd);
  std::ranges::copy(Floats(SavedTensors(agent).at(name)), network->parameters().values().begin());
  return network;
}

std::vector<std::unique_ptr<models::Network>> CriticsOf(Agent* agent, const std::string& which) {
  std::vector<std::unique_ptr<models::Network>> critics;
  for (const std::string name : {"critic0", "critic1"}) {
    critics.push_back(NetworkOf(agent, name + which, 1, 16, 1));
  }
  return critics;
}

// with hardly any spread and entropy worth nothing, the drawn action is tanh(mean)
SacOptions DeterministicOptions() {
  SacOptions options = SmallOptions();
  options.log_std_low = -20;
  options.log_std_high = -19;
  options.learned_temperature = false;
  options.temperature = 1e-6;
  return options;
}

TEST(SacTest, TargetIsTheSmallerTargetCriticsValueOfTheNextAction) {
  const auto agent = MakeAgent(DeterministicOptions());
  for (int i = 0; i < 20; ++i) agent->Learn();
  agent->TakeMetrics();
  const HandMadeStep step = TheStep();
  const auto actor = NetworkOf(agent.get(), "actor.online", 0, 12, 2);
  const std::vector<float> next_action{std::tanh(actor->Forward(step.next_observation, {}, 1)[0])};
  double value = INFINITY;
  for (const auto& critic : CriticsOf(agent.get(), ".target")) {
    value = std::min<double>(value, critic->Forward(step.next_observation, next_action, 1)[0]);
  }
  const auto critic = NetworkOf(agent.get(), "critic0.online", 1, 16, 1);
  const double q = critic->Forward(step.observation, step.action, 1)[0];
  agent->Learn();
  const Metrics metrics = agent->TakeMetrics();
  EXPECT_NEAR(MetricOf(metrics, "target_mean"), 1.5 + 0.8 * value, 1e-4);
  EXPECT_NEAR(MetricOf(metrics, "q_mean"), q, 1e-5);
}

// the first step of Adam has the size of the step size and the gradient's sign: each parameter of
// the actor moves against d(-min_i Q_i(s, tanh(mean)))/d(parameter), here by finite differences
TEST(SacTest, ActorClimbsTheSmallerCritic) {
  const auto agent = MakeAgent(DeterministicOptions());
  const auto observation = TheStep().observation;
  const auto actor = NetworkOf(agent.get(), "actor.online", 0, 12, 2);
  const auto critics = CriticsOf(agent.get(), ".online");
  const auto smaller = [&] {
    const std::vector<float> action{std::tanh(actor->Forward(observation, {}, 1)[0])};
    double value = INFINITY;
    for (const auto& critic : critics) {
      value = std::min<double>(value, critic->Forward(observation, action, 1)[0]);
    }
    return value;
  };
  agent->Learn();
  const auto after = Floats(SavedTensors(agent.get()).at("actor.online"));
  const auto parameters = actor->parameters().values();
  int checked = 0;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const float before = parameters[i];
    constexpr float kStep = 1e-2f;
    parameters[i] = before + kStep;
    const double above = smaller();
    parameters[i] = before - kStep;
    const double below = smaller();
    parameters[i] = before;
    const double slope = (above - below) / (2 * kStep);
    if (std::abs(slope) < 1e-3) continue;
    EXPECT_GT((after[i] - before) * slope, 0) << "parameter " << i;
    ++checked;
  }
  EXPECT_GT(checked, 10);
}

TEST(SacTest, EntropyIsWorthTheTemperature) {
  SacOptions options = SmallOptions();
  options.learned_temperature = false;
  const auto target = [&](double temperature) {
    options.temperature = temperature;
    const auto agent = MakeAgent(options);
    agent->Learn();
    return MetricOf(agent->TakeMetrics(), "target_mean");
  };
  // the same seed draws the same actions, so the target is linear in the temperature
  const double slope = (target(1) - target(0.5)) / 0.5;
  EXPECT_NEAR((target(2) - target(1)) / 1.0, slope, 1e-4);
  EXPECT_GT(std::abs(slope), 1e-3);
}

TEST(SacTest, TemperatureFollowsTheEntropyTarget) {
  SacOptions options = SmallOptions();
  options.temperature_lr = 1e-2;
  options.final_layer_range = 3e-3;
  options.lr_schedule = 1;
  for (const double entropy : {-4.0, 0.6}) {
    options.target_entropy = entropy;
    const auto agent = MakeAgent(options);
    for (int i = 0; i < 20; ++i) agent->Learn();
    const Metrics metrics = agent->TakeMetrics();
    // about sigma 0.22 at the start: more entropy than -4, less than 0.6
    if (entropy < MetricOf(metrics, "entropy")) {
      EXPECT_LT(MetricOf(metrics, "temperature"), 0.09) << entropy;
    } else {
      EXPECT_GT(MetricOf(metrics, "temperature"), 0.11) << entropy;
    }
  }
}

TEST(SacTest, TemperatureStaysAsItIsWhereItIsNotLearned) {
  SacOptions options = SmallOptions();
  options.learned_temperature = false;
  options.temperature = 0.3;
  const auto agent = MakeAgent(options);
  for (int i = 0; i < 20; ++i) agent->Learn();
  EXPECT_NEAR(MetricOf(agent->TakeMetrics(), "temperature"), 0.3, 1e-6);
}

TEST(SacTest, WarmupActsUniformlyWithinItsRange) {
  SacOptions options = SmallOptions();
  options.learning_starts = 1000;
  options.warmup_range = 0.5;
  const auto agent =
      MakeSacAgent(options, {.obs_dim = 2, .act_dim = 1, .total_steps = 2000, .seed = 5});
  double sum = 0, squares = 0;
  constexpr int kDraws = 10'000;
  for (int i = 0; i < kDraws; ++i) {
    float action = 0;
    agent->Act({TheStep().observation}, {&action, 1});
    ASSERT_LE(std::abs(action), 0.5f);
    sum += action;
    squares += action * action;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.02);
  EXPECT_NEAR(squares / kDraws, 0.25 / 3, 0.005);  // variance of U(-r, r) is r^2 / 3
}

TEST(SacTest, PolicyIsTheMeanThroughTanh) {
  const auto agent = MakeAgent(SmallOptions());
  agent->Learn();
  const auto actor = NetworkOf(agent.get(), "actor.online", 0, 12, 2);
  const auto policy = policy::AsPerceptron(agent->Snapshot());
  ASSERT_EQ(policy->layers.size(), 2u);
  EXPECT_EQ(policy->layers.back().outputs, 1);
  EXPECT_EQ(policy->layers.back().activation, "tanh");
  const policy::DenseLayer &hidden = policy->layers[0], &head = policy->layers[1];
  const auto observation = TheStep().observation;
  double mean = head.bias[0];
  for (int i = 0; i < hidden.outputs; ++i) {
    const double x = hidden.weight[2 * i] * observation[0] +
                     hidden.weight[2 * i + 1] * observation[1] + hidden.bias[i];
    mean += head.weight[i] * std::max(x, 0.0);
  }
  EXPECT_NEAR(mean, actor->Forward(observation, {}, 1)[0], 1e-5);
}

SacOptions PointMassOptions() {
  SacOptions options;
  options.gamma = 0.95;
  options.batch_size = 128;
  options.n_step = 1;
  options.updates_per_step = 1;
  options.learning_starts = 2000;
  options.warmup_range = 1;
  return options;
}

TEST(SacTest, LearnsThePointMassInSeconds) {
  models::UseOneMathThread();
  ThreadPool pool(1);
  constexpr int64_t kSteps = 16'000;
  const Trained trained = TrainOnPointMass(
      MakeSacAgent(PointMassOptions(), PointMassContext(1, kSteps)), 1, kSteps, &pool);
  const double good = BangBangReturn(), learned = LearnedReturn(*trained.agent);
  EXPECT_GT(learned, 1.2 * good) << "learned " << learned << ", bang-bang " << good;
}

TEST(SacTest, EntropyTargetMovesOverTheRun) {
  models::UseOneMathThread();
  ThreadPool pool(1);
  constexpr int64_t kSteps = 6000;
  SacOptions options = PointMassOptions();
  options.temperature_lr = 1e-2;
  options.lr_schedule = 1;
  for (const double final : {-0.5, -2.0}) {
    options.target_entropy = {-0.5, final};
    Trained trained =
        TrainOnPointMass(MakeSacAgent(options, PointMassContext(1, kSteps)), 1, kSteps, &pool);
    trained.agent->TakeMetrics();
    Train(trained.agent.get(), trained.envs.get(), 1000);  // no further behind the end
    EXPECT_NEAR(MetricOf(trained.agent->TakeMetrics(), "entropy"), final, 0.25);
  }
}

TEST(SacTest, SeedAloneDecidesTheBits) {
  models::UseOneMathThread();
  SacOptions options = PointMassOptions();
  options.actor_hidden = options.critic_hidden = {8};
  options.learning_starts = 400;
  ExpectSeedAloneDecides(
      [&](const AgentContext& context) { return MakeSacAgent(options, context); }, 1000,
      "actor.online");
}

TEST(SacTest, ContradictingOptionsAreRefused) {
  SacOptions options;
  options.log_std_low = options.log_std_high;
  EXPECT_THAT([&] { MakeSacAgent(options, {.obs_dim = 2, .act_dim = 1}); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("log_std_low"), HasSubstr("not below"))));
}

}  // namespace
}  // namespace sinew::agents
