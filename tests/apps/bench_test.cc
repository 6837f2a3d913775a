#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/gemm.h"
#include "bench/timing.h"

namespace sinew::bench {
namespace {

// One unit of width everywhere: actor layers 2x3, 3x3, 3x1; critic layers 3x3, 3x3, 3x1; batch 5.
// Multiply-adds a sample: actor forward 6 + 9 + 3 = 18, critic forward 9 + 9 + 3 = 21.
//   targets            18 + 21
//   critic             21 forward, 21 weights, 12 inputs of layers 2 and 3
//   actor              18 + 21 forward, 12 inputs of the critic, 3 its action, 18 weights, 12
//   inputs
TEST(DdpgGemms, AreThoseOfTheAlgorithm) {
  const GemmRunner runner(DdpgGemms({.batch = 5, .hidden = 3, .obs = 2, .act = 1}));
  EXPECT_EQ(runner.flops(), 2 * 5 * (39 + 54 + 39 + 12 + 3 + 18 + 12));
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

}  // namespace
}  // namespace sinew::bench
