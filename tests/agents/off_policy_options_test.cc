// The options that the agents with a replay buffer share: each is deterministic, goes through a
// checkpoint bit-exactly, and does what it is for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "agents/base/q_alarm.h"
#include "agents/off_policy/actor_head.h"
#include "agents/registry.h"
#include "agents/replay/reward_range.h"
#include "core/error.h"
#include "models/kernels/math_runtime.h"
#include "tests/agents/agent_testing.h"
#include "tests/sim/point_mass.h"

namespace sinew::agents {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using Options = std::vector<std::pair<std::string, std::string>>;

/// The point mass with its goal taken as the origin of the position.
class PointMassGoals : public spec::GoalModel {
 public:
  int goal_dim() const override { return 1; }
  void Achieved(std::span<const float> observation, std::span<float> goal) const override {
    goal[0] = observation[0];
  }
  void Desired(std::span<const float>, std::span<float> goal) const override { goal[0] = 0; }
  void Replace(std::span<const float> goal, std::span<float> observation) const override {
    observation[0] -= goal[0];
  }
  double Reward(std::span<const float>, std::span<const float> action,
                std::span<const float> next_observation) const override {
    return -next_observation[0] * next_observation[0] -
           sim::PointMass::kEffortWeight * action[0] * action[0];
  }
};

constexpr int kEnvs = 3;

std::unique_ptr<Agent> Make(const std::string& name, const Options& options,
                            AgentContext context = {.obs_dim = 2,
                                                    .act_dim = 1,
                                                    .num_envs = kEnvs,
                                                    .total_steps = 600,
                                                    .seed = 1,
                                                    .goals = std::make_shared<PointMassGoals>()}) {
  const auto builder = MakeAgentBuilder(name);
  OptionTable table("agent");
  builder->Describe(table);
  for (const auto& [key, value] : options) table.Set(key, value);
  return builder->Build(context);
}

struct Variant {
  std::string name, agent;
  Options options;
};

class OptionTest : public testing::TestWithParam<Variant> {
 protected:
  OptionTest() { models::UseOneMathThread(); }

  std::unique_ptr<Agent> MakeVariant() const {
    Options options{{"learning_starts", "60"}, {"batch_size", "16"}};
    options.insert(options.end(), GetParam().options.begin(), GetParam().options.end());
    return Make(GetParam().agent, options);
  }
  std::unique_ptr<sim::VecEnv> MakeEnvs() {
    return std::make_unique<sim::VecEnv>(
        std::make_shared<sim::PointMass>(sim::PointMassOptions{.time_limit = 13, .wall = 1.5}),
        kEnvs, 4, &pool_);
  }
  ThreadPool pool_{1};
};

TEST_P(OptionTest, IsDeterministicAndChangesTheRun) {
  const auto bits = [this](std::unique_ptr<Agent> agent) {
    const auto envs = MakeEnvs();
    Train(agent.get(), envs.get(), 300);
    for (const auto& [name, value] : agent->TakeMetrics())
      EXPECT_TRUE(std::isfinite(value)) << name;
    return SavedTensors(agent.get());
  };
  const auto first = bits(MakeVariant());
  EXPECT_EQ(bits(MakeVariant()), first);
  const auto plain =
      bits(Make(GetParam().agent, {{"learning_starts", "60"}, {"batch_size", "16"}}));
  const char* network = GetParam().agent == "naf" ? "q.online" : "actor.online";
  EXPECT_NE(plain.at(network), first.at(network));
}

TEST_P(OptionTest, RestoredAgentGoesOnWithTheSameBits) {
  for (const int64_t steps : {30, 201})
    ExpectRestoredGoesOn([&] { return MakeVariant(); }, [&] { return MakeEnvs(); }, steps);
}

std::vector<Variant> Variants() {
  std::vector<Variant> variants;
  for (const std::string agent : {"ddpg", "td3", "sac", "naf"}) {
    variants.push_back({agent + "_prioritized", agent, {{"prioritized", "true"}}});
    variants.push_back({agent + "_hindsight", agent, {{"hindsight", "0.8"}}});
    variants.push_back(
        {agent + "_prioritized_hindsight", agent, {{"prioritized", "true"}, {"hindsight", "0.5"}}});
    variants.push_back({agent + "_action_l2", agent, {{"action_l2", "0.1"}}});
    variants.push_back({agent + "_moving_gamma", agent, {{"gamma", "0.97,0.995"}}});
    // rewards are negative, so that no target may be positive
    variants.push_back(
        {agent + "_bound_targets", agent, {{"bound_targets", "true"}, {"final_layer_range", "1"}}});
    if (agent == "sac") continue;
    variants.push_back({agent + "_parameter_noise", agent, {{"noise", "parameter"}}});
    variants.push_back({agent + "_spread_noise", agent, {{"noise_low", "0.2"}}});
    variants.push_back(
        {agent + "_spread_parameter_noise", agent, {{"noise", "parameter"}, {"noise_low", "0"}}});
    if (agent == "naf") {
      variants.push_back({"naf_twin", agent, {{"twin", "true"}}});
      variants.push_back(
          {"naf_imagination", agent, {{"imagination", "4"}, {"imagination_refit", "2"}}});
      variants.push_back({"naf_imagination_prioritized",
                          agent,
                          {{"imagination", "4"},
                           {"imagination_refit", "2"},
                           {"imagination_until", "0.8"},
                           {"prioritized", "true"}}});
      continue;
    }
    variants.push_back({agent + "_inverting", agent, {{"inverting_gradients", "true"}}});
    variants.push_back({agent + "_inverting_action_l2",
                        agent,
                        {{"inverting_gradients", "true"}, {"action_l2", "0.1"}}});
  }
  return variants;
}

INSTANTIATE_TEST_SUITE_P(OffPolicy, OptionTest, testing::ValuesIn(Variants()),
                         [](const auto& info) { return info.param.name; });

TEST(ImaginationOptionTest, NeedsATaskWhoseRewardIsKnown) {
  EXPECT_THAT(
      [&] {
        Make("naf", {{"imagination", "5"}}, {.obs_dim = 2, .act_dim = 1});
      },
      ThrowsMessage<UserError>(
          AllOf(HasSubstr("agent.imagination = 5"), HasSubstr("reward of this task"))));
}

TEST(HindsightOptionTest, NeedsATaskWhoseGoalCanBeExchanged) {
  for (const char* agent : {"ddpg", "td3", "sac", "naf"}) {
    EXPECT_THAT(
        [&] {
          Make(agent, {{"hindsight", "0.5"}}, {.obs_dim = 2, .act_dim = 1});
        },
        ThrowsMessage<UserError>(
            AllOf(HasSubstr("agent.hindsight = 0.5"), HasSubstr("cannot be exchanged"))));
  }
}

/// A single known transition, at which the learner's Q is pushed beyond its bound and back.
class QAlarmTest : public testing::Test {
 protected:
  /// @return  every warning on the way.
  static std::vector<std::string> Learn(Agent* agent, int updates, float reward) {
    std::vector<std::string> warnings;
    for (int i = 0; i < updates; ++i) {
      ObserveStep(agent, {.observation = {0.1f, 0.5f},
                          .action = {0.3f},
                          .next_observation = {0.1f, 0.5f},
                          .reward = reward,
                          .result = {}});
      std::ranges::move(agent->Learn().warnings, std::back_inserter(warnings));
    }
    return warnings;
  }
};

TEST_F(QAlarmTest, WarnsOncePerBreach) {
  QAlarm alarm;
  const auto look = [&](double mean_abs_q) { return alarm.Look(mean_abs_q, 10); };
  EXPECT_FALSE(look(10));
  EXPECT_EQ(alarm.Take(), 0);
  EXPECT_TRUE(look(10.1));
  EXPECT_FALSE(look(11)) << "the same breach";
  EXPECT_FALSE(look(9.5)) << "not over before 9";
  EXPECT_FALSE(look(10.5));
  EXPECT_FALSE(look(8.9)) << "over";
  EXPECT_EQ(alarm.Take(), 1) << "there was one";
  EXPECT_EQ(alarm.Take(), 0);
  EXPECT_TRUE(look(12));
  EXPECT_EQ(alarm.Take(), 1);
  EXPECT_EQ(alarm.Take(), 1) << "and it goes on";
  EXPECT_FALSE(alarm.Look(1e9, std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(alarm.Look(1, 0)) << "no reward was seen yet";
}

TEST_F(QAlarmTest, EveryAgentRaisesItAndNamesTheFigures) {
  models::UseOneMathThread();
  const std::vector<std::pair<std::string, std::string>> wide_start{
      {"ddpg", "actor_lr"}, {"td3", "actor_lr"}, {"sac", "actor_lr"}, {"naf", "lr"}};
  for (const auto& [agent, rate] : wide_start) {
    // last layers so wide that Q starts far beyond what rewards of 1e-6 can be worth
    Options options{
        {"final_layer_range", "1"}, {"learning_starts", "0"}, {"n_step", "1"},
        {"gamma", "0.9"},           {"batch_size", "4"},      {"updates_per_step", "1"}};
    if (agent == "sac") options.push_back({"temperature", "1e-6"});
    const auto raised = Make(agent, options, {.obs_dim = 2, .act_dim = 1, .seed = 1});
    const auto warnings = Learn(raised.get(), 3, 1e-6f);
    EXPECT_EQ(MetricOf(raised->TakeMetrics(), "q_alarm"), 1) << agent;
    EXPECT_THAT(warnings, ElementsAre(AllOf(HasSubstr("mean |Q|"), HasSubstr("environment step 1"),
                                            // SAC's reward has the entropy's worth in it
                                            HasSubstr(agent == "sac" ? "e-06" : "1e-06"))))
        << agent << ": one line for one breach";

    options.push_back({"q_alarm", "false"});
    const auto silent = Make(agent, options, {.obs_dim = 2, .act_dim = 1, .seed = 1});
    EXPECT_TRUE(Learn(silent.get(), 3, 1e-6f).empty());
    EXPECT_EQ(MetricOf(silent->TakeMetrics(), "q_alarm"), 0) << agent;

    const auto sound = Make(agent, {{"learning_starts", "0"}, {"batch_size", "4"}},
                            {.obs_dim = 2, .act_dim = 1, .seed = 1});
    EXPECT_TRUE(Learn(sound.get(), 20, 1).empty()) << agent;
  }
}

// Q starts far beyond what rewards of 1e-6 can be worth, 1e-6 / (1 - 0.9), on either side
TEST_F(QAlarmTest, BoundTargetsStayWithinWhatRewardsAreWorth) {
  models::UseOneMathThread();
  for (const std::string agent : {"ddpg", "td3", "sac", "naf"}) {
    for (const float reward : {1e-6f, -1e-6f}) {
      Options options{
          {"final_layer_range", "1"}, {"learning_starts", "0"}, {"n_step", "1"},
          {"gamma", "0.9"},           {"batch_size", "4"},      {"updates_per_step", "1"}};
      if (agent == "sac") options.push_back({"temperature", "1e-6"});
      const auto target = [&] {
        const auto learner = Make(agent, options, {.obs_dim = 2, .act_dim = 1, .seed = 1});
        Learn(learner.get(), 3, reward);
        return MetricOf(learner->TakeMetrics(), "target_mean");
      };
      EXPECT_GT(std::abs(target()), 1e-2) << agent;
      options.push_back({"bound_targets", "true"});
      // SAC's reward has the entropy's worth in it
      const double slack = agent == "sac" ? 1e-4 : 1e-9;
      EXPECT_GE(target(), std::min(0.0f, 10 * reward) - slack) << agent;
      EXPECT_LE(target(), std::max(0.0f, 10 * reward) + slack) << agent;
    }
  }
}

TEST(RewardRangeTest, HoldsZeroAndWhatItWasGiven) {
  RewardRange range;
  range.Include(2);
  EXPECT_EQ(range.low, 0);
  EXPECT_EQ(range.high, 2);
  RewardRange other;
  other.Include(-3);
  range.Include(other);
  EXPECT_EQ(range.low, -3);
  EXPECT_EQ(range.high, 2);
  EXPECT_EQ(range.largest_magnitude(), 3);
}

TEST(ActorHeadTest, PlainHeadIsTheNetworkItself) {
  const ActorHead head;
  std::vector<float> storage, outputs{0.5f, -2};
  EXPECT_EQ(head.activation(), models::Activation::kTanh);
  EXPECT_EQ(head.Actions(outputs, &storage).data(), outputs.data());
  EXPECT_EQ(head.Gradient(outputs, outputs, &storage).data(), outputs.data());
}

// penalty 0.3 * mean u^2 over two elements: 0.3 u each; through tanh times 1 - tanh(u)^2
TEST(ActorHeadTest, PenaltyByHand) {
  const ActorHead head{.penalty = 0.3};
  const std::vector<float> u{0.5f, -20}, pull{2, 1};
  std::vector<float> actions, gradient;
  head.Actions(u, &actions);
  EXPECT_FLOAT_EQ(actions[0], std::tanh(0.5f));
  EXPECT_EQ(actions[1], -1);
  head.Gradient(u, pull, &gradient);
  EXPECT_NEAR(gradient[0], 2 * (1 - std::pow(std::tanh(0.5), 2)) + 0.3 * 0.5, 1e-6);
  EXPECT_NEAR(gradient[1], 0.3 * -20, 1e-5) << "a way back where tanh has none";
}

// Eq. 11 with the bounds -1 and 1; the optimiser descends, so a negative gradient moves p up
TEST(ActorHeadTest, InvertingGradientsByHand) {
  const ActorHead head{.inverting = true};
  const std::vector<float> p{0.5f, 0.5f, 1.5f, 1.5f, -3};
  const std::vector<float> pull{-1, 1, -1, 1, 1};
  std::vector<float> actions, gradient;
  EXPECT_EQ(head.activation(), models::Activation::kIdentity);
  head.Actions(p, &actions);
  EXPECT_THAT(actions, ElementsAre(0.5f, 0.5f, 1, 1, -1));
  head.Gradient(p, pull, &gradient);
  EXPECT_FLOAT_EQ(gradient[0], -0.25f) << "a quarter of the range is left upwards";
  EXPECT_FLOAT_EQ(gradient[1], 0.75f);
  EXPECT_FLOAT_EQ(gradient[2], 0.25f) << "beyond the bound the way up is turned round";
  EXPECT_FLOAT_EQ(gradient[3], 1.25f);
  EXPECT_FLOAT_EQ(gradient[4], -1) << "and so is the way down";
}

TEST(ActorHeadTest, SaturatedShare) {
  EXPECT_EQ(SaturatedShare(std::vector<float>{1, -0.995f, 0.99f, 0}), 0.5);
}

// A critic that likes large actions drives tanh into its bounds; each remedy holds it off them.
TEST(ActorHeadTest, RemediesHoldThePolicyOffTheBounds) {
  models::UseOneMathThread();
  const auto action_after = [](const Options& remedy) {
    Options options{{"learning_starts", "0"}, {"batch_size", "16"}, {"updates_per_step", "1"},
                    {"n_step", "1"},          {"gamma", "0"},       {"lr_schedule", "1"},
                    {"actor_lr", "0.01"},     {"policy_delay", "1"}};
    options.insert(options.end(), remedy.begin(), remedy.end());
    const auto agent = Make("ddpg", options, {.obs_dim = 1, .act_dim = 1, .seed = 2});
    Random random(1);
    for (int i = 0; i < 1200; ++i) {
      const auto a = static_cast<float>(random.Uniform(-1, 1));
      ObserveStep(agent.get(), {{0.5f}, {a}, {0.5f}, 10 * a, {.truncated = true}});
      agent->Learn();
      if (i == 1100) agent->TakeMetrics();
    }
    return MetricOf(agent->TakeMetrics(), "saturation");
  };
  EXPECT_EQ(action_after({}), 1);
  EXPECT_EQ(action_after({{"action_l2", "5"}}), 0);
}

}  // namespace
}  // namespace sinew::agents
