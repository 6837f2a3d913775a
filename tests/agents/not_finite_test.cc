// Every place through which a number that is not finite can get into a learner, for every agent
// with a replay buffer: whatever happens, no such number stays in a network.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "agents/base/learner.h"
#include "agents/registry.h"
#include "core/error.h"
#include "models/flat_parameters.h"
#include "models/kernels/math_runtime.h"
#include "models/network.h"
#include "tests/agents/agent_testing.h"

namespace sinew::agents {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

class NotFiniteTest : public testing::TestWithParam<std::string> {
 protected:
  NotFiniteTest() { models::UseOneMathThread(); }

  /// The replay buffer holds one transition, so that every minibatch is the last step.
  std::unique_ptr<Agent> Make() const {
    const auto builder = MakeAgentBuilder(GetParam());
    OptionTable table("agent");
    builder->Describe(table);
    for (const auto& [key, value] :
         std::vector<std::pair<std::string, std::string>>{{"buffer_size", "1"},
                                                          {"batch_size", "1"},
                                                          {"n_step", "1"},
                                                          {"learning_starts", "0"},
                                                          {"updates_per_step", "1"}}) {
      table.Set(key, value);
    }
    return builder->Build({.obs_dim = 2, .act_dim = 1, .seed = 3});
  }
  static HandMadeStep Good(int i) {
    const float x = 0.01f * static_cast<float>(i % 7);
    return {.observation = {x, 0.5f},
            .action = {0.3f},
            .next_observation = {x, -0.5f},
            .reward = 1,
            .result = {}};
  }
  static LearnOutcome Learn(Agent* agent, const HandMadeStep& step) {
    ObserveStep(agent, step);
    return agent->Learn();
  }
  static double Rollbacks(Agent* agent) { return MetricOf(agent->TakeMetrics(), "rollbacks"); }
  static void ExpectFinite(Agent* agent) {
    for (const auto& [name, bytes] : SavedTensors(agent)) {
      if (name.ends_with(".online") || name.ends_with(".target") || name.ends_with(".first") ||
          name.ends_with(".second")) {
        EXPECT_TRUE(models::AllFinite(Floats(bytes))) << name;
      }
    }
  }
};

TEST_P(NotFiniteTest, NothingOfABadTransitionStays) {
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    for (const std::string place : {"observation", "action", "reward", "next observation"}) {
      SCOPED_TRACE(place + " " + std::to_string(bad));
      const auto agent = Make();
      for (int i = 0; i < 120; ++i) Learn(agent.get(), Good(i));
      HandMadeStep step = Good(120);
      if (place == "observation") step.observation[1] = bad;
      if (place == "action") step.action[0] = bad;
      if (place == "reward") step.reward = bad;
      if (place == "next observation") step.next_observation[1] = bad;
      Learn(agent.get(), step);
      // the scaled observation is clipped, so that an infinite one is large and nothing worse
      const bool harmless = std::isinf(bad) && place.ends_with("observation");
      EXPECT_EQ(Rollbacks(agent.get()), harmless ? 0 : 1);
      ExpectFinite(agent.get());
      for (int i = 0; i < 10; ++i) Learn(agent.get(), Good(i));
      ExpectFinite(agent.get());
    }
  }
}

// the square of a huge reward's error overflows, though the reward itself is finite
TEST_P(NotFiniteTest, AnOverflowingRewardIsNoBetter) {
  const auto agent = Make();
  for (int i = 0; i < 120; ++i) Learn(agent.get(), Good(i));
  HandMadeStep step = Good(120);
  step.reward = 1e30f;
  Learn(agent.get(), step);
  // NAF's Huber loss and clipped gradient digest it, and so does FSAC's scale of returns
  EXPECT_EQ(Rollbacks(agent.get()), GetParam() == "naf" || GetParam() == "fsac" ? 0 : 1);
  ExpectFinite(agent.get());
}

TEST_P(NotFiniteTest, EveryNetworkIsLookedAt) {
  const auto agent = Make();
  for (int i = 0; i < 120; ++i) Learn(agent.get(), Good(i));
  std::vector<std::string> networks;
  for (const auto& [name, bytes] : SavedTensors(agent.get())) {
    if (name.ends_with(".online") && !name.ends_with(".kept.online")) networks.push_back(name);
  }
  EXPECT_GE(networks.size(), GetParam() == "naf" ? 1u : 2u);
  for (const std::string& poisoned : networks) {
    const ScratchFile good, bad;
    {
      models::Archive archive;
      agent->Serialize(archive);
      archive.Write(good.path());
    }
    const auto file = policy::TensorFile::Read(good.path());
    policy::TensorWriter writer;
    std::map<std::string, std::vector<std::byte>> bytes;
    for (const auto& [name, tensor] : file.tensors()) {
      const auto data = file.Data(name);
      bytes[name].assign(data.begin(), data.end());
      if (name == poisoned) std::memcpy(bytes[name].data(), &kNan, sizeof(kNan));
      writer.Add(name, tensor.dtype, tensor.shape, bytes[name]);
    }
    writer.Write(bad.path());
    const auto sick = Make();
    models::Archive archive(bad.path());
    sick->Serialize(archive);
    const LearnOutcome outcome = Learn(sick.get(), Good(0));
    EXPECT_EQ(Rollbacks(sick.get()), 1) << poisoned;
    EXPECT_THAT(outcome.warnings, testing::ElementsAre(HasSubstr("is not finite at update 121")))
        << poisoned;
    ExpectFinite(sick.get());
  }
}

INSTANTIATE_TEST_SUITE_P(OffPolicy, NotFiniteTest,
                         testing::Values("ddpg", "td3", "sac", "fsac", "naf"),
                         [](const auto& info) { return info.param; });

// A gradient is not looked at by itself: the optimiser carries whatever is wrong with it into the
// parameters, with clipping and without.
TEST(NotFiniteGradientTest, ReachesTheParameters) {
  models::NetworkSpec spec;
  spec.inputs = 2;
  spec.hidden = {3};
  spec.outputs = 3;
  for (const double clip : {0.0, 10.0}) {
    for (const float bad : {kNan, kInfinity, -kInfinity}) {
      Random random(1);
      Learner learner("critic0", spec, {.max_gradient_norm = clip}, random);
      for (size_t i = 0; i < learner.online().gradient().values().size(); i += 5) {
        learner.RollBack();
        std::ranges::fill(learner.online().gradient().values(), 0.1f);
        learner.online().gradient().values()[i] = bad;
        learner.Step();
        EXPECT_THAT([&] { learner.CheckParameters(); },
                    ThrowsMessage<NotFinite>(HasSubstr("parameter vector of critic0")))
            << "element " << i << " is " << bad << ", clipped at " << clip;
      }
    }
  }
}

}  // namespace
}  // namespace sinew::agents
