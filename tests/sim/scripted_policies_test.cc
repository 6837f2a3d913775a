#include "sim/scripted_policies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "spec/policy.h"
#include "tests/sim/point_mass.h"

namespace sinew::sim {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::ThrowsMessage;

std::vector<float> Act(spec::Policy* policy, int steps) {
  const std::array<float, 2> observation{};
  std::vector<float> actions;
  for (int i = 0; i < steps; ++i) {
    std::array<float, 2> action{9, 9};
    policy->Act(observation, action);
    actions.insert(actions.end(), action.begin(), action.end());
  }
  return actions;
}

std::unique_ptr<spec::Policy> Make(const char* name) {
  return MakeScriptedPolicy(name, PointMass(), 4);
}

TEST(ScriptedPoliciesTest, AreReproducibleAndWithinBounds) {
  for (const char* name : {"zero", "random", "sine"}) {
    const auto policy = Make(name);
    EXPECT_EQ(policy->name(), name);
    policy->Reset(3);
    const auto first = Act(policy.get(), 50);
    EXPECT_THAT(first, Each(AllOf(Ge(-1), Le(1))));
    policy->Reset(4);
    EXPECT_EQ(Act(policy.get(), 50) == first, std::string(name) != "random");
    policy->Reset(3);
    EXPECT_EQ(Act(policy.get(), 50), first) << name;
  }
  EXPECT_THAT(Act(Make("zero").get(), 3), Each(0));
}

TEST(ScriptedPoliciesTest, SineTurnsEachJointInItsOwnPhase) {
  const auto policy = Make("sine");
  policy->Reset(0);
  const auto actions = Act(policy.get(), 40);
  for (int step = 0; step < 40; ++step) {
    const double phase = std::numbers::pi * PointMass::kControlDt * step;  // 0.5 Hz
    EXPECT_NEAR(actions[2 * step], 0.3 * std::sin(phase), 1e-6);
    EXPECT_NEAR(actions[2 * step + 1], -0.3 * std::sin(phase), 1e-6);
  }
}

// the point mass starts at rest somewhere on its rail; m = 1 kg, limit 5 N, kp = 5 N / 0.5 m, kd =
// 2 sqrt(kp m)
TEST(ScriptedPoliciesTest, PdHoldsAStartPoseCriticallyDamped) {
  const auto task = std::make_shared<PointMass>();
  const auto policy = MakePdPolicy(*task);
  Simulation simulation = task->MakeSimulation();
  Random random(0, "pd");
  task->Reset(simulation, random);
  const double home = simulation.qpos()[0];
  const auto act = [&](double position, double velocity) {
    simulation.qpos()[0] = position;
    simulation.qvel()[0] = velocity;
    Show(simulation, policy.get());
    return Act(policy.get(), 1).front();
  };
  EXPECT_NEAR(act(home, 0), 0, 1e-6);
  EXPECT_NEAR(act(home - 0.1, 0), 10 * 0.1 / 5, 1e-6);
  EXPECT_NEAR(act(home, 0.2), -2 * std::sqrt(10.0) * 0.2 / 5, 1e-6);
  EXPECT_EQ(act(home + 3, 0), -1);
}

TEST(ScriptedPoliciesTest, UnknownNamesGetTheNearest) {
  EXPECT_THAT([] { Make("sinus"); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("'sinus'"), HasSubstr("sine"))));
}

}  // namespace
}  // namespace sinew::sim
