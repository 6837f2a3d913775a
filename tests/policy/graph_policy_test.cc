#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>

#include "core/error.h"
#include "policy/policy_file.h"
#include "tests/policy/test_artifact.h"

namespace {

std::atomic<int64_t> allocations{0};

void* Allocate(size_t size, size_t alignment = alignof(std::max_align_t)) noexcept {
  ++allocations;
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* AllocateOrThrow(size_t size, size_t alignment = alignof(std::max_align_t)) {
  if (void* memory = Allocate(size, alignment)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// counts what the code under test allocates, in every form that it may take
void* operator new(size_t size) { return AllocateOrThrow(size); }
void* operator new(size_t size, std::align_val_t alignment) {
  return AllocateOrThrow(size, static_cast<size_t>(alignment));
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace sinew::policy {
namespace {

// the definition in double precision, element by element
std::vector<double> Oracle(const TestPolicy& artifact, const std::vector<float>& observation) {
  std::vector<double> x;
  for (size_t i = 0; i < observation.size(); ++i) {
    const double normalized =
        (static_cast<double>(observation[i]) - artifact.obs_mean[i]) * artifact.obs_scale[i];
    x.push_back(std::clamp<double>(normalized, -artifact.obs_clip, artifact.obs_clip));
  }
  for (const DenseLayer& layer : artifact.layers) {
    std::vector<double> y(layer.bias.begin(), layer.bias.end());
    for (int i = 0; i < layer.outputs; ++i) {
      for (int j = 0; j < layer.inputs; ++j) y[i] += layer.weight[i * layer.inputs + j] * x[j];
      if (layer.activation == "relu") y[i] = std::max(y[i], 0.0);
      if (layer.activation == "tanh") y[i] = std::tanh(y[i]);
    }
    x = y;
  }
  return x;
}

std::vector<float> RandomObservation(Random* random, size_t size) {
  std::vector<float> observation(size);
  for (float& x : observation) x = static_cast<float>(3 * random->Normal());
  return observation;
}

class GraphPolicyTest : public ::testing::TestWithParam<std::vector<int>> {};

TEST_P(GraphPolicyTest, MatchesTheDefinition) {
  Random random(5, "observations");
  for (const char* hidden : {"relu", "tanh", "identity"}) {
    const TestPolicy artifact = RandomArtifact(GetParam(), hidden);
    const auto policy = MakeArtifactPolicy(artifact);
    std::vector<float> action(GetParam().back());
    for (int trial = 0; trial < 50; ++trial) {
      const auto observation = RandomObservation(&random, GetParam().front());
      policy->Act(observation, action);
      const auto expected = Oracle(artifact, observation);
      for (size_t i = 0; i < action.size(); ++i)
        EXPECT_NEAR(action[i], expected[i], 1e-5) << hidden;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, GraphPolicyTest,
                         ::testing::Values(std::vector{1, 1}, std::vector{20, 64, 64, 7},
                                           std::vector{3, 17, 5, 9, 2}, std::vector{9, 3, 21, 1},
                                           std::vector{20, 256, 256, 7}));

TEST(GraphPolicyStepTest, AllocatesNothing) {
  const auto policy = MakeArtifactPolicy(RandomArtifact({20, 64, 64, 7}));
  const std::vector<float> observation(20, 0.5f);
  std::vector<float> action(7);
  const int64_t before = allocations;
  for (int i = 0; i < 10; ++i) policy->Act(observation, action);
  EXPECT_EQ(allocations, before);
  EXPECT_GT(before, 0);
}

TEST(GraphPolicyStepTest, AnUnboundedLastLayerIsClipped) {
  TestPolicy artifact = RandomArtifact({2, 2});
  artifact.layers[0].activation = "identity";
  artifact.layers[0].bias = {50, -50};
  std::vector<float> action(2);
  MakeArtifactPolicy(artifact)->Act(std::vector<float>{0, 0}, action);
  EXPECT_EQ(action, (std::vector<float>{1, -1}));
}

TEST(GraphPolicyStepTest, ObservationsThatAreNotFiniteGiveNan) {
  const auto policy = MakeArtifactPolicy(RandomArtifact({2, 8, 2}));
  std::vector<float> action(2);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -HUGE_VALF}) {
    policy->Act(std::vector<float>{0, bad}, action);
    EXPECT_TRUE(std::isnan(action[0]) && std::isnan(action[1]));
  }
  policy->Act(std::vector<float>{0, 0}, action);
  EXPECT_TRUE(std::isfinite(action[0]));
}

TEST(GraphPolicyStepTest, BrokenArtefactsAreRefused) {
  TestPolicy artifact = RandomArtifact({2, 8, 2});
  artifact.layers[0].weight[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(MakeArtifactPolicy(artifact), Error);
}

TEST(SamplingPolicyTest, FollowsItsNoiseEpisodeByEpisode) {
  // u = 0.5 + exp(log_std) noise with log_std = -2 + 1.5 (1 + tanh(0.25 x)), x the observation
  TestPolicy artifact = RandomArtifact({1, 1});
  artifact.obs_mean = {0};
  artifact.obs_scale = {1};
  artifact.layers[0] = {1, 1, {0}, {0.5f}, "tanh"};
  artifact.gaussian = GaussianHead{{0.25f}, {0}, -2, 1};
  const auto policy = MakeSamplingPolicy(artifact, 9);
  for (const uint64_t episode : {4, 0, 4}) {
    policy->Reset(episode);
    Random noise = NoiseOfEpisode(9, episode);
    for (const float x : {-2.0f, 0.0f, 3.0f}) {
      std::vector<float> action(1);
      policy->Act(std::vector<float>{x}, action);
      const double log_std = -2 + 1.5 * (1 + std::tanh(0.25 * x));
      EXPECT_NEAR(action[0], std::tanh(0.5 + std::exp(log_std) * noise.Normal()), 1e-6);
    }
  }
}

TEST(SamplingPolicyTest, ADeviationThatIsTheSameEverywhereNeedsNoWeights) {
  TestPolicy artifact = RandomArtifact({3, 8, 2});
  artifact.layers.back().activation = "identity";
  // so small that the most likely action is not bounded
  for (float& weight : artifact.layers.back().weight) weight *= 0.05f;
  for (float& bias : artifact.layers.back().bias) bias *= 0.05f;
  artifact.gaussian = GaussianHead{{}, {-1, -3}};
  const auto sampling = MakeSamplingPolicy(artifact, 1), mode = MakeArtifactPolicy(artifact);
  const std::vector<float> observation{0.1f, 0.2f, 0.3f};
  std::vector<float> sampled(2), most_likely(2);
  mode->Act(observation, most_likely);
  Random noise = NoiseOfEpisode(1, 0);
  sampling->Act(observation, sampled);
  for (int i = 0; i < 2; ++i) {
    const double u = most_likely[i] + std::exp(i == 0 ? -1.0 : -3.0) * noise.Normal();
    EXPECT_NEAR(sampled[i], std::clamp(u, -1.0, 1.0), 1e-6);
  }
}

TEST(SamplingPolicyTest, ADeterministicPolicyIsRefused) {
  EXPECT_THROW(MakeSamplingPolicy(RandomArtifact({2, 2}), 1), UserError);
}

}  // namespace
}  // namespace sinew::policy
