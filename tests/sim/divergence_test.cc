#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sim/env.h"
#include "sim/simulation.h"
#include "tests/sim/point_mass.h"

namespace sinew::sim {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A free body in front of two hinges: qpos and qvel number the joints differently.
std::string TwoHinges(const std::string& integrator) {
  return R"(
    <mujoco>
      <option integrator=")" +
         integrator + R"("/>
      <worldbody>
        <body pos="5 0 0"><freejoint name="floating"/><geom size="0.1"/></body>
        <body name="arm">
          <joint name="shoulder" axis="0 1 0"/>
          <geom type="capsule" fromto="0 0 0 0 0 -0.5" size="0.05"/>
          <body pos="0 0 -0.5">
            <joint name="elbow" axis="0 1 0"/>
            <geom type="capsule" fromto="0 0 0 0 0 -0.5" size="0.04"/>
          </body>
        </body>
      </worldbody>
      <actuator>
        <motor name="shoulder_motor" joint="shoulder"/>
        <motor name="elbow_motor" joint="elbow"/>
      </actuator>
    </mujoco>)";
}

struct Fault {
  std::string quantity;
  double value;
  std::string joint;
};

class DivergenceTest : public testing::TestWithParam<std::tuple<std::string, bool>> {
 protected:
  Simulation Make() const {
    const auto& [integrator, compensated] = GetParam();
    Simulation simulation = Simulation::FromString(TwoHinges(integrator));
    if (compensated) simulation.EnableGravityCompensation(simulation.Id(mjOBJ_BODY, "arm"));
    return simulation;
  }
  static void Inject(const Fault& fault, Simulation* simulation) {
    mjData* d = simulation->data();
    const int joint = simulation->Id(mjOBJ_JOINT, fault.joint);
    if (fault.quantity == "qpos") d->qpos[simulation->model()->jnt_qposadr[joint]] = fault.value;
    if (fault.quantity == "qvel") d->qvel[simulation->model()->jnt_dofadr[joint]] = fault.value;
    if (fault.quantity == "qacc")
      d->qfrc_applied[simulation->model()->jnt_dofadr[joint]] = fault.value;
  }
};

TEST_P(DivergenceTest, EveryBadNumberIsSeenAndItsJointNamed) {
  for (const double value : {kNan, kInfinity, -kInfinity, 1e11}) {
    for (const char* quantity : {"qpos", "qvel"}) {
      for (const char* joint : {"floating", "shoulder", "elbow"}) {
        Simulation simulation = Make();
        for (int i = 0; i < 5; ++i) ASSERT_TRUE(simulation.Substep());
        ASSERT_FALSE(simulation.divergence());
        Inject({quantity, value, joint}, &simulation);
        ASSERT_FALSE(simulation.Substep()) << quantity << " " << value;
        ASSERT_TRUE(simulation.divergence());
        EXPECT_EQ(simulation.divergence()->quantity, quantity);
        EXPECT_EQ(simulation.divergence()->joint, joint);
        EXPECT_NEAR(simulation.divergence()->time, 5 * 0.002, 1e-12);
        EXPECT_THAT(simulation.divergence()->Describe(),
                    AllOf(HasSubstr(quantity), HasSubstr(joint)));
      }
    }
  }
}

TEST_P(DivergenceTest, BadAccelerationIsSeen) {
  for (const double force : {kNan, 1e13}) {
    Simulation simulation = Make();
    // the compensation owns the arm's applied forces, so the fault is put on the free body
    Inject({"qacc", force, "floating"}, &simulation);
    ASSERT_FALSE(simulation.Substep());
    EXPECT_EQ(simulation.divergence()->joint, "floating");
  }
}

TEST_P(DivergenceTest, BadControlNamesTheActuator) {
  Simulation simulation = Make();
  simulation.data()->ctrl[1] = kNan;
  ASSERT_FALSE(simulation.Substep());
  EXPECT_EQ(simulation.divergence()->quantity, "ctrl");
  EXPECT_EQ(simulation.divergence()->joint, "elbow_motor");
}

// the check looks at the state that a step leaves, not only at the one that it began with
TEST_P(DivergenceTest, StepThatLeavesTheRangeIsSeenAtOnce) {
  Simulation simulation = Make();
  const int dof = simulation.model()->jnt_dofadr[simulation.Id(mjOBJ_JOINT, "floating")];
  simulation.qpos()[0] = 9.9999e9;
  simulation.qvel()[dof] = 9e9;  // 1.8e7 m a step
  ASSERT_FALSE(simulation.Substep());
  EXPECT_EQ(simulation.divergence()->quantity, "qpos");
  EXPECT_EQ(simulation.divergence()->joint, "floating");
}

TEST_P(DivergenceTest, StaysSeenUntilReset) {
  Simulation simulation = Make();
  Inject({"qpos", kNan, "shoulder"}, &simulation);
  ASSERT_FALSE(simulation.Substep());
  ASSERT_FALSE(simulation.Substep());
  simulation.Reset();
  EXPECT_FALSE(simulation.divergence());
  EXPECT_TRUE(simulation.Substep());
}

INSTANTIATE_TEST_SUITE_P(Integrators, DivergenceTest,
                         testing::Values(std::tuple("Euler", false), std::tuple("Euler", true),
                                         std::tuple("implicit", true), std::tuple("RK4", false)),
                         [](const auto& info) {
                           return std::get<0>(info.param) +
                                  (std::get<1>(info.param) ? "Compensated" : "");
                         });

TEST(EnvDivergenceTest, EndsTheEpisodeWithTheLastGoodObservationAndNoReward) {
  Env env(std::make_shared<PointMass>(PointMassOptions{.start = 0.05}), 1);
  const std::vector<float> action{0.0f};
  for (int i = 0; i < 4; ++i) ASSERT_FALSE(env.Step(action).done());
  ASSERT_TRUE(env.success());
  const std::vector<double> good(env.observation().begin(), env.observation().end());
  const double earned = env.episode_return();
  env.simulation().qvel()[0] = kNan;
  const spec::StepResult result = env.Step(action);
  EXPECT_TRUE(result.diverged);
  EXPECT_FALSE(result.terminated || result.truncated);
  EXPECT_EQ(result.reward, 0);
  EXPECT_THAT(env.reward_terms(), Each(0));
  EXPECT_THAT(env.observation(), ElementsAre(good[0], good[1]));
  EXPECT_EQ(env.episode_return(), earned);
  EXPECT_FALSE(env.success()) << "a state that is none reaches no goal";
  env.Reset();
  EXPECT_FALSE(env.Step(action).diverged);
}

TEST(EnvDivergenceTest, IsSeenInTheSubstepInWhichItHappens) {
  // the last substep of a control step ends out of range: without a look at it, x = 1e10 would be
  // observed and rewarded
  Env env(std::make_shared<PointMass>(), 1);
  env.simulation().qvel()[0] = 9e9;
  env.simulation().qpos()[0] = 1e10 - 4.5 * 0.01 * 9e9;
  EXPECT_TRUE(env.Step(std::vector<float>{0.0f}).diverged);
}

}  // namespace
}  // namespace sinew::sim
