// What every agent with a replay buffer does when its numbers are no longer finite, and the loss
// that most of them share.

#include "agents/off_policy/off_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "agents/off_policy/td_losses.h"
#include "agents/registry.h"
#include "core/error.h"
#include "models/flat_parameters.h"
#include "models/kernels/math_runtime.h"
#include "tests/agents/agent_testing.h"

namespace sinew::agents {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct Subject {
  std::string agent, network, rate;  // names of a learned tensor and of a step size
};

/// The replay buffer holds one transition, so that every minibatch is the last step.
class RollBackTest : public testing::TestWithParam<Subject> {
 protected:
  RollBackTest() { models::UseOneMathThread(); }

  std::unique_ptr<Agent> Make(const std::string& max_rollbacks) {
    const auto builder = MakeAgentBuilder(GetParam().agent);
    OptionTable table("agent");
    builder->Describe(table);
    for (const auto& [key, value] :
         std::vector<std::pair<std::string, std::string>>{{"buffer_size", "1"},
                                                          {"batch_size", "1"},
                                                          {"n_step", "1"},
                                                          {"learning_starts", "0"},
                                                          {"updates_per_step", "1"},
                                                          {"lr_schedule", "1"},
                                                          {"max_rollbacks", max_rollbacks}}) {
      table.Set(key, value);
    }
    return builder->Build({.obs_dim = 2, .act_dim = 1, .seed = 3});
  }

  static void Learn(Agent* agent, int updates, float reward = 1) {
    for (int i = 0; i < updates; ++i) {
      const float x = 0.01f * static_cast<float>(i % 7);
      ObserveStep(agent, {.observation = {x, 0.5f},
                          .action = {0.3f},
                          .next_observation = {x, -0.5f},
                          .reward = reward,
                          .result = {}});
      agent->Learn();
    }
  }

  std::vector<float> Parameters(Agent* agent) const {
    return Floats(SavedTensors(agent).at(GetParam().network));
  }

  static constexpr float kPoison = std::numeric_limits<float>::infinity();
};

TEST_P(RollBackTest, GoesBackToTheLastGoodStateAndOnWithHalfTheStep) {
  const auto agent = Make("5");
  Learn(agent.get(), 100);  // this state is kept
  const auto good = Parameters(agent.get());
  Learn(agent.get(), 50);
  EXPECT_NE(Parameters(agent.get()), good);
  const double rate = MetricOf(agent->TakeMetrics(), GetParam().rate);

  Learn(agent.get(), 1, kPoison);
  EXPECT_EQ(Parameters(agent.get()), good);
  EXPECT_EQ(agent->updates(), 151);
  EXPECT_EQ(MetricOf(agent->TakeMetrics(), "rollbacks"), 1);

  Learn(agent.get(), 60);
  EXPECT_NE(Parameters(agent.get()), good);
  EXPECT_TRUE(models::AllFinite(Parameters(agent.get())));
  const Metrics metrics = agent->TakeMetrics();
  EXPECT_DOUBLE_EQ(MetricOf(metrics, GetParam().rate), rate / 2);
  for (const auto& [name, value] : metrics) EXPECT_TRUE(std::isfinite(value)) << name;
}

TEST_P(RollBackTest, StopsAfterTooManyNamingTheQuantity) {
  const auto agent = Make("2");
  Learn(agent.get(), 2, kPoison);
  EXPECT_THAT([&] { Learn(agent.get(), 1, kPoison); },
              ThrowsMessage<Error>(AllOf(HasSubstr("critic loss is not finite at update 3"),
                                         HasSubstr("environment step 3"),
                                         HasSubstr("after 2 roll-backs"))));
}

TEST_P(RollBackTest, RestoredAgentGoesBackToTheSameState) {
  const auto original = Make("5"), restored = Make("5");
  Learn(original.get(), 1, kPoison);
  Learn(original.get(), 130);
  CopyThroughArchive(original.get(), restored.get());
  for (Agent* agent : {original.get(), restored.get()}) {
    Learn(agent, 1, kPoison);
    Learn(agent, 20);
  }
  EXPECT_EQ(SavedTensors(restored.get()), SavedTensors(original.get()));
  EXPECT_EQ(restored->TakeMetrics(), original->TakeMetrics());
}

INSTANTIATE_TEST_SUITE_P(OffPolicy, RollBackTest,
                         testing::Values(Subject{"ddpg", "actor.online", "actor_lr"},
                                         Subject{"td3", "critic1.online", "actor_lr"},
                                         Subject{"sac", "actor.online", "actor_lr"},
                                         Subject{"fsac", "critic0.online", "actor_lr"},
                                         Subject{"naf", "q.online", "lr"}),
                         [](const auto& info) { return info.param.agent; });

models::NetworkSpec SmallSpec() {
  models::NetworkSpec spec;
  spec.inputs = 2;
  spec.hidden = {3};
  spec.outputs = 3;
  return spec;
}

TEST(LearnerTest, LostMomentsAndParametersAreFoundAndNotSaved) {
  Random random(1);
  Learner learner("critic0", SmallSpec(), {}, random);
  const auto parameters = learner.online().parameters().values();
  const std::vector<float> initial(parameters.begin(), parameters.end());
  // the square of this gradient overflows: the step loses a moment, and no parameter yet
  learner.online().gradient().values()[4] = 1e30f;
  learner.Step();
  EXPECT_NO_THROW(learner.CheckParameters());
  EXPECT_THAT([&] { learner.CheckMoments(); }, ThrowsMessage<NotFinite>(HasSubstr("critic0")));
  const auto save = [&] {
    models::Archive archive;
    learner.Serialize(archive);
  };
  EXPECT_THAT(save, ThrowsMessage<Error>(HasSubstr("moments of critic0")));
  parameters[4] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT([&] { learner.CheckParameters(); },
              ThrowsMessage<NotFinite>(HasSubstr("parameter vector of critic0")));
  EXPECT_THAT(save, ThrowsMessage<Error>(HasSubstr("not finite")));
  learner.RollBack();
  EXPECT_EQ(std::vector<float>(parameters.begin(), parameters.end()), initial);
  EXPECT_NO_THROW(learner.CheckMoments());
  EXPECT_NO_THROW(save());
}

TEST(LearnerTest, TanhHeadTakesItsOutputsAlone) {
  Random random(1);
  const Learner learner("actor", SmallSpec(), {.final_layer_range = 1}, random);
  const auto all = models::ToDenseLayers(learner.online()), head = TanhHead(learner.online(), 1, 2);
  ASSERT_EQ(head.size(), 2u);
  EXPECT_EQ(head[0].weight, all[0].weight);
  EXPECT_EQ(head[1].outputs, 2);
  EXPECT_EQ(head[1].activation, "tanh");
  const auto& weight = all[1].weight;  // [3 x 3]
  EXPECT_EQ(head[1].weight, std::vector<float>(weight.begin() + 3, weight.end()));
  EXPECT_THAT(head[1].bias, ElementsAre(all[1].bias[1], all[1].bias[2]));
}

// y = 1 + 0.5 * 4 = 3; behind a terminal state y = -2
TEST(TdLossesTest, BootstrappedReturn) {
  std::vector<float> targets{4, 100};
  BootstrappedReturn(std::vector<float>{1, -2}, std::vector<float>{0.5f, 0}, targets);
  EXPECT_THAT(targets, ElementsAre(3, -2));
}

// errors 0.5 and -3: loss (0.25 + 9) / 2, gradient 2 e / 2
TEST(TdLossesTest, SquaredTdError) {
  std::vector<float> gradient(2);
  const TdLoss loss =
      SquaredTdError(std::vector<float>{1, 2}, std::vector<float>{0.5f, 5}, {}, gradient);
  EXPECT_DOUBLE_EQ(loss.loss, 4.625);
  EXPECT_DOUBLE_EQ(loss.mean_q, 1.5);
  EXPECT_THAT(gradient, ElementsAre(0.5f, -3));
}

// width 1: 0.5^2 / 2 = 0.125 inside, 1 (3 - 0.5) = 2.5 outside; gradient 0.5 / 2 and -1 / 2
TEST(TdLossesTest, HuberTdError) {
  std::vector<float> gradient(2);
  const TdLoss loss =
      HuberTdError(std::vector<float>{1, 2}, std::vector<float>{0.5f, 5}, {}, 1, gradient);
  EXPECT_DOUBLE_EQ(loss.loss, 1.3125);
  EXPECT_DOUBLE_EQ(loss.mean_q, 1.5);
  EXPECT_THAT(gradient, ElementsAre(0.25f, -0.5f));
}

}  // namespace
}  // namespace sinew::agents
