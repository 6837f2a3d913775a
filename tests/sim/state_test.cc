// Saving and restoring in the middle of an episode, for every registered task: the same bits
// follow.

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "sim/env.h"
#include "tasks/registry.h"

namespace sinew::sim {
namespace {

/// Everything that a step leaves behind that one can see.
struct Trace {
  std::vector<double> numbers;
  bool operator==(const Trace&) const = default;
};

// Each joint is driven to one side for a while, so that limits and contacts are met too.
class Actions {
 public:
  Actions(int size, uint64_t seed) : random_(seed, "actions"), side_(size) {}

  std::vector<float> Next() {
    if (step_++ % 25 == 0) {
      for (float& side : side_) side = random_.Below(2) ? 0.9f : -0.9f;
    }
    std::vector<float> action = side_;
    for (float& a : action) a += static_cast<float>(random_.Uniform(-0.1, 0.1));
    return action;
  }

 private:
  Random random_;
  std::vector<float> side_;
  int step_ = 0;
};

// steps on, through resets, with actions that follow from `seed`
Trace StepOn(Env* env, int steps, uint64_t seed) {
  Actions actions(env->spec().act_dim(), seed);
  Trace trace;
  for (int i = 0; i < steps; ++i) {
    const spec::StepResult result = env->Step(actions.Next());
    trace.numbers.insert(trace.numbers.end(),
                         {result.reward, double(result.terminated), double(result.truncated),
                          double(result.diverged), env->episode_return(), double(env->success()),
                          env->goal_distance(), double(env->step())});
    for (double value : env->observation()) trace.numbers.push_back(value);
    for (double value : env->simulation().SaveState().values) trace.numbers.push_back(value);
    if (result.done()) env->Reset();
  }
  // a task without a goal has the distance NaN, which equals nothing
  std::ranges::replace_if(
      trace.numbers, [](double v) { return v != v; }, -1.0);
  return trace;
}

class StateTest : public testing::TestWithParam<std::string> {
 protected:
  StateTest() : task_(tasks::MakeTask(GetParam())), env_(task_, 3) {}
  std::shared_ptr<const Task> task_;
  Env env_;
};

TEST_P(StateTest, RestoredEnvGoesOnWithTheSameBits) {
  const int limit = env_.spec().time_limit;
  for (int before : {0, 1, 7, 60, limit - 2}) {
    env_.Reset();
    StepOn(&env_, std::min(before, limit - 1), 1);
    const EnvState state = env_.SaveState();
    const Trace expected = StepOn(&env_, 40, 2);
    env_.RestoreState(state);
    EXPECT_EQ(env_.SaveState().simulation, state.simulation);
    EXPECT_EQ(StepOn(&env_, 40, 2), expected) << "saved after " << before << " steps";
  }
}

TEST_P(StateTest, AnotherEnvTakesOverWithTheSameBits) {
  StepOn(&env_, 13, 1);
  const EnvState state = env_.SaveState();
  const Trace expected = StepOn(&env_, env_.spec().time_limit, 2);

  // another seed would draw other start states, so the heir has the same one and another past
  Env heir(tasks::MakeTask(GetParam()), 3);
  StepOn(&heir, env_.spec().time_limit + 5, 7);
  heir.RestoreState(state);
  EXPECT_TRUE(std::ranges::equal(heir.observation(), state.observation));
  EXPECT_EQ(StepOn(&heir, heir.spec().time_limit, 2), expected);
}

TEST_P(StateTest, SavingDisturbsNothing) {
  Env other(task_, 3);
  for (int i = 0; i < 10; ++i) {
    other.SaveState();
    EXPECT_EQ(StepOn(&other, 3, i), StepOn(&env_, 3, i));
  }
}

TEST_P(StateTest, StateAfterADivergenceIsUsable) {
  StepOn(&env_, 5, 1);
  const EnvState state = env_.SaveState();
  const Trace expected = StepOn(&env_, 10, 2);
  env_.simulation().qpos()[0] = std::numeric_limits<double>::quiet_NaN();
  ASSERT_TRUE(env_.Step(std::vector<float>(env_.spec().act_dim(), 0.0f)).diverged);
  env_.RestoreState(state);
  EXPECT_EQ(StepOn(&env_, 10, 2), expected);
}

TEST_P(StateTest, WrongSizesAreRefused) {
  EnvState state = env_.SaveState();
  state.observation.pop_back();
  EXPECT_THROW(env_.RestoreState(state), Error);
  state = env_.SaveState();
  state.simulation.values.push_back(0);
  EXPECT_THROW(env_.RestoreState(state), Error);
}

INSTANTIATE_TEST_SUITE_P(EveryTask, StateTest, testing::ValuesIn(tasks::TaskNames()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

// MuJoCo normalises quaternions in every step, and a restored state takes half a step anew
TEST(QuaternionStateTest, RestoringTurnsNothing) {
  Simulation simulation = Simulation::FromString(R"(
    <mujoco>
      <worldbody>
        <body name="top" pos="0 0 1">
          <freejoint name="free"/>
          <geom name="top" type="box" size="0.1 0.2 0.3"/>
          <body name="arm" pos="0 0 0.4">
            <joint name="ball" type="ball"/>
            <geom name="arm" type="capsule" fromto="0 0 0 0 0 0.3" size="0.02"/>
          </body>
        </body>
        <body name="target" mocap="true"><geom name="target" size="0.1" contype="0" conaffinity="0"/></body>
      </worldbody>
    </mujoco>)");
  Random random(1);
  const auto step = [&simulation] {
    simulation.Substep();
    simulation.RefreshKinematics();
    return simulation.SaveState().values;
  };
  for (int k = 0; k < 3000; ++k) {
    simulation.Reset();
    for (double* quaternion : {simulation.data()->qpos + 3, simulation.data()->qpos + 7,
                               simulation.data()->mocap_quat}) {
      for (int i = 0; i < 4; ++i) quaternion[i] = random.Uniform(-1, 1);
    }
    for (double& v : simulation.qvel()) v = random.Uniform(-3, 3);
    simulation.Forward();
    step();
    const SimulationState state = simulation.SaveState();
    const auto first = step(), second = step();
    simulation.RestoreState(state);
    ASSERT_EQ(step(), first) << "start " << k;
    ASSERT_EQ(step(), second) << "start " << k;
  }
}

}  // namespace
}  // namespace sinew::sim
