// The stack of observations and actions against a naive record of the episode, and an agent that
// learns from it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <vector>

#include "agents/base/observation_scaler.h"
#include "agents/memory/frame_stack.h"
#include "agents/memory/history_agent.h"
#include "agents/memory/stacked_goals.h"
#include "agents/registry.h"
#include "core/error.h"
#include "core/random.h"
#include "models/kernels/math_runtime.h"
#include "policy/graph_policy.h"
#include "tests/agents/agent_testing.h"
#include "tests/agents/line_goals.h"
#include "tests/sim/point_mass.h"

namespace sinew::agents {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr int kObs = 2, kAct = 1, kFrames = 3, kEnvs = 2;

using Values = std::vector<float>;

/// All that one episode has seen and done; what an agent with history sees is read off it.
struct Record {
  std::vector<Values> observations, actions;

  Values Stack() const {
    Values stack;
    const int last = static_cast<int>(observations.size()) - 1;
    for (int k = 0; k < kFrames; ++k) {
      const Values& seen = observations[std::max(0, last - k)];
      stack.insert(stack.end(), seen.begin(), seen.end());
    }
    for (int k = 1; k < kFrames; ++k) {
      if (last - k >= 0) {
        stack.insert(stack.end(), actions[last - k].begin(), actions[last - k].end());
      } else {
        stack.resize(stack.size() + kAct, 0.0f);
      }
    }
    return stack;
  }
};

/// An agent that keeps what it is given.
class Spy : public Agent {
 public:
  void Act(const ActBatch& batch, std::span<float> actions) override {
    acted.assign(batch.observations.begin(), batch.observations.end());
    for (float& a : actions) a = next_action += 0.01f;
  }
  void Observe(const StepBatch& batch) override {
    observed.assign(batch.observations.begin(), batch.observations.end());
    followed.assign(batch.next_observations.begin(), batch.next_observations.end());
    steps += kEnvs;
  }
  LearnOutcome Learn() override { return {}; }
  int64_t env_steps() const override { return steps; }
  int64_t updates() const override { return 0; }
  policy::PolicyGraph Snapshot() const override { return {}; }
  Metrics TakeMetrics() override { return {}; }
  void Serialize(models::Archive&) override {}
  void Adjust(const Adjustment& adjustment) override { adjusted = adjustment; }

  Values acted, observed, followed;
  Adjustment adjusted;
  float next_action = -0.5f;
  int64_t steps = 0;
};

Values Join(const std::vector<Record>& records) {
  Values all;
  for (const Record& record : records) {
    const Values stack = record.Stack();
    all.insert(all.end(), stack.begin(), stack.end());
  }
  return all;
}

class HistoryTest : public testing::Test {
 protected:
  HistoryTest() {
    auto spy = std::make_unique<Spy>();
    spy_ = spy.get();
    agent_ = std::make_unique<HistoryAgent>(kContext, kFrames, std::move(spy));
  }
  Values RandomObservations() {
    Values values(kEnvs * kObs);
    for (float& value : values) value = static_cast<float>(random_.Uniform(-1, 1));
    return values;
  }
  static Values RowOf(const Values& rows, int env, int width) {
    return {rows.begin() + env * width, rows.begin() + (env + 1) * width};
  }

  inline static const AgentContext kContext{.obs_dim = kObs, .act_dim = kAct, .num_envs = kEnvs};
  Random random_{3};
  Spy* spy_ = nullptr;
  std::unique_ptr<HistoryAgent> agent_;
};

// environments end at different times and in every way
TEST_F(HistoryTest, StacksAreThoseOfTheRecord) {
  std::vector<Record> records(kEnvs);
  std::vector<uint8_t> begins(kEnvs, 1);
  Values shown = RandomObservations();
  for (int step = 0; step < 60; ++step) {
    for (int env = 0; env < kEnvs; ++env) {
      if (begins[env]) records[env] = {};
      records[env].observations.push_back(RowOf(shown, env, kObs));
    }
    Values actions(kEnvs * kAct);
    agent_->Act({shown, begins}, actions);
    ASSERT_EQ(spy_->acted, Join(records)) << "step " << step;

    Values next = RandomObservations();
    std::vector<spec::StepResult> results(kEnvs);
    results[0].truncated = step % 7 == 6;
    results[1].terminated = step % 11 == 1;
    results[1].diverged = step % 11 == 5;
    const Values rewards(kEnvs, 1.0f);
    agent_->Observe({shown, actions, rewards, next, results});
    EXPECT_EQ(spy_->observed, Join(records));
    for (int env = 0; env < kEnvs; ++env) {
      records[env].actions.push_back(RowOf(actions, env, kAct));
      records[env].observations.push_back(RowOf(next, env, kObs));
    }
    EXPECT_EQ(spy_->followed, Join(records)) << "true successors";
    // what Act shows next stands in the record already, unless an episode begins with it
    const Values reset = RandomObservations();
    shown = next;
    for (int env = 0; env < kEnvs; ++env) {
      records[env].observations.pop_back();
      begins[env] = results[env].done();
      if (begins[env]) std::copy_n(reset.begin() + env * kObs, kObs, shown.begin() + env * kObs);
    }
  }
}

TEST_F(HistoryTest, GoesOnInMidEpisodeAfterRestoring) {
  Values shown = RandomObservations(), actions(kEnvs * kAct);
  const std::vector<spec::StepResult> results(kEnvs);
  const Values rewards(kEnvs, 0.0f);
  for (int step = 0; step < 5; ++step) {
    agent_->Act({shown}, actions);
    const Values next = RandomObservations();
    agent_->Observe({shown, actions, rewards, next, results});
    shown = next;
  }
  auto spy = std::make_unique<Spy>();
  Spy* other_spy = spy.get();
  HistoryAgent restored(kContext, kFrames, std::move(spy));
  CopyThroughArchive(agent_.get(), &restored);
  agent_->Act({shown}, actions);
  restored.Act({shown}, actions);
  EXPECT_EQ(other_spy->acted, spy_->acted);
  EXPECT_NE(spy_->acted[0], spy_->acted[kObs]) << "there is a past";
}

TEST_F(HistoryTest, PassesAdjustmentsOn) {
  agent_->Adjust({.learning_rate = 0.5});
  EXPECT_EQ(spy_->adjusted.learning_rate, 0.5);
}

TEST(FrameStackTest, ASingleFrameIsTheObservation) {
  FrameStack stack(1, 1, kObs, kAct);
  EXPECT_EQ(stack.width(), kObs);
  stack.See(0, Values{1, 2}, true);
  EXPECT_THAT(stack.Of(0), ElementsAre(1, 2));
  Values next(kObs);
  stack.After(0, Values{9}, Values{3, 4}, next);
  EXPECT_THAT(next, ElementsAre(3, 4));
}

TEST(StackedContextTest, WidensTheObservationAndRefusesMoreThanAnEpisode) {
  const AgentContext context{.obs_dim = 4, .act_dim = 2, .episode_steps = 5};
  const AgentContext stacked = StackedContext(context, 3);
  EXPECT_EQ(stacked.obs_dim, 3 * 4 + 2 * 2);
  EXPECT_EQ(stacked.frame_dim(), 4);
  EXPECT_THAT([&] { StackedContext(context, 6); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("agent.history = 6"), HasSubstr("1 to 5"))));
}

TEST(StackedGoalsTest, ExchangesTheGoalInEveryFrame) {
  const StackedGoals goals(std::make_shared<LineGoals>(), 3, 2);
  // position, goal, error; then the frame before, then an action
  Values stack{1, 5, 4, 0, 5, 5, 0.5f}, goal(1);
  goals.Achieved(stack, goal);
  EXPECT_EQ(goal[0], 1);
  goals.Desired(stack, goal);
  EXPECT_EQ(goal[0], 5);
  goals.Replace(Values{2}, stack);
  EXPECT_THAT(stack, ElementsAre(1, 2, 1, 0, 2, 2, 0.5f));
  const Values next{2, 2, 0, 1, 2, 1, 1};
  EXPECT_EQ(goals.Reward(stack, Values{1}, next), LineGoals::RewardOf(1, 1, 0));
}

TEST(ObservationScalerTest, ScalesEveryFrameAlikeAndNoAction) {
  const AgentContext context{.obs_dim = 5, .act_dim = 1, .obs_magnitude = {2, 4}, .frames = 2};
  ObservationScaler scaler(
      context, models::Normalizer(2, models::NormalizerMode::kTask, 10, context.obs_magnitude));
  const Values rows{2, 4, 6, 8, 0.5f, -2, 100, 0, 0, -1};
  scaler.Observe(rows);
  EXPECT_THAT(scaler.normalizer().low(), ElementsAre(-2, 4)) << "of the newest frames";
  Values scaled(rows.size());
  scaler.Apply(rows, scaled);
  EXPECT_THAT(scaled, ElementsAre(1, 1, 3, 2, 0.5f, -1, 10, 0, 0, -1));
}

// what a step is worth is said by its own statistics, whatever scales the observation
TEST(ObservationScalerTest, ShowsOlderFramesAsScaledDifferences) {
  const AgentContext context{
      .obs_dim = 7, .act_dim = 2, .obs_magnitude = {2}, .frames = 3, .differences = true};
  ObservationScaler scaler(
      context, models::Normalizer(1, models::NormalizerMode::kTask, 10, context.obs_magnitude));
  // steps of 0.1 and -0.3 of the magnitude: mean -0.1, standard deviation 0.2
  const Values rows{2, 1.8f, 1.2f, 0.5f, 0, 0, 0.7f, 1, 1.6f, 1.4f, -1, 1, 0, 0};
  scaler.Observe(rows);
  Values shown(rows.size());
  scaler.Apply(rows, shown);
  const Values expected{1, 1, 2, 0.5f, 0, 0, 0.7f, 0.5f, -1, 1.0, -1, 1, 0, 0};
  for (size_t i = 0; i < shown.size(); ++i) EXPECT_NEAR(shown[i], expected[i], 1e-5) << i;
  scaler.EndWarmup();
  scaler.Observe(Values(7, 100));
  scaler.Apply(rows, shown);
  EXPECT_NEAR(shown[1], 1, 1e-5) << "statistics of the warm-up";
}

TEST(HistoryOptionTest, NafDoesNotImagineWhatItRemembers) {
  const auto builder = MakeAgentBuilder("naf");
  OptionTable table("agent");
  builder->Describe(table);
  table.Set("history", "4");
  table.Set("imagination", "5");
  EXPECT_THAT([&] { builder->Build({.obs_dim = 3, .act_dim = 1}); },
              ThrowsMessage<UserError>(
                  AllOf(HasSubstr("agent.imagination = 5"), HasSubstr("agent.history = 1"))));
}

/// Agents whose exploration can be switched off, so that what they do is what their policy does.
class HistoryPolicyTest : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(HistoryPolicyTest, GraphActsAsTheAgentDoesThroughEpisodes) {
  models::UseOneMathThread();
  const auto [name, differences] = GetParam();
  const auto builder = MakeAgentBuilder(name);
  OptionTable table("agent");
  builder->Describe(table);
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"history", "3"},
                                                        {"history_differences", differences},
                                                        {"normalizer", "warmup"},
                                                        {"noise_sigma", "0"},
                                                        {"batch_size", "16"},
                                                        {"learning_starts", "40"},
                                                        {"final_layer_range", "1"}}) {
    table.Set(key, value);
  }
  spec::Contract contract;
  contract.control_dt = contract.timestep = 0.01;
  contract.observation = {{.name = "x"}, {.name = "v"}};
  contract.action = {{.joint = "slide"}};
  const auto agent = builder->Build(
      {.obs_dim = 2, .act_dim = 1, .total_steps = 1000, .seed = 1, .contract = contract});
  ThreadPool pool(1);
  sim::VecEnv envs(std::make_shared<sim::PointMass>(), 1, 4, &pool);
  Train(agent.get(), &envs, 200);
  const policy::PolicyGraph graph = agent->Snapshot();
  ASSERT_NO_THROW(policy::CheckGraph(graph));
  const auto policy = policy::MakeArtifactPolicy(graph);
  Random random(8);
  for (int episode = 0; episode < 2; ++episode) {
    policy->Reset(episode);
    for (int step = 0; step < 6; ++step) {
      const Values observation{static_cast<float>(random.Uniform(-1, 1)),
                               static_cast<float>(random.Uniform(-1, 1))};
      const std::vector<uint8_t> begins{static_cast<uint8_t>(step == 0)};
      Values acted(1), expected(1);
      agent->Act({observation, begins}, acted);
      policy->Act(observation, expected);
      EXPECT_NEAR(acted[0], expected[0], 1e-5) << "episode " << episode << ", step " << step;
      // the agent keeps what it did without learning from it: the graph is of now
      agent->Observe(
          {observation, acted, Values{0}, observation, std::vector<spec::StepResult>(1)});
      if (step == 0) continue;
      EXPECT_NE(acted[0], 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Deterministic, HistoryPolicyTest,
                         testing::Combine(testing::Values("ddpg", "td3", "naf"),
                                          testing::Values("true", "false")),
                         [](const auto& info) {
                           return std::get<0>(info.param) + "_" + std::get<1>(info.param);
                         });

}  // namespace
}  // namespace sinew::agents
