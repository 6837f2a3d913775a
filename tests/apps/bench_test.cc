#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/algorithm_gemms.h"
#include "bench/learner_workloads.h"
#include "bench/sim_bench.h"
#include "bench/timing.h"
#include "tasks/registry.h"

namespace sinew::bench {
namespace {

// obs 2, act 1, hidden 3: actor layers 2x3, 3x3, 3x1; critic layers 3x3, 3x3, 3x1; batch 5.
// Multiply-adds a sample:
//   actor   forward 6 + 9 + 3 = 18, weights 18, inputs of layers 2 and 3 12
//   critic  forward 9 + 9 + 3 = 21, weights 21, inputs 12, inputs down to the action 12 + 3
constexpr LearnerShape kShape{.batch = 5, .hidden = 3, .obs = 2, .act = 1};
constexpr int kActor = 18 + 18 + 12, kCritic = 21 + 21 + 12, kToAction = 21 + 12 + 3;

double MultiplyAdds(const std::vector<Gemm>& gemms) {
  return GemmRunner(gemms).flops() / (2 * kShape.batch);
}

TEST(AlgorithmGemmsTest, AreThoseOfTheAlgorithms) {
  EXPECT_EQ(MultiplyAdds(DdpgGemms(kShape, 1, 1)), 18 + 21 + kCritic + kToAction + kActor);
  EXPECT_EQ(MultiplyAdds(DdpgGemms(kShape, 2, 1)), 18 + 2 * (21 + kCritic) + kToAction + kActor);
  // two updates of the critics to one of the actor
  EXPECT_EQ(MultiplyAdds(DdpgGemms(kShape, 2, 2)),
            2 * (18 + 2 * (21 + kCritic)) + kToAction + kActor);
  // the actor's head is twice as wide: forward and weights 21, inputs 15
  EXPECT_EQ(MultiplyAdds(SacGemms(kShape)), 21 + 2 * (21 + kCritic + kToAction) + 21 + 21 + 15);
  // V alone is 18, V, mu and one entry of L 24 forward and for weights, 18 for inputs
  EXPECT_EQ(MultiplyAdds(NafGemms(kShape)), 18 + 24 + 24 + 18);
  EXPECT_EQ(MultiplyAdds(PpoGemms(kShape)), 2 * kActor);
}

TEST(LearnerWorkloadTest, EveryAgentRuns) {
  ThreadPool pool(1);
  const LearnerShape shape{.batch = 8, .hidden = 4, .obs = 3, .act = 2};
  EXPECT_EQ(MakeOffPolicyWorkload("td3", shape, 3, "cpu", &pool).updates, 3);
  for (const char* agent : {"ddpg", "fsac", "naf", "sac"}) {
    const LearnerWorkload workload = MakeOffPolicyWorkload(agent, shape, 0, "cpu", &pool);
    EXPECT_EQ(workload.updates, 1);
    EXPECT_NO_THROW(workload.run());
  }
  const LearnerWorkload ppo = MakePpoWorkload(shape, "cpu", &pool);
  EXPECT_EQ(ppo.updates, 4096 / 8);
  EXPECT_NO_THROW(ppo.run());
}

TEST(InterleavedMedians, MeasuresEveryWorkloadInTurns) {
  std::vector<int> order;
  const std::vector<Workload> workloads{{[&] { order.push_back(0); }},
                                        {[&] { order.push_back(1); }}};
  const auto medians = InterleavedMedians(workloads, {.seconds = 0, .min_blocks = 3});
  // two runs of each to warm up, then block by block
  EXPECT_THAT(order, testing::ElementsAre(0, 0, 1, 1, 0, 1, 0, 1, 0, 1));
  ASSERT_EQ(medians.size(), 2u);
  EXPECT_GE(medians[0], 0);
}

TEST(InterleavedMedians, KeepsPreparationOutOfTheClock) {
  int prepared = 0, ran = 0;
  const Workload workload{[&] { ++ran; }, [&] { ++prepared; }};
  InterleavedMedians(std::span(&workload, 1), {.seconds = 0, .min_blocks = 4});
  EXPECT_EQ(prepared, ran);
}

// inverted-pendulum: episodes end within the block
TEST(SimBenchTest, MeasuresEnvironmentsAndBarePhysics) {
  for (const char* name : {"arm-reach", "inverted-pendulum"}) {
    for (const int threads : {1, 2}) {
      const SimRates rates = MeasureSim(tasks::MakeTask(name), threads, 0.01);
      EXPECT_GT(rates.env_steps_per_s, 0) << name;
      EXPECT_GT(rates.raw_steps_per_s, 0) << name;
    }
  }
}

}  // namespace
}  // namespace sinew::bench
