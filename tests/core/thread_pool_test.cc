#include "core/thread_pool.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace sinew {
namespace {

// Threads, then indices.
class ThreadPoolTest : public testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(ThreadPoolTest, RunsEveryIndexOnce) {
  const auto [threads, count] = GetParam();
  ThreadPool pool(threads);
  EXPECT_EQ(pool.threads(), threads);
  std::vector<int> runs(count);
  pool.ParallelFor(count, [&](int i) { ++runs[i]; });
  EXPECT_EQ(runs, std::vector<int>(count, 1));
}

INSTANTIATE_TEST_SUITE_P(Sizes, ThreadPoolTest,
                         testing::Combine(testing::Values(1, 2, 3, 16),
                                          testing::Values(0, 1, 2, 7, 1000)));

std::vector<double> Simulate(int threads) {
  ThreadPool pool(threads);
  std::vector<double> x(37);
  for (int step = 0; step < 200; ++step) {
    pool.ParallelFor(static_cast<int>(x.size()),
                     [&](int i) { x[i] += std::sin(x[i] + 0.1 * i + step); });
  }
  return x;
}

TEST(ThreadPool, GivesTheSameBitsForAnyNumberOfThreads) {
  const std::vector<double> expected = Simulate(1);
  for (int threads : {2, 5, 16}) EXPECT_EQ(Simulate(threads), expected) << threads;
}

TEST(ThreadPool, ManyShortLoopsLoseNothing) {
  ThreadPool pool(2);
  std::vector<int> runs(3);
  for (int i = 0; i < 20000; ++i) pool.ParallelFor(3, [&](int index) { ++runs[index]; });
  EXPECT_EQ(runs, std::vector<int>(3, 20000));
}

TEST(ThreadPool, WakesAfterALongRest) {
  ThreadPool pool(3);
  std::vector<int> runs(6);
  for (int i = 0; i < 3; ++i) {
    // long enough for the threads to stop looking and fall asleep
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.ParallelFor(6, [&](int index) { ++runs[index]; });
  }
  EXPECT_EQ(runs, std::vector<int>(6, 3));
}

TEST(ThreadPool, UsesMoreThreadsThanTheCallers) {
  ThreadPool pool(2);
  std::vector<std::thread::id> ids(2);
  pool.ParallelFor(2, [&](int i) { ids[i] = std::this_thread::get_id(); });
  EXPECT_EQ(ids[0], std::this_thread::get_id());
  EXPECT_NE(ids[1], ids[0]);
}

TEST(ThreadPool, RethrowsTheExceptionOfTheLowestBlock) {
  ThreadPool pool(4);
  try {
    pool.ParallelFor(4, [](int i) {
      if (i > 0) throw std::runtime_error("index " + std::to_string(i));
    });
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "index 1");
  }
}

TEST(ThreadPool, WorksOnAfterAnException) {
  ThreadPool pool(4);
  EXPECT_THROW(pool.ParallelFor(8, [](int) { throw std::runtime_error("all fail"); }),
               std::runtime_error);
  std::vector<int> runs(8);
  pool.ParallelFor(8, [&](int i) { ++runs[i]; });
  EXPECT_EQ(runs, std::vector<int>(8, 1));
}

TEST(ThreadPool, LessThanOneThreadMeansOne) {
  EXPECT_EQ(ThreadPool(0).threads(), 1);
  EXPECT_EQ(ThreadPool(-3).threads(), 1);
}

}  // namespace
}  // namespace sinew
