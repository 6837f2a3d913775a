// What holds for every task that lets its goal be exchanged; a new one is covered by its registry
// line.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "sim/env.h"
#include "spec/goal.h"
#include "tasks/registry.h"
#include "tests/tasks/sled_folder.h"

namespace sinew::tasks {
namespace {

std::vector<float> ToFloat(std::span<const double> values) {
  return {values.begin(), values.end()};
}

std::vector<std::string> GoalTasks() {
  std::vector<std::string> names;
  for (const std::string& name : TaskNames()) {
    if (MakeTask(name)->goals()) names.push_back(name);
  }
  return names;
}

class GoalsTest : public testing::TestWithParam<std::string> {
 protected:
  /// One step under random control, some of it out of range.
  struct Step {
    std::vector<float> before, action, after;
    double reward = 0;
  };
  Step TakeStep() {
    Step step;
    step.before = ToFloat(env_.observation());
    for (int i = 0; i < env_.spec().act_dim(); ++i) {
      step.action.push_back(static_cast<float>(random_.Uniform(-1.3, 1.3)));
    }
    const spec::StepResult result = env_.Step(step.action);
    step.after = ToFloat(env_.observation());
    step.reward = result.reward;
    if (result.done()) env_.Reset();
    return step;
  }

  std::shared_ptr<const sim::Task> task_ = MakeTask(GetParam());
  std::shared_ptr<const spec::GoalModel> goals_ = task_->goals();
  sim::Env env_{task_, 5};
  Random random_{11};
};

TEST_P(GoalsTest, TheTrueGoalGivesTheTasksRewardAndObservation) {
  std::vector<float> goal(goals_->goal_dim()), next_goal = goal;
  for (int t = 0; t < 300; ++t) {
    Step step = TakeStep();
    EXPECT_NEAR(goals_->Reward(step.before, step.action, step.after), step.reward, 1e-5) << t;
    goals_->Desired(step.before, goal);
    goals_->Desired(step.after, next_goal);
    for (size_t i = 0; i < goal.size(); ++i) EXPECT_NEAR(goal[i], next_goal[i], 1e-6);
    const std::vector<float> before = step.before, after = step.after;
    goals_->Replace(goal, step.before);
    goals_->Replace(goal, step.after);
    for (size_t i = 0; i < before.size(); ++i) {
      EXPECT_NEAR(step.before[i], before[i], 1e-6);
      EXPECT_NEAR(step.after[i], after[i], 1e-6);
    }
    EXPECT_NEAR(goals_->Reward(step.before, step.action, step.after), step.reward, 1e-5);
  }
}

TEST_P(GoalsTest, AnotherGoalIsAskedForAndTheStateStays) {
  const size_t size = goals_->goal_dim();
  std::vector<float> goal(size), desired(size), achieved(size), achieved_then(size);
  for (int t = 0; t < 100; ++t) {
    Step step = TakeStep();
    goals_->Achieved(step.after, achieved);
    for (float& x : goal) x = static_cast<float>(random_.Uniform(-0.5, 0.5));
    goals_->Replace(goal, step.after);
    goals_->Desired(step.after, desired);
    goals_->Achieved(step.after, achieved_then);
    for (size_t i = 0; i < size; ++i) {
      EXPECT_NEAR(desired[i], goal[i], 1e-6);
      EXPECT_NEAR(achieved_then[i], achieved[i], 1e-6);
    }
  }
}

TEST_P(GoalsTest, TheAttainedGoalIsWorthMoreThanAnother) {
  std::vector<float> attained(goals_->goal_dim());
  for (int t = 0; t < 50; ++t) {
    Step step = TakeStep();
    goals_->Achieved(step.before, attained);
    const auto worth = [&](float shift) {
      std::vector<float> goal = attained;
      goal[0] += shift;
      std::vector<float> before = step.before;
      goals_->Replace(goal, before);
      // a stretch of standing still, so that the reward's timing does not matter
      return goals_->Reward(before, step.action, before);
    };
    EXPECT_GT(worth(0), worth(0.1f) + 0.05);
    EXPECT_GT(worth(0.1f), worth(0.3f) + 0.05);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryGoalTask, GoalsTest, testing::ValuesIn(GoalTasks()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

// The observation and reward of a simulation whose target really stands elsewhere.
TEST(GoalsTest, ReplacingIsWhatMovingTheTargetIs) {
  struct Case {
    std::string task;
    std::vector<float> goal;
  };
  for (const Case& c : {Case{"reacher", {0.1f, -0.07f}}, Case{"arm-reach", {0.4f, -0.2f, 0.6f}}}) {
    const auto task = MakeTask(c.task);
    sim::Env env(task, 3), moved(task, 3);
    if (c.task == "reacher") {
      std::vector<double> qpos(env.simulation().qpos().begin(), env.simulation().qpos().end());
      const std::vector<double> qvel(env.simulation().qvel().begin(),
                                     env.simulation().qvel().end());
      for (int i = 0; i < 2; ++i) qpos[2 + i] = c.goal[i];
      moved.ResetToState(qpos, qvel);
    } else {
      for (int i = 0; i < 3; ++i) moved.simulation().data()->mocap_pos[i] = c.goal[i];
      const sim::Simulation& start = env.simulation();
      moved.ResetToState({start.data()->qpos, static_cast<size_t>(start.model()->nq)},
                         {start.data()->qvel, static_cast<size_t>(start.model()->nv)});
      for (int i = 0; i < 3; ++i) moved.simulation().data()->mocap_pos[i] = c.goal[i];
    }
    Random random(4);
    std::vector<float> before, last_action;
    for (int t = 0; t < 30; ++t) {
      std::vector<float> action(env.spec().act_dim());
      for (float& a : action) a = static_cast<float>(random.Uniform(-1, 1));
      before = ToFloat(env.observation());
      env.Step(action);
      const double reward = moved.Step(action).reward;
      std::vector<float> after = ToFloat(env.observation());
      task->goals()->Replace(c.goal, before);
      task->goals()->Replace(c.goal, after);
      EXPECT_NEAR(task->goals()->Reward(before, action, after), reward, 1e-5) << c.task;
      for (size_t i = 0; i < after.size(); ++i) {
        EXPECT_NEAR(after[i], moved.observation()[i], 1e-5)
            << c.task << ", " << env.spec().observation[i].name << ", step " << t;
      }
    }
  }
}

// the tests' sled from a task file: what is pushed, or itself, is to come to the target
class FileGoalsTest : public TaskFileTest {
 protected:
  void ExpectTrue(const std::shared_ptr<const sim::Task>& task) {
    const auto goals = task->goals();
    ASSERT_TRUE(goals);
    sim::Env env(task, 3);
    Random random(4);
    std::vector<float> goal(3), achieved(3);
    for (int t = 0; t < 60; ++t) {
      std::vector<float> action(env.spec().act_dim());
      for (float& a : action) a = static_cast<float>(random.Uniform(-1.3, 1.3));
      std::vector<float> before = ToFloat(env.observation());
      const double reward = env.Step(action).reward;
      std::vector<float> after = ToFloat(env.observation());
      EXPECT_NEAR(goals->Reward(before, action, after), reward, 1e-5) << t;
      // what another target in the simulation gives
      for (float& x : goal) x = static_cast<float>(random.Uniform(-0.5, 0.5));
      auto other = env.simulation().Clone();
      other.RestoreState(env.simulation().SaveState());
      for (int i = 0; i < 3; ++i) other.data()->mocap_pos[i] = goal[i];
      std::vector<double> seen(after.size()), terms(env.spec().reward_terms.size());
      other.Forward();
      task->Observe(other, seen);
      task->Reward(other, terms);
      goals->Achieved(after, achieved);
      goals->Replace(goal, after);
      for (size_t i = 0; i < seen.size(); ++i)
        EXPECT_NEAR(after[i], seen[i], 1e-5) << task->spec().observation[i].name;
      EXPECT_NEAR(goals->Reward(before, action, after),
                  std::accumulate(terms.begin(), terms.end(), 0.0), 1e-5);
      // the target where the point is: no distance is left
      goals->Replace(achieved, after);
      goals->Desired(after, goal);
      EXPECT_EQ(goal, achieved);
    }
  }
};

TEST_F(FileGoalsTest, ReplacingIsWhatMovingTheTargetIs) {
  ExpectTrue(Make(kReach + "precision = 1.0\njoint_speed = 0.1\nalive = 0.5\n"));
  ExpectTrue(
      Make("[task]\nmodel = \"sled.xml\"\ngoal = \"push\"\nsite = \"tip\"\nobject = \"puck\"\n"
           "[task.target]\nlow = [0.5, 0, 0.5]\nhigh = [0.7, 0, 0.5]\n"
           "[task.reward]\nobject_distance = 1\nobject_precision = 1\nhand_distance = 0.1\n"));
}

TEST_F(FileGoalsTest, WhatCannotBeExchangedHasNoGoals) {
  std::string moving = kReach;
  moving.replace(moving.find("reach"), 5, "track");
  EXPECT_EQ(Make(moving)->goals(), nullptr);
  std::string blind = kReach;
  blind.insert(blind.find("[task.target]"), "observation = [\"joint_angles\", \"target_error\"]\n");
  EXPECT_EQ(Make(blind)->goals(), nullptr);
}

TEST(GoalsTest, ATaskWithoutAGoalHasNone) { EXPECT_EQ(MakeTask("pendulum")->goals(), nullptr); }

}  // namespace
}  // namespace sinew::tasks
