#include "tasks/planar/planar_gripper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>

#include "core/error.h"
#include "tasks/registry.h"
#include "tests/tasks/scripted_hand.h"

namespace sinew::tasks {
namespace {

using Options = std::vector<std::pair<std::string, std::string>>;

constexpr double kBallRadius = 0.025;

std::shared_ptr<const sim::Task> Build(const std::string& name, const Options& options) {
  const auto builder = MakeTaskBuilder(name);
  OptionTable table("task");
  builder->Describe(table);
  for (const auto& [key, value] : options) table.Set(key, value);
  return builder->Build();
}

Eigen::Vector3d Ball(const sim::Env& env) {
  return env.simulation().BodyPosition(env.simulation().Id(mjOBJ_BODY, "object"));
}
Eigen::Vector3d Grip(const sim::Env& env) {
  return env.simulation().SitePosition(env.simulation().Id(mjOBJ_SITE, "grip"));
}
Eigen::Map<Eigen::Vector3d> Target(sim::Env* env) {
  return Eigen::Map<Eigen::Vector3d>(env->simulation().data()->mocap_pos);
}
double& Position(sim::Env* env, const char* joint) {
  const sim::Simulation& simulation = env->simulation();
  return env->simulation()
      .data()
      ->qpos[simulation.model()->jnt_qposadr[simulation.Id(mjOBJ_JOINT, joint)]];
}

double DeepestContact(const sim::Env& env) {
  const mjData* data = env.simulation().data();
  double depth = 0;
  for (int i = 0; i < data->ncon; ++i) depth = std::max(depth, -data->contact[i].dist);
  return depth;
}

std::map<std::string, double> Observation(const sim::Env& env) {
  std::map<std::string, double> observation;
  for (int i = 0; i < env.spec().obs_dim(); ++i)
    observation[env.spec().observation[i].name] = env.observation()[i];
  return observation;
}

class PlanarGripperTest : public testing::TestWithParam<std::string> {};

TEST_P(PlanarGripperTest, StartsAtRestAboveTheBallWithoutPenetration) {
  sim::Env env(MakeTask(GetParam()), 1);
  const mjModel* model = env.simulation().model();
  const bool thrown = GetParam() == "gripper-catch", moving = GetParam() == "moving-gripper";
  for (int k = 0; k < 300; ++k, env.Reset()) {
    ASSERT_LT(DeepestContact(env), 1e-9) << "episode " << k;
    ASSERT_GE(Grip(env).z(), 0.25);
    ASSERT_GE(Ball(env).x(), moving ? 0 : 0.1);
    ASSERT_LE(Ball(env).x(), moving ? 0.6 : 0.45);
    if (thrown) {
      ASSERT_GT(Ball(env).z(), kBallRadius);
      ASSERT_NE(Observation(env)["velocity_object_x"], 0);
    } else {
      ASSERT_DOUBLE_EQ(Ball(env).z(), kBallRadius);
      ASSERT_EQ(env.simulation().qvel().norm(), 0);
    }
    for (int j = 0; j < model->njnt; ++j) {
      if (!model->jnt_limited[j]) continue;
      ASSERT_GE(env.simulation().qpos()[j], model->jnt_range[2 * j]) << j;
      ASSERT_LE(env.simulation().qpos()[j], model->jnt_range[2 * j + 1]) << j;
    }
  }
}

TEST_P(PlanarGripperTest, TrainingMixesInEasierStarts) {
  const auto task = Build(GetParam(), {{"start_in_hand", "0.3"}, {"start_around", "0.2"}});
  sim::Env training(task, 2, sim::Starts::kTraining), evaluation(task, 2);
  int in_hand = 0, around = 0;
  constexpr int kEpisodes = 1000;
  for (int k = 0; k < kEpisodes; ++k, training.Reset(), evaluation.Reset()) {
    ASSERT_LT(DeepestContact(training), 1e-9) << "episode " << k;
    const double reach = (Ball(training) - Grip(training)).norm();
    in_hand += reach < 1e-9;
    around += reach >= 1e-9 && reach < 0.03;
    ASSERT_GE((Ball(evaluation) - Grip(evaluation)).norm(), 0.1) << "episode " << k;
  }
  EXPECT_NEAR(in_hand, 0.3 * kEpisodes, 5 * std::sqrt(0.21 * kEpisodes));
  EXPECT_NEAR(around, 0.2 * kEpisodes, 5 * std::sqrt(0.16 * kEpisodes));
}

INSTANTIATE_TEST_SUITE_P(EveryPlanarGripper, PlanarGripperTest,
                         testing::Values("gripper", "gripper-random", "moving-gripper",
                                         "gripper-catch"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(PlanarGripperTargetTest, IsFixedOrRandom) {
  sim::Env fixed(MakeTask("gripper"), 3), random(MakeTask("gripper-random"), 3);
  Eigen::AlignedBox3d seen;
  for (int k = 0; k < 300; ++k, fixed.Reset(), random.Reset()) {
    EXPECT_EQ(Eigen::Vector3d(Target(&fixed)), Eigen::Vector3d(0.3, 0, 0.3));
    seen.extend(Eigen::Vector3d(Target(&random)));
  }
  // the range is filled but for about one part in 300
  EXPECT_NEAR(seen.min().x(), 0.15, 0.01);
  EXPECT_NEAR(seen.max().x(), 0.45, 0.01);
  EXPECT_NEAR(seen.min().z(), 0.08, 0.01);
  EXPECT_NEAR(seen.max().z(), 0.40, 0.01);
}

TEST(PlanarGripperObservationTest, SeesTheObjectFromTheHand) {
  sim::Env env(Build("gripper-random", {{"start_in_hand", "1"}}), 4, sim::Starts::kTraining);
  auto seen = Observation(env);
  EXPECT_NEAR(seen["object_along_hand"], 0, 1e-9);
  EXPECT_NEAR(seen["object_across_hand"], 0, 1e-9);
  EXPECT_NEAR(seen["proximity_left"], 1, 1e-9);
  EXPECT_NEAR(seen["proximity_right"], 1, 1e-9);
  EXPECT_NEAR(seen["grip_x"], Ball(env).x(), 1e-9);
  EXPECT_NEAR(seen["error_z"], Target(&env).z() - Ball(env).z(), 1e-12);
  const double pitch = std::atan2(seen["sin_pitch"], seen["cos_pitch"]);

  // 1 cm towards the fingertips, and the fingers opened by 5 mm each
  Position(&env, "object_x") += 0.01 * std::cos(pitch);
  Position(&env, "object_z") += 0.01 * std::sin(pitch);
  for (const char* finger : {"finger_left", "finger_right"}) Position(&env, finger) += 0.005;
  env.simulation().Forward();
  std::vector<double> observation(env.spec().obs_dim());
  env.task().Observe(env.simulation(), observation);
  const auto at = [&](const std::string& name) {
    for (int i = 0; i < env.spec().obs_dim(); ++i)
      if (env.spec().observation[i].name == name) return observation[i];
    throw Error("no observation " + name);
  };
  EXPECT_NEAR(at("object_along_hand"), 0.01, 1e-9);
  EXPECT_NEAR(at("object_across_hand"), 0, 1e-9);
  // the grip point lies 1 cm before the pads' end, so the gap is still 5 mm: exp(-0.5)
  EXPECT_NEAR(at("proximity_left"), std::exp(-0.5), 1e-9);
  EXPECT_NEAR(at("proximity_right"), std::exp(-0.5), 1e-9);
}

TEST(PlanarGripperRewardTest, TermsFollowTheirFormulas) {
  sim::Env env(Build("gripper", {{"reach_weight", "3"},
                                 {"carry_weight", "5"},
                                 {"precision_weight", "2"},
                                 {"precision_width", "0.3"},
                                 {"effort_weight", "0.5"}}),
               5);
  const std::vector<float> action{1.0f, -0.5f, 0.25f, 0.0f, -1.0f};
  env.Step(action);
  const double carry = (Target(&env) - Ball(env)).norm();
  EXPECT_DOUBLE_EQ(env.goal_distance(), carry);
  EXPECT_NEAR(env.reward_terms()[0], -3 * (Grip(env) - Ball(env)).norm(), 1e-12);
  EXPECT_EQ(env.reward_terms()[1], 0) << "nothing is grasped";
  EXPECT_NEAR(env.reward_terms()[2], -5 * carry, 1e-12);
  EXPECT_NEAR(env.reward_terms()[3], 2 * std::exp(-carry * carry / 0.09), 1e-12);
  EXPECT_NEAR(env.reward_terms()[4], -0.5 * (1 + 0.25 + 0.0625 + 1) / 5, 1e-9);
}

TEST(PlanarGripperRewardTest, GraspPaysWhileBothPadsTouch) {
  sim::Env env(Build("gripper", {{"start_in_hand", "1"}, {"grasp_weight", "0.7"}}), 6,
               sim::Starts::kTraining);
  std::vector<float> action(5, 0.0f);
  action.back() = -1;
  for (int k = 0; k < 10; ++k) env.Step(action);
  EXPECT_EQ(env.reward_terms()[1], 0.7);
  action.back() = 1;
  for (int k = 0; k < 10; ++k) env.Step(action);
  EXPECT_EQ(env.reward_terms()[1], 0);
}

TEST(PlanarGripperRewardTest, SparseRewardIsOneWithinThreeCentimetres) {
  sim::Env env(Build("gripper", {{"reward", "sparse"}}), 7);
  ASSERT_EQ(env.spec().reward_terms.size(), 1u);
  const std::vector<float> rest(5, 0.0f);
  EXPECT_EQ(env.Step(rest).reward, 0);
  Target(&env) = Ball(env) + Eigen::Vector3d(0.02, 0, 0.02);
  EXPECT_EQ(env.Step(rest).reward, 1) << "2.8 cm off";
  Target(&env) = Ball(env) + Eigen::Vector3d(0.02, 0, 0.024);
  EXPECT_EQ(env.Step(rest).reward, 0) << "3.1 cm off";
}

class GraspTest : public testing::TestWithParam<std::string> {};

// close, lift, shake three times, hold for 5 s
TEST_P(GraspTest, HoldsWhatItGrasps) {
  constexpr double kOpening = 1, kClosing = -0.5;
  const auto task = Build(GetParam(), {{"start_around", "1"}});
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    sim::Env env(task, seed, sim::Starts::kTraining);
    ScriptedHand hand(&env, "object", {});
    hand.Move({0, 0, kBallRadius - hand.goal().z()}, 0.4, kOpening);
    hand.Hold(0.8, kClosing);
    hand.MarkGrasp();
    hand.Move({0, 0, 0.25}, 1, kClosing);
    EXPECT_LT(hand.slip(), 1e-3) << "lifting";
    // away from the wall, which the ball would hit
    const double inwards = hand.goal().x() > 0.3 ? -0.04 : 0.04;
    for (int i = 0; i < 3; ++i) {
      hand.Move({inwards, 0, 0.04}, 0.25, kClosing);
      hand.Move({-inwards, 0, -0.04}, 0.25, kClosing);
    }
    EXPECT_LT(hand.slip(), 1e-3) << "shaking";
    hand.Hold(5, kClosing);
    EXPECT_LT(hand.slip(), 1e-3) << "holding";
    EXPECT_LT(hand.penetration(), 1e-3);
    EXPECT_NEAR(Ball(env).z(), kBallRadius + 0.25, 0.02);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryPlanarGripper, GraspTest,
                         testing::Values("gripper-random", "moving-gripper"), [](const auto& info) {
                           return info.param.substr(0, info.param.find('-'));
                         });

}  // namespace
}  // namespace sinew::tasks
