// TD3 is DDPG with its switches on; what each switch does is tested with DDPG's update.

#include <gtest/gtest.h>

#include <algorithm>

#include "agents/off_policy/ddpg.h"
#include "models/kernels/math_runtime.h"
#include "tests/agents/point_mass_learning.h"

namespace sinew::agents {
namespace {

std::string ValueOf(const OptionTable& table, const std::string& key) {
  return std::ranges::find(table.entries(), key, &OptionTable::Entry::key)->get();
}

TEST(Td3Test, HasTheSwitchesOfThePaper) {
  const auto builder = MakeTd3();
  OptionTable table("agent");
  builder->Describe(table);
  EXPECT_EQ(ValueOf(table, "twin"), "true");
  EXPECT_EQ(ValueOf(table, "policy_delay"), "2");
  EXPECT_EQ(ValueOf(table, "target_noise"), "0.2");
  EXPECT_EQ(ValueOf(table, "target_noise_clip"), "0.5");
}

TEST(Td3Test, LearnsThePointMassInSeconds) {
  models::UseOneMathThread();
  const auto builder = MakeTd3();
  OptionTable table("agent");
  builder->Describe(table);
  table.Set("gamma", "0.95");
  table.Set("batch_size", "128");
  table.Set("n_step", "1");
  table.Set("updates_per_step", "1");
  table.Set("learning_starts", "2000");
  table.Set("warmup_sigma", "1");
  ThreadPool pool(1);
  constexpr int64_t kSteps = 16'000;
  const Trained trained =
      TrainOnPointMass(builder->Build(PointMassContext(1, kSteps)), 1, kSteps, &pool);
  const double good = BangBangReturn(), learned = LearnedReturn(*trained.agent);
  EXPECT_GT(learned, 1.15 * good) << "learned " << learned << ", bang-bang " << good;
}

}  // namespace
}  // namespace sinew::agents
