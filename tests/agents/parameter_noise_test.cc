#include "agents/exploration/parameter_noise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "agents/exploration/noise.h"
#include "models/kernels/math_runtime.h"
#include "tests/core/scratch_file.h"

namespace sinew::agents {
namespace {

constexpr int kObs = 4, kAct = 2, kEnvs = 3;

models::NetworkSpec Spec() {
  models::NetworkSpec spec;
  spec.inputs = kObs;
  spec.hidden = {32, 32};
  spec.outputs = kAct;
  spec.output_activation = models::Activation::kTanh;
  return spec;
}

class ParameterNoiseTest : public testing::Test {
 protected:
  ParameterNoiseTest() {
    models::UseOneMathThread();
    Random random(1);
    models::InitializeUniform(*online_, random, 0.1f);
  }
  static ParameterNoise MakeNoise(std::vector<double> shares = {}, uint64_t seed = 3) {
    return {Spec(),
            {},
            [](std::span<const float> outputs, std::span<float> actions) {
              std::ranges::copy(outputs, actions.begin());
            },
            {.num_envs = kEnvs, .act_dim = kAct, .seed = seed, .shares = std::move(shares)}};
  }
  static std::vector<float> Observations(Random& random) {
    std::vector<float> observations(kEnvs * kObs);
    for (float& x : observations) x = static_cast<float>(random.Normal());
    return observations;
  }
  std::vector<float> Act(ParameterNoise* noise, std::span<const float> observations,
                         double sigma = 0.2) {
    std::vector<float> actions(kEnvs * kAct);
    noise->Act(*online_, observations, sigma, actions);
    return actions;
  }
  /// Root mean square of what each environment's actions differ by, over many episodes.
  std::vector<double> Distances(ParameterNoise* noise, double sigma, int episodes) {
    Random random(9);
    std::vector<double> squares(kEnvs);
    for (int k = 0; k < episodes; ++k) {
      const auto observations = Observations(random);
      const auto actions = Act(noise, observations, sigma);
      const auto plain = online_->Forward(observations, {}, kEnvs);
      for (size_t i = 0; i < actions.size(); ++i) {
        squares[i / kAct] += std::pow(actions[i] - plain[i], 2) / (episodes * kAct);
      }
      for (int env = 0; env < kEnvs; ++env) noise->Reset(env);
    }
    for (double& square : squares) square = std::sqrt(square);
    return squares;
  }

  std::unique_ptr<models::Network> online_ = models::MakeNetwork(Spec());
};

TEST_F(ParameterNoiseTest, StaysTheSameForAnEpisodeAndChangesBetweenThem) {
  ParameterNoise noise = MakeNoise();
  Random random(2);
  const auto observations = Observations(random);
  const auto first = Act(&noise, observations);
  EXPECT_EQ(Act(&noise, observations), first);
  noise.Reset(1);
  const auto second = Act(&noise, observations);
  for (int i = 0; i < kEnvs * kAct; ++i) {
    EXPECT_EQ(second[i] == first[i], i / kAct != 1) << "environment 1 alone has a new episode";
  }
  const auto plain = online_->Forward(observations, {}, kEnvs);
  for (int i = 0; i < kEnvs * kAct; ++i) EXPECT_NE(first[i], plain[i]);
}

TEST_F(ParameterNoiseTest, ScaleIsFoundAndFollowsTheDistanceAskedFor) {
  ParameterNoise noise = MakeNoise();
  for (const double sigma : {0.2, 0.05, 0.4}) {
    Distances(&noise, sigma, 150);
    for (double distance : Distances(&noise, sigma, 400)) {
      EXPECT_GT(distance, 0.7 * sigma);
      EXPECT_LT(distance, 1.4 * sigma);
    }
  }
  ParameterNoise fresh = MakeNoise();
  for (double distance : Distances(&fresh, 0.2, 1)) {
    EXPECT_GT(distance, 0.02) << "the very first perturbation is of the right order";
    EXPECT_LT(distance, 0.8);
  }
}

TEST_F(ParameterNoiseTest, SharesSpreadItOverTheEnvironments) {
  ParameterNoise noise = MakeNoise({0, 0.5, 1});
  Distances(&noise, 0.2, 200);
  const auto distances = Distances(&noise, 0.2, 400);
  EXPECT_EQ(distances[0], 0) << "no share, no noise";
  EXPECT_NEAR(distances[1], 0.1, 0.04);
  EXPECT_NEAR(distances[2], 0.2, 0.08);
}

TEST_F(ParameterNoiseTest, SaturatedActionsDoNotLetTheScaleRunAway) {
  ParameterNoise noise = MakeNoise();
  for (float& p : online_->parameters().values()) p = 50;
  Random random(1);
  const std::vector<float> observations(kEnvs * kObs, 1.0f);
  for (int k = 0; k < 500; ++k) {
    Act(&noise, observations);
    for (int env = 0; env < kEnvs; ++env) noise.Reset(env);
  }
  EXPECT_LE(noise.scale(), 10);
  for (float a : Act(&noise, observations)) EXPECT_TRUE(std::isfinite(a));
}

TEST_F(ParameterNoiseTest, RestoredOneGoesOnInMidEpisode) {
  const ScratchFile file;
  ParameterNoise original = MakeNoise(), restored = MakeNoise({}, 8);
  Random random(2);
  for (int k = 0; k < 9; ++k) {
    Act(&original, Observations(random));
    original.Reset(k % kEnvs);
  }
  Act(&restored, Observations(random));
  {
    models::Archive archive;
    original.Serialize(archive, "n");
    archive.Write(file.path());
  }
  models::Archive archive(file.path());
  restored.Serialize(archive, "n");
  for (int k = 0; k < 9; ++k) {
    const auto observations = Observations(random);
    EXPECT_EQ(Act(&restored, observations), Act(&original, observations));
    original.Reset(k % kEnvs);
    restored.Reset(k % kEnvs);
  }
  EXPECT_EQ(restored.scale(), original.scale());
}

TEST(NoiseSharesTest, FromLowToAll) {
  EXPECT_EQ(NoiseShares(3, 0.5), (std::vector<double>{0.5, 0.75, 1}));
  EXPECT_EQ(NoiseShares(1, 0.5), std::vector<double>{1});
  EXPECT_EQ(NoiseShares(2, 1), (std::vector<double>{1, 1}));
}

TEST(NoiseSharesTest, SpreadActionNoise) {
  Noise noise({.low = 0.1}, 2, 1, 1);
  double square[2] = {0, 0};
  for (int i = 0; i < 4000; ++i) {
    std::vector<float> actions(2);
    noise.AddTo(actions, 0.2);
    for (int env = 0; env < 2; ++env) square[env] += actions[env] * actions[env] / 4000;
  }
  EXPECT_NEAR(std::sqrt(square[0]), 0.02, 0.002);
  EXPECT_NEAR(std::sqrt(square[1]), 0.2, 0.01);
}

}  // namespace
}  // namespace sinew::agents
