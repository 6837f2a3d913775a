#include "tasks/arm/arm_grip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <map>

#include "sim/env.h"
#include "tasks/registry.h"
#include "tests/tasks/scripted_hand.h"

namespace sinew::tasks {
namespace {

constexpr double kHalfCube = 0.02;
// the arm is heavier than the planar one
constexpr ScriptedHand::Gains kGains{
    .stiffness = 400, .damping = 50, .turn_stiffness = 10, .turn_damping = 1};

std::shared_ptr<const sim::Task> Build(
    const std::string& name, const std::vector<std::pair<std::string, std::string>>& options) {
  const auto builder = MakeTaskBuilder(name);
  OptionTable table("task");
  builder->Describe(table);
  for (const auto& [key, value] : options) table.Set(key, value);
  return builder->Build();
}

Eigen::Vector3d Cube(const sim::Env& env) {
  return env.simulation().BodyPosition(env.simulation().Id(mjOBJ_BODY, "object"));
}
Eigen::Vector3d Grip(const sim::Env& env) {
  return env.simulation().SitePosition(env.simulation().Id(mjOBJ_SITE, "grip"));
}
Eigen::Map<Eigen::Vector3d> Target(sim::Env* env) {
  return Eigen::Map<Eigen::Vector3d>(env->simulation().data()->mocap_pos);
}

// in metres; an element of the observation by its name
double Observed(const sim::Env& env, const std::string& name) {
  const auto& elements = env.spec().observation;
  const auto found = std::ranges::find(elements, name, &spec::ObservationElement::name);
  EXPECT_NE(found, elements.end()) << name;
  return env.observation()[found - elements.begin()];
}

double DeepestContact(const sim::Env& env) {
  const mjData* data = env.simulation().data();
  double depth = 0;
  for (int i = 0; i < data->ncon; ++i) depth = std::max(depth, -data->contact[i].dist);
  return depth;
}

TEST(ArmGripTest, StartsAtRestAboveTheCubeWithoutPenetration) {
  for (const char* name : {"arm-lift", "arm-pick-place"}) {
    sim::Env env(MakeTask(name), 1);
    const mjModel* model = env.simulation().model();
    for (int k = 0; k < 200; ++k, env.Reset()) {
      ASSERT_LT(DeepestContact(env), 1e-9) << "episode " << k;
      ASSERT_EQ(env.simulation().qvel().norm(), 0);
      ASSERT_DOUBLE_EQ(Cube(env).z(), kHalfCube);
      ASSERT_GT(Grip(env).z(), 0.17);
      ASSERT_LT(Observed(env, "approach_up"), -0.95) << "the hand points down";
      for (int j = 0; j < 7; ++j) {
        ASSERT_GE(env.simulation().qpos()[j], model->jnt_range[2 * j]);
        ASSERT_LE(env.simulation().qpos()[j], model->jnt_range[2 * j + 1]);
      }
    }
  }
}

TEST(ArmGripTest, TargetLiesAboveTheCubeOrAnywhere) {
  sim::Env lift(MakeTask("arm-lift"), 2), place(MakeTask("arm-pick-place"), 2);
  int on_floor = 0;
  constexpr int kEpisodes = 400;
  for (int k = 0; k < kEpisodes; ++k, lift.Reset(), place.Reset()) {
    ASSERT_LT((Target(&lift) - Cube(lift) - Eigen::Vector3d(0, 0, 0.2)).norm(), 1e-12);
    const Eigen::Vector3d target = Target(&place);
    ASSERT_GE(target.x(), 0.4);
    ASSERT_LE(target.x(), 0.58);
    ASSERT_LE(std::abs(target.y()), 0.2);
    ASSERT_LE(target.z(), 0.35);
    on_floor += target.z() == kHalfCube;
  }
  EXPECT_NEAR(on_floor, 0.5 * kEpisodes, 5 * std::sqrt(0.25 * kEpisodes));
}

TEST(ArmGripTest, TrainingMixesInEasierStarts) {
  const auto task = Build("arm-pick-place", {{"start_in_hand", "0.3"}, {"start_around", "0.2"}});
  sim::Env training(task, 3, sim::Starts::kTraining), evaluation(task, 3);
  int in_hand = 0, around = 0;
  constexpr int kEpisodes = 500;
  for (int k = 0; k < kEpisodes; ++k, training.Reset(), evaluation.Reset()) {
    ASSERT_LT(DeepestContact(training), 1e-6) << "episode " << k;
    const double reach = (Cube(training) - Grip(training)).norm();
    in_hand += reach < 1e-9;
    around += reach >= 1e-9 && reach < 0.05;
    ASSERT_GE((Cube(evaluation) - Grip(evaluation)).norm(), 0.1) << "episode " << k;
  }
  EXPECT_NEAR(in_hand, 0.3 * kEpisodes, 5 * std::sqrt(0.21 * kEpisodes));
  EXPECT_NEAR(around, 0.2 * kEpisodes, 5 * std::sqrt(0.16 * kEpisodes));
}

TEST(ArmGripTest, SeesTheCubeFromTheHand) {
  sim::Env env(Build("arm-lift", {{"start_in_hand", "1"}}), 4, sim::Starts::kTraining);
  for (int k = 0; k < 20; ++k, env.Reset()) {
    for (const char* axis : {"x", "y", "z"})
      EXPECT_NEAR(Observed(env, std::string("object_in_hand_") + axis), 0, 1e-9);
    EXPECT_NEAR(Observed(env, "sin_4_turn"), 0, 1e-9);
    EXPECT_NEAR(Observed(env, "cos_4_turn"), 1, 1e-9);
    EXPECT_NEAR(Observed(env, "proximity_left"), 1, 1e-9);
    EXPECT_NEAR(Observed(env, "error_up"), 0.2 + kHalfCube - Cube(env).z(), 1e-9);
    const double pan = env.simulation().qpos()[0];
    EXPECT_NEAR(Observed(env, "object_tangential"),
                -std::sin(pan) * Cube(env).x() + std::cos(pan) * Cube(env).y(), 1e-12);
  }
}

TEST(ArmGripTest, RewardTermsFollowTheirFormulas) {
  sim::Env env(Build("arm-lift", {{"reach_weight", "3"},
                                  {"carry_weight", "5"},
                                  {"upright_weight", "0.4"},
                                  {"effort_weight", "0.5"}}),
               5);
  const std::vector<float> action{1.0f, -0.5f, 0.25f, 0.0f, -1.0f, 0.5f, 0.0f, 1.0f};
  env.Step(action);
  const double squares = 1 + 0.25 + 0.0625 + 1 + 0.25 + 1;
  EXPECT_NEAR(env.reward_terms()[0], -3 * (Grip(env) - Cube(env)).norm(), 1e-12);
  EXPECT_NEAR(env.reward_terms()[2], -5 * (Target(&env) - Cube(env)).norm(), 1e-12);
  EXPECT_NEAR(env.reward_terms()[4], -0.5 * squares / 8, 1e-9);
  EXPECT_NEAR(env.reward_terms()[5], -0.4 * (1 + Observed(env, "approach_up")), 1e-12);
}

// close, lift, shake three times, hold for 5 s
TEST(ArmGripTest, HandHoldsWhatItGrasps) {
  constexpr double kOpening = 1, kClosing = -1;
  const auto task = Build("arm-lift", {{"start_around", "1"}, {"torque_scale", "1"}});
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    sim::Env env(task, seed, sim::Starts::kTraining);
    ScriptedHand hand(&env, "object", kGains);
    hand.Move({0, 0, kHalfCube + 0.003 - hand.goal().z()}, 0.8, kOpening);
    hand.Hold(0.8, kClosing);
    hand.MarkGrasp();
    hand.Move({0, 0, 0.25}, 1.5, kClosing);
    EXPECT_LT(hand.slip(), 1e-3) << "lifting";
    for (int i = 0; i < 3; ++i) {
      hand.Move({0.03, 0.03, 0.03}, 0.3, kClosing);
      hand.Move({-0.03, -0.03, -0.03}, 0.3, kClosing);
    }
    EXPECT_LT(hand.slip(), 1e-3) << "shaking";
    hand.Hold(5, kClosing);
    EXPECT_LT(hand.slip(), 1e-3) << "holding";
    EXPECT_LT(hand.penetration(), 1e-3);
    EXPECT_NEAR(Cube(env).z(), kHalfCube + 0.25, 0.02);
  }
}

}  // namespace
}  // namespace sinew::tasks
