#include "deploy/base/golden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/error.h"
#include "deploy/base/reference.h"
#include "tests/deploy/test_task.h"

namespace sinew::deploy {
namespace {

using ::testing::ElementsAre;

// x = clip((3 - 1) * 2, 3) = 3 and clip((0.5 - 0) * 1, 3) = 0.5;
// hidden relu(3 + 0.5 + 1, -3 + 0) = (4.5, 0); action tanh(0.1 * 4.5 + 100 * 0) = tanh(0.45)
policy::TestPolicy HandMadeArtifact() {
  policy::TestPolicy artifact = policy::RandomArtifact({2, 2, 1});
  artifact.obs_mean = {1, 0};
  artifact.obs_scale = {2, 1};
  artifact.obs_clip = 3;
  artifact.layers[0].weight = {1, 1, -1, 0};
  artifact.layers[0].bias = {1, 0};
  artifact.layers[1].weight = {0.125f, 100};
  artifact.layers[1].bias = {0};
  return artifact;
}

TEST(ReferenceActionTest, MatchesTheValueWorkedOutByHand) {
  const std::vector<float> observation{3, 0.5f};
  // 0.125 instead of 0.1, which is no binary fraction: 0.125 * 4.5 = 0.5625
  EXPECT_THAT(ReferenceAction(HandMadeArtifact(), observation), ElementsAre(std::tanh(0.5625)));
}

TEST(TorqueOfActionTest, IsLinearBetweenTheLimits) {
  spec::Contract contract;
  contract.action = {{"a", -1, 1, -2, 4}, {"b", -1, 1, 3, -3}};
  EXPECT_THAT(TorqueOfAction(contract, std::vector<double>{-1, -1}), ElementsAre(-2, 3));
  EXPECT_THAT(TorqueOfAction(contract, std::vector<double>{0, 0.5}), ElementsAre(1, -1.5));
  EXPECT_THAT(TorqueOfAction(contract, std::vector<double>{1, 1}), ElementsAre(4, -3));
}

TEST(GoldenVectorsTest, AreAsManyAsAskedForAndConsistent) {
  const auto artifact = TestArtifact();
  const GoldenVectors golden =
      MakeGoldenVectors(artifact, std::make_shared<TestTask>(), {200, 5, 3});
  ASSERT_EQ(golden.size(), 200);
  for (int n = 0; n < golden.size(); ++n) {
    const auto action = ReferenceAction(artifact, golden.Observation(n));
    EXPECT_EQ(std::vector(golden.Action(n).begin(), golden.Action(n).end()), action);
    // torque of the shoulder: 3 x [-1, 2]; the elbow has a gear of -0.7, and +1 is its largest
    // torque
    EXPECT_NEAR(golden.Torque(n)[0], 3 * (0.5 + 1.5 * action[0]), 1e-12);
    EXPECT_NEAR(golden.Torque(n)[1], 0.7 * action[1], 1e-12);
  }
}

TEST(GoldenVectorsTest, EpisodesAreAddedUntilThereAreEnough) {
  // 100 vectors of 60-step episodes need two of them
  EXPECT_EQ(MakeGoldenVectors(TestArtifact(), std::make_shared<TestTask>(), {100, 1, 3}).size(),
            100);
}

TEST(GoldenVectorsTest, NoObservationIsTakenTwice) {
  const GoldenVectors golden =
      MakeGoldenVectors(TestArtifact(), std::make_shared<TestTask>(), {240, 4, 3});
  std::set<std::vector<float>> distinct;
  for (int n = 0; n < golden.size(); ++n) {
    distinct.emplace(golden.Observation(n).begin(), golden.Observation(n).end());
  }
  EXPECT_EQ(distinct.size(), 240u);
}

TEST(GoldenVectorsTest, HoldTheMostSaturatedActions) {
  const auto artifact = TestArtifact();
  const auto largest = [](const GoldenVectors& golden) {
    double most = 0;
    for (int n = 0; n < golden.size(); ++n) {
      most = std::max(most, std::abs(golden.Action(n)[0]) + std::abs(golden.Action(n)[1]));
    }
    return most;
  };
  // all 240 observations of four episodes, then ten of them
  const double of_all =
      largest(MakeGoldenVectors(artifact, std::make_shared<TestTask>(), {240, 4, 3}));
  EXPECT_NEAR(largest(MakeGoldenVectors(artifact, std::make_shared<TestTask>(), {10, 4, 3})),
              of_all, 1e-6);
}

TEST(GoldenVectorsTest, APolicyOfAnotherTaskIsRefused) {
  EXPECT_THROW(MakeGoldenVectors(policy::RandomArtifact({5, 8, 2}), std::make_shared<TestTask>()),
               UserError);
}

}  // namespace
}  // namespace sinew::deploy
