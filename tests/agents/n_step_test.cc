#include "agents/replay/n_step.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "core/random.h"
#include "tests/core/scratch_file.h"

namespace sinew::agents {
namespace {

constexpr double kGamma = 0.9;

enum class End { kNone, kTerminated, kTruncated, kDiverged };

struct Step {
  float reward;
  End end;
};

struct Seen {
  float action, reward, next_observation, discount;
};

// step t leads from observation t to observation t + 0.5, so that a successor that was taken from
// the next episode would show
float SuccessorOf(size_t t) { return static_cast<float>(t) + 0.5f; }

void AddStep(NStep* n_step, size_t t, const Step& step, ReplayBuffer* buffer) {
  const float observation = static_cast<float>(t);
  n_step->Add(std::vector<float>{observation}, std::vector<float>{-observation}, step.reward,
              std::vector<float>{SuccessorOf(t)}, step.end == End::kTerminated,
              step.end == End::kTruncated, step.end == End::kDiverged, buffer);
}

/// All that the buffer holds, by observation.
std::map<float, Seen> Contents(const ReplayBuffer& buffer) {
  std::map<float, Seen> contents;
  if (buffer.size() == 0) return contents;
  Random random(1);
  Batch batch;
  buffer.Sample(static_cast<int>(60 * buffer.size()), random, &batch);
  for (int i = 0; i < batch.size; ++i) {
    contents[batch.observations[i]] = {batch.actions[i], batch.rewards[i],
                                       batch.next_observations[i], batch.discounts[i]};
  }
  EXPECT_EQ(static_cast<int64_t>(contents.size()), buffer.size()) << "no observation twice";
  return contents;
}

/// The definition: from every step sum the rewards of the next n, or of what is left of its
/// episode.
std::map<float, Seen> BruteForce(const std::vector<Step>& steps, int n) {
  std::map<float, Seen> expected;
  for (size_t t = 0; t < steps.size(); ++t) {
    if (steps[t].end == End::kDiverged) continue;
    double sum = 0, discount = 1;
    for (size_t k = t; k < steps.size(); ++k) {
      if (steps[k].end == End::kDiverged) {
        // the state before the bad step is the last that counts
        expected[t] = {-float(t), float(sum), float(k), float(discount)};
        break;
      }
      sum += discount * steps[k].reward;
      discount *= kGamma;
      const bool ends = steps[k].end != End::kNone;
      if (!ends && k + 1 < t + n) continue;
      const bool terminal = steps[k].end == End::kTerminated;
      expected[t] = {-float(t), float(sum), SuccessorOf(k), terminal ? 0 : float(discount)};
      break;
    }
  }
  return expected;
}

void ExpectEqual(const std::map<float, Seen>& actual, const std::map<float, Seen>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [observation, e] : expected) {
    ASSERT_TRUE(actual.contains(observation)) << observation;
    const Seen& a = actual.at(observation);
    EXPECT_EQ(a.action, e.action);
    EXPECT_NEAR(a.reward, e.reward, 1e-6 * (1 + std::abs(e.reward))) << "from " << observation;
    EXPECT_EQ(a.next_observation, e.next_observation) << "from " << observation;
    EXPECT_NEAR(a.discount, e.discount, 1e-6) << "from " << observation;
  }
}

std::map<float, Seen> RunSteps(const std::vector<Step>& steps, int n) {
  ReplayBuffer buffer({.capacity = 10000, .obs_dim = 1, .act_dim = 1});
  NStep n_step(n, kGamma, 1, 1);
  for (size_t t = 0; t < steps.size(); ++t) AddStep(&n_step, t, steps[t], &buffer);
  return Contents(buffer);
}

TEST(NStepTest, ThreeStepsWorkedOutByHand) {
  const std::vector<Step> steps{
      {1, End::kNone}, {2, End::kNone}, {4, End::kNone}, {8, End::kTruncated}};
  const auto contents = RunSteps(steps, 3);
  ASSERT_EQ(contents.size(), 4u);
  // 1 + 0.9 * 2 + 0.81 * 4 = 6.04, behind step 2 with 0.9^3 = 0.729
  EXPECT_NEAR(contents.at(0).reward, 6.04, 1e-6);
  EXPECT_EQ(contents.at(0).next_observation, 2.5f);
  EXPECT_NEAR(contents.at(0).discount, 0.729, 1e-6);
  // the episode is cut after step 3: two rewards are left to step 2, and it bootstraps with 0.9^2
  EXPECT_NEAR(contents.at(2).reward, 4 + 0.9 * 8, 1e-6);
  EXPECT_NEAR(contents.at(2).discount, 0.81, 1e-6);
  EXPECT_NEAR(contents.at(3).discount, 0.9, 1e-6);
  for (float t : {1.0f, 2.0f, 3.0f}) EXPECT_EQ(contents.at(t).next_observation, 3.5f);
}

TEST(NStepTest, EndsDifferInTheirDiscountAlone) {
  const auto end_with = [](End end) { return RunSteps({{1, End::kNone}, {1, end}}, 5); };
  const auto terminated = end_with(End::kTerminated), truncated = end_with(End::kTruncated);
  ASSERT_EQ(terminated.size(), 2u);
  for (float t : {0.0f, 1.0f}) {
    EXPECT_EQ(terminated.at(t).reward, truncated.at(t).reward);
    EXPECT_EQ(terminated.at(t).discount, 0);
    EXPECT_GT(truncated.at(t).discount, 0.8);
  }
  const auto diverged = end_with(End::kDiverged);
  ASSERT_EQ(diverged.size(), 1u) << "the bad step itself is dropped";
  EXPECT_EQ(diverged.at(0).next_observation, 1.0f);
  EXPECT_EQ(diverged.at(0).reward, 1);
}

TEST(NStepTest, AgreesWithTheDefinitionOverRandomEpisodes) {
  for (const int n : {1, 2, 3, 7}) {
    Random random(static_cast<uint64_t>(n));
    std::vector<Step> steps;
    for (int t = 0; t < 500; ++t) {
      const double u = random.Uniform();
      const End end = u < 0.04   ? End::kTerminated
                      : u < 0.08 ? End::kTruncated
                      : u < 0.12 ? End::kDiverged
                                 : End::kNone;
      steps.push_back({static_cast<float>(random.Normal()), end});
    }
    steps.back().end = End::kTruncated;
    ExpectEqual(RunSteps(steps, n), BruteForce(steps, n));
  }
}

// every sequence of ends over six steps: episodes of one step, two bad steps in a row, a bad first
// step, ends right at and right before the n-th step
TEST(NStepTest, AgreesWithTheDefinitionOverEverySequenceOfEnds) {
  constexpr int kSteps = 6, kEnds = 4;
  for (const int n : {1, 2, 3, 5, 6, 9}) {
    for (int code = 0; code < std::pow(kEnds, kSteps); ++code) {
      std::vector<Step> steps;
      for (int t = 0, rest = code; t < kSteps; ++t, rest /= kEnds) {
        steps.push_back({static_cast<float>(1 << t), static_cast<End>(rest % kEnds)});
      }
      // what is under way at the end is emitted by no definition
      steps.push_back({100, End::kTruncated});
      const auto expected = BruteForce(steps, n);
      const auto actual = RunSteps(steps, n);
      ASSERT_NO_FATAL_FAILURE(ExpectEqual(actual, expected)) << "n " << n << ", sequence " << code;
    }
  }
}

// nothing but bad steps, and a bad step that follows an end: there is nothing to save
TEST(NStepTest, DivergenceWithNothingPendingEmitsNothing) {
  EXPECT_EQ(RunSteps({{1, End::kDiverged}, {1, End::kDiverged}}, 3).size(), 0u);
  const auto contents = RunSteps({{1, End::kTerminated}, {1, End::kDiverged}}, 3);
  ASSERT_EQ(contents.size(), 1u);
  EXPECT_EQ(contents.at(0).discount, 0) << "the bad step is of another episode";
}

// an episode that ends exactly with the n-th step bootstraps, or not, by how it ended
TEST(NStepTest, AnEndAtTheNthStepCounts) {
  for (const End end : {End::kTruncated, End::kTerminated}) {
    const auto contents = RunSteps({{1, End::kNone}, {2, End::kNone}, {4, end}}, 3);
    ASSERT_EQ(contents.size(), 3u);
    EXPECT_EQ(contents.at(0).next_observation, 2.5f);
    EXPECT_NEAR(contents.at(0).discount, end == End::kTerminated ? 0 : 0.729, 1e-6);
  }
}

TEST(NStepTest, NothingIsEmittedBeforeNSteps) {
  EXPECT_EQ(RunSteps({{1, End::kNone}, {1, End::kNone}}, 3).size(), 0u);
  EXPECT_EQ(RunSteps({{1, End::kNone}, {1, End::kNone}, {1, End::kNone}}, 3).size(), 1u);
}

TEST(NStepTest, RestoredOneKnowsTheStepsNotYetEmitted) {
  const ScratchFile file;
  NStep original(3, kGamma, 1, 1), restored(3, kGamma, 1, 1);
  const ReplayBuffer::Options ten{.capacity = 10, .obs_dim = 1, .act_dim = 1};
  ReplayBuffer unused(ten), from_original(ten), from_restored(ten);
  AddStep(&original, 0, {1, End::kNone}, &unused);
  AddStep(&original, 1, {2, End::kNone}, &unused);
  {
    models::Archive archive;
    original.Serialize(archive, "n");
    archive.Write(file.path());
  }
  models::Archive archive(file.path());
  restored.Serialize(archive, "n");
  AddStep(&original, 2, {3, End::kTerminated}, &from_original);
  AddStep(&restored, 2, {3, End::kTerminated}, &from_restored);
  EXPECT_EQ(from_restored.size(), 3);
  ExpectEqual(Contents(from_restored), Contents(from_original));
}

}  // namespace
}  // namespace sinew::agents
