// One update of DDPG in numbers: targets, gradients and averages against what the definition gives,
// with the networks rebuilt from what the agent saves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "agents/off_policy/ddpg.h"
#include "core/error.h"
#include "models/network.h"
#include "tests/agents/agent_testing.h"

namespace sinew::agents {
namespace {

using models::Activation;
using models::Backend;
using models::Network;
using models::NetworkSpec;

constexpr int kObs = 3, kAct = 2;
constexpr double kGamma = 0.8, kRate = 1e-3;

/// Small networks whose values are not near zero, and no schedule.
DdpgOptions Options() {
  DdpgOptions options;
  options.actor_hidden = {12};
  options.critic_hidden = {16, 12};
  options.final_layer_range = 0.7;
  options.gamma = kGamma;
  options.tau = 0.25;
  options.actor_lr = options.critic_lr = kRate;
  options.lr_schedule = 1;
  options.critic_weight_decay = 0;
  options.max_grad_norm = 0;
  options.batch_size = 4;
  options.updates_per_step = 1;
  options.n_step = 1;
  options.reward_scale = 1;
  options.twin = false;
  options.policy_delay = 1;
  options.target_noise = 0;
  options.learning_starts = 0;
  options.normalizer = "task";
  options.backend = "fused";
  return options;
}

HandMadeStep TheStep() {
  return {.observation = {0.3f, -0.8f, 0.5f},
          .action = {0.4f, -0.6f},
          .next_observation = {-0.2f, 0.9f, 0.7f},
          .reward = 1.5f,
          .result = {.truncated = true}};
}

/// An agent whose replay buffer holds one transition, so that every batch is known.
std::unique_ptr<Agent> MakeAgent(const DdpgOptions& options, const HandMadeStep& step = TheStep()) {
  auto agent = MakeDdpgAgent(options, {.obs_dim = kObs, .act_dim = kAct, .seed = 5});
  ObserveStep(agent.get(), step);
  return agent;
}

/// The agent's networks as it would save them, through LibTorch.
class Networks {
 public:
  Networks(Agent* agent, const DdpgOptions& options)
      : options_(options), tensors_(SavedTensors(agent)) {}

  std::vector<float> parameters(const std::string& name) const { return Floats(tensors_.at(name)); }

  std::unique_ptr<Network> Actor(const std::string& which) const {
    NetworkSpec spec{
        .inputs = kObs, .hidden = {}, .outputs = kAct, .output_activation = Activation::kTanh};
    spec.hidden.assign(options_.actor_hidden.begin(), options_.actor_hidden.end());
    return Fill(spec, "actor." + which);
  }
  std::unique_ptr<Network> Critic(int index, const std::string& which) const {
    NetworkSpec spec{.inputs = kObs,
                     .late_inputs = kAct,
                     .late_layer = static_cast<int>(options_.critic_action_layer),
                     .hidden = {},
                     .outputs = 1};
    spec.hidden.assign(options_.critic_hidden.begin(), options_.critic_hidden.end());
    return Fill(spec, "critic" + std::to_string(index) + "." + which);
  }
  /// Q'(s', mu'(s')) of one critic.
  double NextValue(int critic, const HandMadeStep& step) const {
    const auto actor = Actor("target");
    const auto action = actor->Forward(step.next_observation, {}, 1);
    return Critic(critic, "target")->Forward(step.next_observation, action, 1)[0];
  }

 private:
  std::unique_ptr<Network> Fill(const NetworkSpec& spec, const std::string& name) const {
    auto network = models::MakeNetwork(spec, Backend::kAutograd);
    std::ranges::copy(parameters(name), network->parameters().values().begin());
    return network;
  }
  DdpgOptions options_;
  std::map<std::string, std::string> tensors_;
};

TEST(DdpgUpdateTest, TargetIsTheRewardAndTheTargetNetworksValue) {
  for (const int64_t layer : {0, 1, 2}) {
    DdpgOptions options = Options();
    options.critic_action_layer = layer;
    const auto agent = MakeAgent(options);
    // targets and online networks must have drifted apart to be told apart
    for (int i = 0; i < 20; ++i) agent->Learn();
    const Networks before(agent.get(), options);
    agent->TakeMetrics();
    agent->Learn();
    const Metrics metrics = agent->TakeMetrics();
    const HandMadeStep step = TheStep();
    const double y = 1.5 + kGamma * before.NextValue(0, step);
    const double q = before.Critic(0, "online")->Forward(step.observation, step.action, 1)[0];
    EXPECT_NEAR(MetricOf(metrics, "target_mean"), y, 1e-5);
    EXPECT_NEAR(MetricOf(metrics, "q_mean"), q, 1e-5);
    EXPECT_NEAR(MetricOf(metrics, "critic_loss"), (q - y) * (q - y), 1e-4);
    const auto actor = before.Actor("online");
    const auto mu = actor->Forward(step.observation, {}, 1);
    EXPECT_NEAR(MetricOf(metrics, "actor_q"),
                before.Critic(0, "online")->Forward(step.observation, mu, 1)[0], 1e-5);
    EXPECT_NE(before.parameters("critic0.online"), before.parameters("critic0.target"));
    EXPECT_NE(before.parameters("actor.online"), before.parameters("actor.target"));
  }
}

TEST(DdpgUpdateTest, BehindATerminalStateThereIsNothing) {
  HandMadeStep step = TheStep();
  step.result = {.terminated = true};
  for (const double gamma_end : {kGamma, 0.95}) {
    DdpgOptions options = Options();
    options.reward_scale = 0.5;
    options.gamma = {kGamma, gamma_end};
    const auto agent = MakeAgent(options, step);
    agent->Learn();
    EXPECT_NEAR(MetricOf(agent->TakeMetrics(), "target_mean"), 0.75, 1e-6);
  }
}

// Half of the run is over: 1 - gamma is between 0.2 and 0.05 by the same factor, 0.1. What lies
// within two steps of reward keeps the first discount.
TEST(DdpgUpdateTest, DiscountMovesOverTheRun) {
  for (const int n : {1, 2}) {
    DdpgOptions options = Options();
    options.n_step = n;
    options.gamma = {kGamma, 0.95};
    const auto agent =
        MakeDdpgAgent(options, {.obs_dim = kObs, .act_dim = kAct, .total_steps = 2 * n, .seed = 5});
    HandMadeStep step = TheStep();
    step.result = {};
    for (int i = 0; i < n; ++i) ObserveStep(agent.get(), step);
    const Networks before(agent.get(), options);
    agent->Learn();
    const double reward = n == 1 ? 1.5 : 1.5 + kGamma * 1.5;
    const Metrics metrics = agent->TakeMetrics();
    EXPECT_NEAR(MetricOf(metrics, "target_mean"),
                reward + std::pow(0.9, n) * before.NextValue(0, step), 1e-5);
    EXPECT_NEAR(MetricOf(metrics, "gamma"), 0.9, 1e-12);
    EXPECT_NEAR(agent->CriticSnapshot()->gamma, 0.9, 1e-12);
  }
}

TEST(DdpgUpdateTest, ADiscountThatMovesLiesBetweenZeroAndOne) {
  for (const double gamma : {0.0, 1.0}) {
    DdpgOptions options = Options();
    options.gamma = {gamma, 0.95};
    EXPECT_THAT([&] { MakeAgent(options); },
                testing::ThrowsMessage<UserError>(testing::HasSubstr("agent.gamma moves from")));
  }
}

TEST(DdpgUpdateTest, DivergedStepIsNotLearnedFrom) {
  HandMadeStep step = TheStep();
  step.result = {.diverged = true};
  const auto agent = MakeAgent(Options(), step);
  agent->Learn();
  EXPECT_EQ(agent->updates(), 0);
  EXPECT_EQ(agent->env_steps(), 1);
  EXPECT_EQ(MetricOf(agent->TakeMetrics(), "replay_size"), 0);
}

// Adam's first step is rate * g / (|g| + epsilon)
void ExpectAdamStep(const std::vector<float>& before, std::span<const float> gradient,
                    const std::vector<float>& after) {
  ASSERT_EQ(before.size(), gradient.size());
  int moved = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    const double step = kRate * gradient[i] / (std::abs(gradient[i]) + 1e-8);
    if (std::abs(gradient[i]) > 1e-5) {
      EXPECT_NEAR(after[i] - before[i], -step, 1e-6) << "parameter " << i;
      ++moved;
    } else {
      EXPECT_LE(std::abs(after[i] - before[i]), kRate * 1.01);
    }
  }
  EXPECT_GT(moved, 10);
}

TEST(DdpgUpdateTest, CriticDescendsTheSquaredError) {
  for (const char* backend : {"fused", "autograd"}) {
    DdpgOptions options = Options();
    options.backend = backend;
    const auto agent = MakeAgent(options);
    const Networks before(agent.get(), options);
    agent->Learn();
    const Networks after(agent.get(), options);
    const HandMadeStep step = TheStep();
    const double y = 1.5 + kGamma * before.NextValue(0, step);
    const auto critic = before.Critic(0, "online");
    const double q = critic->Forward(step.observation, step.action, 1)[0];
    const float error = static_cast<float>(2 * (q - y));
    critic->Backward({&error, 1}, {.parameters = true});
    ExpectAdamStep(before.parameters("critic0.online"), critic->gradient().values(),
                   after.parameters("critic0.online"));
  }
}

TEST(DdpgUpdateTest, ActorClimbsTheCriticItWasShown) {
  const DdpgOptions options = Options();
  const auto agent = MakeAgent(options);
  const Networks before(agent.get(), options);
  agent->Learn();
  const Networks after(agent.get(), options);
  const HandMadeStep step = TheStep();
  const auto actor = before.Actor("online"), critic = before.Critic(0, "online");
  const auto action = actor->Forward(step.observation, {}, 1);
  const double value = critic->Forward(step.observation, action, 1)[0];
  const float minus_one = -1;
  critic->Backward({&minus_one, 1}, {.parameters = false, .late_input = true});
  actor->Backward(critic->late_gradient(), {.parameters = true});
  ExpectAdamStep(before.parameters("actor.online"), actor->gradient().values(),
                 after.parameters("actor.online"));
  EXPECT_NEAR(MetricOf(agent->TakeMetrics(), "actor_q"), value, 1e-5);

  const auto moved = after.Actor("online");
  const auto better = moved->Forward(step.observation, {}, 1);
  EXPECT_GT(critic->Forward(step.observation, better, 1)[0], value);
}

TEST(DdpgUpdateTest, TargetsFollowSlowly) {
  const DdpgOptions options = Options();
  const auto agent = MakeAgent(options);
  for (int i = 0; i < 3; ++i) agent->Learn();
  const Networks before(agent.get(), options);
  agent->Learn();
  const Networks after(agent.get(), options);
  for (const std::string network : {"actor", "critic0"}) {
    const auto old_target = before.parameters(network + ".target"),
               target = after.parameters(network + ".target"),
               online = after.parameters(network + ".online");
    for (size_t i = 0; i < target.size(); ++i) {
      EXPECT_NEAR(target[i], 0.75 * old_target[i] + 0.25 * online[i], 1e-7);
    }
  }
}

TEST(DdpgUpdateTest, TwinTakesTheSmallerValueAndTheDelayHoldsTheActor) {
  DdpgOptions options = Options();
  options.twin = true;
  options.policy_delay = 3;
  const auto agent = MakeAgent(options);
  const Networks before(agent.get(), options);
  agent->Learn();
  const double first = before.NextValue(0, TheStep()), second = before.NextValue(1, TheStep());
  EXPECT_NE(first, second);
  EXPECT_NEAR(MetricOf(agent->TakeMetrics(), "target_mean"), 1.5 + kGamma * std::min(first, second),
              1e-5);
  agent->Learn();
  const Networks two(agent.get(), options);
  for (const char* held : {"actor.online", "actor.target", "critic0.target", "critic1.target"}) {
    EXPECT_EQ(two.parameters(held), before.parameters(held)) << held;
  }
  for (const char* learned : {"critic0.online", "critic1.online"}) {
    EXPECT_NE(two.parameters(learned), before.parameters(learned)) << learned;
  }
  agent->Learn();
  const Networks three(agent.get(), options);
  for (const char* due : {"actor.online", "actor.target", "critic0.target", "critic1.target"}) {
    EXPECT_NE(three.parameters(due), before.parameters(due)) << due;
  }
}

TEST(DdpgUpdateTest, TargetNoiseStaysWithinItsClip) {
  DdpgOptions options = Options();
  options.target_noise = 1;
  options.target_noise_clip = 0.1;
  options.batch_size = 64;
  const auto agent = MakeAgent(options);
  const Networks before(agent.get(), options);
  agent->Learn();
  const HandMadeStep step = TheStep();
  const auto actor = before.Actor("target"), critic = before.Critic(0, "target");
  const auto mu = actor->Forward(step.next_observation, {}, 1);
  double low = INFINITY, high = -INFINITY;
  for (int i = -10; i <= 10; ++i) {
    for (int j = -10; j <= 10; ++j) {
      const std::vector<float> action{std::clamp(mu[0] + 0.01f * i, -1.0f, 1.0f),
                                      std::clamp(mu[1] + 0.01f * j, -1.0f, 1.0f)};
      const double value = critic->Forward(step.next_observation, action, 1)[0];
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  const double mean = (MetricOf(agent->TakeMetrics(), "target_mean") - 1.5) / kGamma;
  EXPECT_GE(mean, low);
  EXPECT_LE(mean, high);
  EXPECT_GT(std::abs(mean - before.NextValue(0, step)), 1e-6) << "there is noise";
}

TEST(DdpgUpdateTest, ObservationsReachTheNetworksScaled) {
  DdpgOptions options = Options();
  options.obs_clip = 1;
  auto agent = MakeDdpgAgent(
      options, {.obs_dim = kObs, .act_dim = kAct, .seed = 5, .obs_magnitude = {2, 0.1f, 1}});
  HandMadeStep raw = TheStep(), scaled = TheStep();
  ObserveStep(agent.get(), raw);
  scaled.next_observation = {-0.1f, 1, 0.7f};  // 0.9 / 0.1 = 9 is clipped to 1
  const Networks before(agent.get(), options);
  agent->Learn();
  EXPECT_NEAR(MetricOf(agent->TakeMetrics(), "target_mean"),
              1.5 + kGamma * before.NextValue(0, scaled), 1e-5);
}

}  // namespace
}  // namespace sinew::agents
