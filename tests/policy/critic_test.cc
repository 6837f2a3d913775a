#include "policy/critic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/files.h"
#include "tests/core/scratch_file.h"
#include "tests/policy/test_artifact.h"

namespace sinew::policy {
namespace {

using ::testing::HasSubstr;

// two observations, one or two actions, a normaliser that does nothing
TestPolicy PlainPolicy(int actions) {
  TestPolicy policy = RandomArtifact({2, actions});
  policy.obs_mean = {0, 0};
  policy.obs_scale = {1, 1};
  return policy;
}

// Q = 2 (relu(o_0 + o_1) + 3 a) with the action joining the second layer
Critic ActionCritic() {
  Critic critic;
  critic.kind = Critic::Kind::kActionValue;
  critic.layers = {{2, 1, {1, 1}, {0}, "relu"}, {2, 1, {1, 3}, {0}, "identity"}};
  critic.action_layer = 1;
  critic.output_scale = 2;
  critic.gamma = 0.9;
  critic.policy_hash = "abc";
  return critic;
}

TEST(Critic, RatesActionsThatJoinALaterLayer) {
  const TestPolicy policy = PlainPolicy(1);
  const auto value = MakeValueFunction(ActionCritic(), policy);
  const std::vector<float> observation{0.5f, 0.25f}, action{-0.5f};
  EXPECT_FLOAT_EQ(value->ActionValue(observation, action), 2 * (0.75 - 1.5));
  EXPECT_TRUE(value->rates_actions());
  EXPECT_EQ(value->gamma(), 0.9);
  // V is Q of what the policy does
  std::vector<float> own(1);
  MakeArtifactPolicy(policy)->Act(observation, own);
  EXPECT_FLOAT_EQ(value->Value(observation), value->ActionValue(observation, own));
}

TEST(Critic, NormalisesAndClipsWhatItSees) {
  TestPolicy policy = PlainPolicy(1);
  policy.obs_mean = {1, 0};
  policy.obs_scale = {2, 1};
  policy.obs_clip = 3;
  Critic critic;
  critic.layers = {{2, 1, {1, 10}, {0.5f}, "identity"}};
  const auto value = MakeValueFunction(critic, policy);
  EXPECT_FLOAT_EQ(value->Value(std::vector<float>{2, 9}), 2 + 30 + 0.5);
  EXPECT_FALSE(value->rates_actions());
  EXPECT_TRUE(std::isnan(value->ActionValue(std::vector<float>{2, 9}, std::vector<float>{0})));
}

// outputs V = 7, m = (0, 0), L = [[exp(0), 0], [0.5, exp(0)]]: with a = (0.2, -0.4),
// L'a = (0.2 + 0.5 (-0.4), -0.4) = (0, -0.4), Q = 7 - 0.16 / 2
TEST(Critic, EvaluatesNafsQuadratic) {
  Critic critic;
  critic.kind = Critic::Kind::kQuadratic;
  critic.diagonal_bound = 3;
  critic.layers = {{2, 6, std::vector<float>(12, 0), {7, 0, 0, 0, 0.5f, 0}, "identity"}};
  const auto value = MakeValueFunction(critic, PlainPolicy(2));
  const std::vector<float> observation{1, 1};
  EXPECT_FLOAT_EQ(value->Value(observation), 7);
  EXPECT_FLOAT_EQ(value->ActionValue(observation, std::vector<float>{0.2f, -0.4f}), 7 - 0.08);
  EXPECT_FLOAT_EQ(value->ActionValue(observation, std::vector<float>{0, 0}), 7);
}

TEST(Critic, ReadsBackWhatWasWritten) {
  const ScratchFile file;
  SaveCritic(file.path(), ActionCritic());
  const Critic critic = LoadCritic(file.path());
  EXPECT_EQ(critic.kind, Critic::Kind::kActionValue);
  EXPECT_EQ(critic.policy_hash, "abc");
  EXPECT_EQ(critic.action_layer, 1);
  EXPECT_EQ(critic.layers[1].weight, (std::vector<float>{1, 3}));
  const std::vector<float> observation{0.5f, 0.25f}, action{-0.5f};
  EXPECT_FLOAT_EQ(MakeValueFunction(critic, PlainPolicy(1))->ActionValue(observation, action),
                  -1.5f);
}

TEST(Critic, RefusesWhatDoesNotFit) {
  Critic critic = ActionCritic();
  EXPECT_THROW(CheckCritic(critic, 3, 1), Error);
  EXPECT_THROW(CheckCritic(critic, 2, 2), Error);
  critic.layers[0].weight[0] = NAN;
  EXPECT_THROW(CheckCritic(critic, 2, 1), Error);
  critic = ActionCritic();
  critic.kind = Critic::Kind::kQuadratic;
  EXPECT_THROW(CheckCritic(critic, 2, 1), Error);
}

TEST(Critic, NamesADamagedFile) {
  const ScratchFile file;
  SaveCritic(file.path(), ActionCritic());
  std::string bytes = ReadFile(file.path());
  bytes.back() ^= 1;
  WriteFileAtomically(file.path(), bytes);
  try {
    LoadCritic(file.path());
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr(file.path().string()));
  }
}

TEST(Critic, LiesBesideThePolicy) {
  EXPECT_EQ(CriticPath("runs/a/step-7.policy"), "runs/a/step-7.critic");
}

}  // namespace
}  // namespace sinew::policy
