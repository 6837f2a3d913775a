// task.observe = positions: what holds for every registered task, and for a task file.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include "core/error.h"
#include "sim/env.h"
#include "sim/positions_task.h"
#include "tasks/registry.h"
#include "tests/core/temporary_folder.h"

namespace sinew::tasks {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::shared_ptr<const sim::Task> WithoutVelocities(const std::string& name) {
  const auto builder = MakeTaskBuilder(name);
  OptionTable table("task");
  builder->Describe(table);
  table.Set("observe", "\"positions\"");
  return builder->Build();
}

class ObserveTest : public testing::TestWithParam<std::string> {
 protected:
  std::vector<float> DrawAction() {
    std::vector<float> action(all_->spec().act_dim());
    for (float& a : action) a = static_cast<float>(random_.Uniform(-1, 1));
    return action;
  }

  std::shared_ptr<const sim::Task> all_ = MakeTask(GetParam());
  std::shared_ptr<const sim::Task> positions_ = WithoutVelocities(GetParam());
  Random random_{3};
};

TEST_P(ObserveTest, PositionsAreAllButTheVelocities) {
  std::vector<int> kept;
  const auto& elements = all_->spec().observation;
  for (int i = 0; i < all_->spec().obs_dim(); ++i) {
    if (elements[i].unit != "m/s" && elements[i].unit != "rad/s") kept.push_back(i);
  }
  ASSERT_EQ(positions_->spec().obs_dim(), static_cast<int>(kept.size()));
  EXPECT_LT(kept.size(), elements.size()) << "every task observes a velocity";
  for (size_t k = 0; k < kept.size(); ++k) {
    const auto& element = positions_->spec().observation[k];
    EXPECT_EQ(element.name, elements[kept[k]].name);
    EXPECT_EQ(element.unit, elements[kept[k]].unit);
    EXPECT_EQ(element.magnitude, elements[kept[k]].magnitude);
  }
  sim::Env seen(all_, 7), partly(positions_, 7);
  for (int episode = 0; episode < 2; ++episode) {
    for (spec::StepResult result; !result.done() && seen.step() < 100;) {
      for (size_t k = 0; k < kept.size(); ++k)
        ASSERT_EQ(partly.observation()[k], seen.observation()[kept[k]]) << elements[kept[k]].name;
      const auto action = DrawAction();
      result = seen.Step(action);
      const spec::StepResult other = partly.Step(action);
      ASSERT_EQ(result.reward, other.reward);
      ASSERT_EQ(result.terminated, other.terminated);
      ASSERT_EQ(result.truncated, other.truncated);
    }
    EXPECT_EQ(seen.success(), partly.success());
    seen.Reset();
    partly.Reset();
  }
}

// The units are held against the physics: other velocities in the same place may change nothing
// but velocities, and the forces that follow from them.
TEST_P(ObserveTest, WhatChangesWithTheVelocitiesIsMarkedAsOne) {
  sim::Env env(all_, 5);
  sim::Simulation& simulation = env.simulation();
  std::vector<double> before(all_->spec().obs_dim()), after = before;
  std::set<std::string> changed;
  for (int trial = 0; trial < 20; ++trial) {
    for (int step = 0; step < 7; ++step) {
      if (env.Step(DrawAction()).done()) env.Reset();
    }
    simulation.Forward();
    all_->Observe(simulation, before);
    for (double& v : simulation.qvel()) v += random_.Uniform(-0.5, 0.5);
    simulation.Forward();
    all_->Observe(simulation, after);
    for (size_t i = 0; i < after.size(); ++i) {
      const auto& element = all_->spec().observation[i];
      // a quaternion is normalised anew
      if (std::abs(after[i] - before[i]) < 1e-12) continue;
      changed.insert(element.name);
      EXPECT_TRUE(sim::IsVelocity(element) || element.unit.starts_with("N"))
          << element.name << " [" << element.unit << "]";
    }
  }
  for (const auto& element : all_->spec().observation) {
    // that of a target which moves by itself is no joint's
    if (!sim::IsVelocity(element) || element.name.starts_with("target")) continue;
    EXPECT_TRUE(changed.contains(element.name)) << element.name;
  }
}

TEST_P(ObserveTest, GoalsThatNeedNoVelocityStay) {
  const auto all = all_->goals(), partly = positions_->goals();
  ASSERT_EQ(all != nullptr, partly != nullptr);
  if (!all) return;
  sim::Env seen(all_, 2), unseen(positions_, 2);
  const auto to_float = [](std::span<const double> values) {
    return std::vector<float>(values.begin(), values.end());
  };
  std::vector<float> goal(all->goal_dim()), other = goal;
  for (int step = 0; step < 100; ++step) {
    const auto action = DrawAction();
    auto before = to_float(seen.observation()), part = to_float(unseen.observation());
    const bool done = seen.Step(action).done();
    unseen.Step(action);
    auto after = to_float(seen.observation()), part_after = to_float(unseen.observation());
    all->Achieved(after, goal);
    partly->Achieved(part_after, other);
    EXPECT_EQ(goal, other);
    all->Replace(goal, before);
    all->Replace(goal, after);
    partly->Replace(goal, part);
    partly->Replace(goal, part_after);
    EXPECT_EQ(all->Reward(before, action, after), partly->Reward(part, action, part_after));
    all->Desired(after, goal);
    partly->Desired(part_after, other);
    EXPECT_EQ(goal, other);
    if (done) {
      seen.Reset();
      unseen.Reset();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTask, ObserveTest, testing::ValuesIn(TaskNames()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

constexpr const char* kPole = R"(
  <mujoco>
    <worldbody>
      <body name="pole">
        <joint name="hinge" axis="0 1 0"/>
        <geom name="rod" type="capsule" fromto="0 0 0 0 0 0.5" size="0.02" mass="1"/>
        <site name="tip" pos="0 0 0.5"/>
      </body>
    </worldbody>
    <actuator><motor name="motor" joint="hinge" ctrllimited="true" ctrlrange="-1 1"/></actuator>
  </mujoco>)";

std::shared_ptr<const sim::Task> PoleTask(const TemporaryFolder& folder, const std::string& more) {
  std::ofstream(folder / "pole.xml") << kPole;
  std::ofstream(folder / "pole.toml")
      << "[task]\nmodel = \"pole.xml\"\ngoal = \"reach\"\nsite = \"tip\"\n"
      << "target.low = [0.3, 0, 0.3]\ntarget.high = [0.4, 0, 0.4]\nreward.distance = 1\n"
      << more;
  return MakeTask((folder / "pole.toml").string());
}

std::vector<std::string> NamesOf(const sim::Task& task) {
  std::vector<std::string> names;
  for (const auto& element : task.spec().observation) names.push_back(element.name);
  return names;
}

TEST(ObserveTaskFileTest, AFileSaysItOfItself) {
  const TemporaryFolder folder;
  EXPECT_THAT(NamesOf(*PoleTask(folder,
                                "observe = \"positions\"\nobservation = [\"joint_angles\", "
                                "\"joint_velocities\", \"site_velocity\", \"target_error\"]\n")),
              ElementsAre("angle_hinge", "target_error_x", "target_error_y", "target_error_z"));
}

TEST(ObserveTaskFileTest, SomethingHasToBeLeft) {
  const TemporaryFolder folder;
  EXPECT_THAT(
      [&] { PoleTask(folder, "observe = \"positions\"\nobservation = [\"joint_velocities\"]\n"); },
      ThrowsMessage<UserError>(HasSubstr("every element is a velocity")));
  EXPECT_THAT([&] { PoleTask(folder, "observe = \"velocities\"\n"); },
              ThrowsMessage<UserError>(HasSubstr("all, positions")));
}

/// Goals whose reward asks for rest.
class RestGoals : public spec::GoalModel {
 public:
  int goal_dim() const override { return 1; }
  void Achieved(std::span<const float> o, std::span<float> goal) const override { goal[0] = o[0]; }
  void Desired(std::span<const float>, std::span<float> goal) const override { goal[0] = 0; }
  void Replace(std::span<const float>, std::span<float>) const override {}
  double Reward(std::span<const float> o, std::span<const float>,
                std::span<const float> next) const override {
    return o[0] - next[1];
  }
};

class RestTask : public sim::Task {
 public:
  RestTask() : Task(sim::Simulation::FromString(kPole)) {
    spec_.name = "rest";
    spec_.observation = {{"angle", "rad"}, {"velocity", "rad/s"}};
    spec_.action = ActionFromModel(prototype().model());
  }
  void Reset(sim::Simulation&, Random&) const override {}
  void Observe(const sim::Simulation& s, std::span<double> o) const override {
    o[0] = s.qpos()[0];
    o[1] = s.qvel()[0];
  }
  void Reward(const sim::Simulation&, std::span<double>) const override {}
  std::shared_ptr<const spec::GoalModel> goals() const override {
    return std::make_shared<RestGoals>();
  }
};

TEST(PositionsTaskTest, GoalsWhoseRewardNeedsAVelocityGo) {
  const auto task = std::make_shared<RestTask>();
  EXPECT_NE(task->goals(), nullptr);
  EXPECT_EQ(sim::MakePositionsTask(task)->goals(), nullptr);
}

}  // namespace
}  // namespace sinew::tasks
