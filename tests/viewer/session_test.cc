#include "viewer/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/viewer/test_task.h"

namespace sinew::viewer {
namespace {

using ::testing::HasSubstr;

Session MakeSession(std::unique_ptr<sim::Policy> policy, int time_limit = 50) {
  return Session(std::make_shared<SwingTask>(time_limit),
                 std::make_unique<FixedPolicySource>(std::move(policy)), {.seed = 7});
}

TEST(Session, BeginsWithTheResetStateOfEpisodeZero) {
  Session session = MakeSession(std::make_unique<RememberingPolicy>());
  EXPECT_EQ(session.history().size(), 1u);
  EXPECT_EQ(session.frame().state.episode, 0u);
  EXPECT_EQ(session.frame().state.step, 0);
  EXPECT_FALSE(session.frame().result.done());
}

TEST(Session, StepBackRestoresTheStateBitExactly) {
  Session session = MakeSession(std::make_unique<RememberingPolicy>());
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(session.Step());
  const auto before = session.env().SaveState();
  ASSERT_TRUE(session.Step());
  ASSERT_NE(session.env().SaveState().simulation, before.simulation);
  ASSERT_TRUE(session.StepBack());
  EXPECT_EQ(session.env().SaveState().simulation, before.simulation);
  EXPECT_EQ(session.env().SaveState().random, before.random);
  EXPECT_EQ(session.env().episode_return(), before.episode_return);
}

TEST(Session, SteppingForwardAgainGivesTheSameBits) {
  Session session = MakeSession(std::make_unique<RememberingPolicy>());
  std::vector<sim::SimulationState> states;
  std::vector<std::vector<float>> actions;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(session.Step());
    states.push_back(session.frame().state.simulation);
    actions.push_back(session.frame().action);
  }
  for (int i = 0; i < 15; ++i) ASSERT_TRUE(session.StepBack());
  ASSERT_EQ(session.frame().state.step, 5);
  for (int i = 5; i < 20; ++i) {
    ASSERT_TRUE(session.Step());
    EXPECT_EQ(session.frame().action, actions[i]) << "step " << i;
    EXPECT_EQ(session.frame().state.simulation, states[i]) << "step " << i;
  }
}

TEST(Session, StepsBackAcrossTheEndOfAnEpisode) {
  Session session = MakeSession(std::make_unique<RememberingPolicy>(), 3);
  for (int i = 0; i < 3; ++i) session.Step();
  ASSERT_TRUE(session.frame().result.truncated);
  const auto last = session.frame().state.simulation;
  session.Step();
  EXPECT_EQ(session.frame().state.episode, 1u);
  EXPECT_EQ(session.frame().state.step, 0);
  session.Step();
  const auto first_of_second = session.frame().state.simulation;
  session.StepBack();
  session.StepBack();
  EXPECT_EQ(session.frame().state.simulation, last);
  session.Step();
  session.Step();
  EXPECT_EQ(session.frame().state.simulation, first_of_second);
}

TEST(Session, SteppingFromThePastDropsWhatCameAfter) {
  Session session = MakeSession(std::make_unique<RememberingPolicy>());
  for (int i = 0; i < 10; ++i) session.Step();
  session.Seek(4);
  EXPECT_EQ(session.history().size(), 11u);
  session.Step();
  EXPECT_EQ(session.history().size(), 6u);
  EXPECT_TRUE(session.history().at_newest());
}

TEST(Session, RestartRepeatsAndNextAdvancesTheEpisode) {
  Session session = MakeSession(std::make_unique<RememberingPolicy>());
  const auto start = session.frame().state.simulation;
  session.Step();
  session.RestartEpisode();
  EXPECT_EQ(session.frame().state.simulation, start);
  session.NextEpisode();
  EXPECT_EQ(session.frame().state.episode, 1u);
  EXPECT_NE(session.frame().state.simulation, start);
}

TEST(Session, StepBackStopsAtTheOldestFrame) {
  Session session = MakeSession(std::make_unique<RememberingPolicy>());
  session.Step();
  EXPECT_TRUE(session.StepBack());
  EXPECT_FALSE(session.StepBack());
}

TEST(Session, APushMovesTheArmAndLeavesTheTasksOwnForces) {
  Session pushed = MakeSession(std::make_unique<RememberingPolicy>());
  Session free = MakeSession(std::make_unique<RememberingPolicy>());
  const Wrench push{SwingTask::kLowerBody, {30, 0, 0}, {0, 0, 0}};
  for (int i = 0; i < 5; ++i) {
    pushed.Step(push);
    free.Step();
  }
  EXPECT_GT(std::abs(pushed.env().simulation().qpos()[0] - free.env().simulation().qpos()[0]),
            0.01);
  const mjtNum* own = pushed.env().simulation().data()->xfrc_applied + 6 * SwingTask::kLowerBody;
  EXPECT_EQ(own[0], 0);
  EXPECT_EQ(own[2], 1);
  EXPECT_EQ(pushed.frame().push.force.x(), 30);
}

TEST(Session, APolicysErrorStopsAndKeepsTheLastGoodState) {
  Session session = MakeSession(std::make_unique<FailingPolicy>(3));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(session.Step());
  const auto good = session.env().SaveState().simulation;
  EXPECT_FALSE(session.Step());
  ASSERT_TRUE(session.trouble());
  EXPECT_THAT(*session.trouble(), HasSubstr("shoulder"));
  EXPECT_EQ(session.env().SaveState().simulation, good);
  EXPECT_EQ(session.history().size(), 4u);
  session.StepBack();
  EXPECT_FALSE(session.trouble());
}

TEST(Session, ADivergenceNamesJointAndTime) {
  Session session = MakeSession(std::make_unique<RememberingPolicy>());
  session.Step();
  const auto good = session.env().SaveState().simulation;
  EXPECT_FALSE(session.Step({SwingTask::kLowerBody, {1e14, 0, 0}, {0, 0, 0}}));
  ASSERT_TRUE(session.trouble());
  EXPECT_THAT(*session.trouble(), HasSubstr("t = 0.02"));
  EXPECT_EQ(session.env().SaveState().simulation, good);
  EXPECT_TRUE(session.Step());
}

/// Publishes whatever was put into it, as a running trainer would.
class Mailbox : public PolicySource {
 public:
  explicit Mailbox(std::unique_ptr<sim::Policy>* slot) : slot_(slot) {}
  std::unique_ptr<sim::Policy> Poll() override { return std::move(*slot_); }
  bool deterministic() const override { return false; }

 private:
  std::unique_ptr<sim::Policy>* slot_;
};

TEST(Session, TakesUpANewerPolicyBetweenSteps) {
  auto task = std::make_shared<SwingTask>();
  std::unique_ptr<sim::Policy> slot = sim::MakeScriptedPolicy("zero", task->spec(), 0);
  Session session(task, std::make_unique<Mailbox>(&slot), {});
  session.Step();
  EXPECT_EQ(session.policy_name(), "zero");
  slot = std::make_unique<RememberingPolicy>();
  session.Step();
  EXPECT_EQ(session.policy_name(), "remembering");
  EXPECT_NE(session.frame().action[0], 0);
  EXPECT_FALSE(session.deterministic());
}

TEST(Session, NeedsAPolicy) {
  EXPECT_THROW(
      Session(std::make_shared<SwingTask>(), std::make_unique<FixedPolicySource>(nullptr), {}),
      Error);
}

}  // namespace
}  // namespace sinew::viewer
