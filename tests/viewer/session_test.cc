#include "viewer/session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "sim/scripted_policies.h"
#include "tests/viewer/test_task.h"

namespace sinew::viewer {
namespace {

using ::testing::HasSubstr;

Session MakeSession(PolicyHandle policy, int time_limit = 50) {
  return Session(std::make_shared<SwingTask>(time_limit),
                 std::make_unique<FixedPolicySource>(std::move(policy)), {.seed = 7});
}

TEST(Session, BeginsWithTheResetStateOfEpisodeZero) {
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
  EXPECT_EQ(session.history().size(), 1u);
  EXPECT_EQ(session.frame().state.episode, 0u);
  EXPECT_EQ(session.frame().state.step, 0);
  EXPECT_FALSE(session.frame().result.done());
}

TEST(Session, StepBackRestoresTheStateBitExactly) {
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
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
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
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

TEST(Session, APolicyThatCanTellItsMemoryIsNotFedTheEpisodeAgain) {
  Session session = MakeSession(CardFor<RecallingPolicy>("recalling"));
  const PolicyHandle first = session.policy();
  std::vector<std::vector<float>> actions;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(session.Step());
    actions.push_back(session.frame().action);
  }
  for (int i = 0; i < 15; ++i) ASSERT_TRUE(session.StepBack());
  RecallingPolicy::acts = 0;
  for (int i = 5; i < 20; ++i) {
    ASSERT_TRUE(session.Step());
    EXPECT_EQ(session.frame().action, actions[i]) << "step " << i;
  }
  EXPECT_EQ(RecallingPolicy::acts, 15);
  // another policy in between, which cannot tell: the first one is fed what it did not see
  session.Seek(10);
  session.UsePolicy(CardFor<RememberingPolicy>("remembering"));
  for (int i = 10; i < 15; ++i) ASSERT_TRUE(session.Step());
  session.UsePolicy(first);
  RecallingPolicy::acts = 0;
  ASSERT_TRUE(session.Step());
  EXPECT_EQ(session.frame().action, actions[15]) << "both policies act alike";
  EXPECT_EQ(RecallingPolicy::acts, 16);
}

TEST(Session, StepsBackAcrossTheEndOfAnEpisode) {
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"), 3);
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

TEST(Session, SteppingFromThePastKeepsWhatCameAfterAsABranch) {
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
  for (int i = 0; i < 10; ++i) session.Step();
  session.Seek(4);
  EXPECT_EQ(session.history().size(), 11u);
  session.Step();
  EXPECT_EQ(session.history().size(), 6u);
  EXPECT_TRUE(session.history().at_newest());
  ASSERT_EQ(session.history().branches().size(), 1u);
  session.SwitchTo(0);
  EXPECT_EQ(session.history().size(), 11u);
  EXPECT_EQ(session.frame().state.step, 4);
}

TEST(Session, StepsForwardThroughTheHistoryUntilSomethingIsChanged) {
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
  for (int i = 0; i < 10; ++i) session.Step();
  const auto fifth = session.history()[5].state.simulation;
  session.Seek(4);
  EXPECT_TRUE(session.WalksHistory());
  session.StepForward();
  EXPECT_EQ(session.frame().state.simulation, fifth);
  EXPECT_TRUE(session.history().branches().empty());

  session.pusher.Fire();
  EXPECT_FALSE(session.WalksHistory());
  session.StepForward();
  EXPECT_EQ(session.frame().pushes.size(), 1u);
  EXPECT_EQ(session.history().branches().size(), 1u);

  session.Seek(5);
  const PolicyHandle other = CardFor<RememberingPolicy>("other");
  session.UsePolicy(other);
  session.StepForward();
  EXPECT_EQ(session.frame().policy, other);
  EXPECT_EQ(session.history().branches().size(), 2u);

  session.Seek(5);
  session.MoveBody({SwingTask::kGoalBody, {0.1, 0, 0.5}});
  session.StepForward();
  EXPECT_TRUE(session.frame().move);
  EXPECT_EQ(session.history().branches().size(), 3u);
}

TEST(Session, RestartRepeatsAndNextAdvancesTheEpisode) {
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
  const auto start = session.frame().state.simulation;
  session.Step();
  session.RestartEpisode();
  EXPECT_EQ(session.frame().state.simulation, start);
  session.NextEpisode();
  EXPECT_EQ(session.frame().state.episode, 1u);
  EXPECT_NE(session.frame().state.simulation, start);
}

TEST(Session, StepBackStopsAtTheOldestFrame) {
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
  session.Step();
  EXPECT_TRUE(session.StepBack());
  EXPECT_FALSE(session.StepBack());
}

TEST(Session, APushMovesTheArmAndLeavesTheTasksOwnForces) {
  Session pushed = MakeSession(CardFor<RememberingPolicy>("remembering"));
  Session free = MakeSession(CardFor<RememberingPolicy>("remembering"));
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
  EXPECT_EQ(pushed.frame().pushes.at(0).force.x(), 30);
}

TEST(Session, APolicysErrorStopsAndKeepsTheLastGoodState) {
  Session session = MakeSession(CardFor<FailingPolicy>("failing", 3));
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
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
  session.Step();
  const auto good = session.env().SaveState().simulation;
  EXPECT_FALSE(session.Step({SwingTask::kLowerBody, {1e14, 0, 0}, {0, 0, 0}}));
  ASSERT_TRUE(session.trouble());
  EXPECT_THAT(*session.trouble(), HasSubstr("t = 0.02"));
  EXPECT_EQ(session.env().SaveState().simulation, good);
  EXPECT_TRUE(session.Step());
}

TEST(Session, StepForwardGoesThroughTheRecordingAsItWas) {
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
  for (int i = 0; i < 5; ++i) session.Step({SwingTask::kLowerBody, {5, 0, 0}, {0, 0, 0}});
  const auto last = session.frame().state.simulation;
  session.Seek(1);
  for (int i = 0; i < 4; ++i) session.StepForward();
  EXPECT_EQ(session.frame().state.simulation, last);
  EXPECT_TRUE(session.history().branches().empty());
}

// with every disturbance on, going back and on again draws the same numbers
TEST(Session, GoingBackRestoresNoiseLatencyAndPushes) {
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
  session.disturbance = {.observation_noise = 0.1,
                         .torque_noise = 0.1,
                         .latency_steps = 3,
                         .exploring = true,
                         .exploration_sigma = 0.2};
  session.pusher.plan = {.body = SwingTask::kLowerBody,
                         .newtons = 10,
                         .duration_ms = 50,
                         .repeat = true,
                         .interval_s = 0.2,
                         .random_time = true,
                         .random_direction = true};
  std::vector<sim::SimulationState> states;
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(session.Step());
    states.push_back(session.frame().state.simulation);
  }
  session.Seek(7);
  for (int i = 7; i < 30; ++i) {
    ASSERT_TRUE(session.Step());
    ASSERT_EQ(session.frame().state.simulation, states[i]) << "step " << i;
  }
}

TEST(Session, LatencyAppliesWhatWasMeantEarlier) {
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
  session.disturbance.latency_steps = 2;
  std::vector<std::vector<float>> intents;
  for (int i = 0; i < 6; ++i) {
    session.Step();
    intents.push_back(session.frame().intent);
    const std::vector<float> expected = i < 2 ? std::vector<float>(2, 0.0f) : intents[i - 2];
    EXPECT_EQ(session.frame().action, expected) << "step " << i;
  }
}

TEST(Session, AJointTakenOverFollowsTheHand) {
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
  session.take_over.taken[1] = true;
  session.take_over.action[1] = -0.75f;
  session.Step();
  EXPECT_EQ(session.frame().action[1], -0.75f);
  EXPECT_EQ(session.frame().action[0], session.frame().intent[0]);
  EXPECT_EQ(session.frame().torque[1], -1.5);  // gear 2
}

TEST(Session, GoingBackTakesUpThePolicyOfThen) {
  Session session = MakeSession(CardFor<RememberingPolicy>("first"));
  for (int i = 0; i < 4; ++i) session.Step();
  session.UsePolicy(CardFor<RememberingPolicy>("second"));
  session.Step();
  EXPECT_EQ(session.frame().policy->label, "second");
  session.Seek(2);
  EXPECT_EQ(session.policy()->label, "first");
}

TEST(Session, RepeatsThePushesOfARestartedEpisode) {
  Session session = MakeSession(CardFor<RememberingPolicy>("remembering"));
  const Wrench push{SwingTask::kLowerBody, {20, 0, 0}, {0, 0, 0}};
  for (int i = 0; i < 6; ++i) session.Step(i == 2 || i == 3 ? push : Wrench{});
  const auto pushed = session.frame().state.simulation;
  session.repeat_pushes = true;
  session.RestartEpisode();
  for (int i = 0; i < 6; ++i) session.Step();
  EXPECT_EQ(session.frame().state.simulation, pushed);
  session.repeat_pushes = false;
  session.RestartEpisode();
  for (int i = 0; i < 6; ++i) session.Step();
  EXPECT_NE(session.frame().state.simulation, pushed);
}

TEST(Session, AGhostLivesThroughTheSameEpisode) {
  Session session = MakeSession(CardFor<RememberingPolicy>("first"));
  for (int i = 0; i < 3; ++i) session.Step();
  session.UseGhost(CardFor<RememberingPolicy>("same"));
  for (int i = 0; i < 5; ++i) session.Step({SwingTask::kLowerBody, {9, 0, 0}, {0, 0, 0}});
  ASSERT_TRUE(session.frame().ghost);
  EXPECT_EQ(session.frame().ghost->state.simulation, session.frame().state.simulation);
  session.UseGhost(CardFor<FailingPolicy>("other", 1000));
  std::vector<sim::SimulationState> ghosts;
  for (int i = 0; i < 5; ++i) {
    session.Step();
    ghosts.push_back(session.frame().ghost->state.simulation);
    EXPECT_NE(ghosts.back(), session.frame().state.simulation);
  }
  session.Seek(session.history().size() - 4);
  for (int i = 2; i < 5; ++i) {
    session.Step();
    EXPECT_EQ(session.frame().ghost->state.simulation, ghosts[i]);
  }
}

/// Publishes whatever was put into it, as a running trainer would.
class Mailbox : public PolicySource {
 public:
  explicit Mailbox(PolicyHandle* slot) : slot_(slot) {}
  PolicyHandle Poll() override { return std::exchange(*slot_, nullptr); }

 private:
  PolicyHandle* slot_;
};

TEST(Session, TakesUpANewerPolicyBetweenSteps) {
  auto task = std::make_shared<SwingTask>();
  PolicyHandle slot =
      MakeCard("zero", [task] { return sim::MakeScriptedPolicy("zero", *task, 0); });
  Session session(task, std::make_unique<Mailbox>(&slot), {});
  session.Step();
  EXPECT_EQ(session.policy()->label, "zero");
  slot = CardFor<RememberingPolicy>("remembering");
  session.Step();
  EXPECT_EQ(session.policy()->label, "remembering");
  EXPECT_NE(session.frame().action[0], 0);
}

TEST(Session, NeedsAPolicy) {
  EXPECT_THROW(
      Session(std::make_shared<SwingTask>(), std::make_unique<FixedPolicySource>(nullptr), {}),
      Error);
}

}  // namespace
}  // namespace sinew::viewer
