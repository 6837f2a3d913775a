// What holds for every registered task; a new one is covered by its registry line.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "core/error.h"
#include "sim/check/task_check.h"
#include "sim/env.h"
#include "tasks/registry.h"

namespace sinew::tasks {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Actions = std::function<float(int step, int joint)>;

struct Episode {
  std::vector<std::vector<double>> observations;
  std::vector<double> rewards;
  spec::StepResult last;
  bool operator==(const Episode& other) const {
    return observations == other.observations && rewards == other.rewards;
  }
};

Episode RunEpisode(sim::Env* env, const Actions& actions) {
  Episode episode;
  std::vector<float> action(env->spec().act_dim());
  const auto observe = [&] {
    episode.observations.emplace_back(env->observation().begin(), env->observation().end());
  };
  observe();
  do {
    for (int j = 0; j < env->spec().act_dim(); ++j) action[j] = actions(env->step(), j);
    episode.last = env->Step(action);
    observe();
    episode.rewards.push_back(episode.last.reward);
  } while (!episode.last.done());
  return episode;
}

Actions RandomActions(uint64_t seed) {
  return [random = Random(seed)](int, int) mutable {
    return static_cast<float>(random.Uniform(-1, 1));
  };
}

class TaskTest : public testing::TestWithParam<std::string> {
 protected:
  std::shared_ptr<const sim::Task> task_ = MakeTask(GetParam());
  const spec::TaskSpec& spec_ = task_->spec();
};

template <class Elements, class Name>
std::set<std::string> Names(const Elements& elements, Name name) {
  std::set<std::string> names;
  for (const auto& element : elements) names.insert(std::invoke(name, element));
  return names;
}

TEST_P(TaskTest, SpecDescribesItself) {
  EXPECT_EQ(spec_.name, GetParam());
  EXPECT_FALSE(spec_.summary.empty());
  EXPECT_TRUE(std::filesystem::exists(sim::AssetFolder() / spec_.asset));
  EXPECT_GT(spec_.time_limit, 0);
  EXPECT_EQ(Names(spec_.observation, &spec::ObservationElement::name).size(),
            spec_.observation.size());
  EXPECT_EQ(Names(spec_.action, &spec::ActionElement::joint).size(), spec_.action.size());
  EXPECT_EQ(Names(spec_.reward_terms, &spec::RewardTerm::name).size(), spec_.reward_terms.size());
  EXPECT_FALSE(Names(spec_.observation, &spec::ObservationElement::unit).contains(""));
  EXPECT_FALSE(Names(spec_.observation, &spec::ObservationElement::name).contains(""));
  EXPECT_FALSE(Names(spec_.reward_terms, &spec::RewardTerm::help).contains(""));
  for (const auto& element : spec_.observation) EXPECT_GT(element.magnitude, 0) << element.name;
  const sim::Simulation simulation = task_->MakeSimulation();
  for (const auto& element : spec_.observation)
    EXPECT_NE(sim::FrameOf(element, simulation.model()), "") << element.name;
  for (const spec::SuccessCriterion& criterion : spec_.success) {
    EXPECT_GT(criterion.tolerance, 0) << criterion.name;
    EXPECT_GE(criterion.hold_steps, 1) << criterion.name;
    EXPECT_LE(criterion.hold_steps, spec_.time_limit) << criterion.name;
  }
}

TEST_P(TaskTest, SpecFitsTheModel) {
  const sim::Simulation simulation = task_->MakeSimulation();
  const mjModel* model = simulation.model();
  EXPECT_EQ(spec_.act_dim(), model->nu);
  EXPECT_NEAR(spec_.control_dt, spec_.substeps * model->opt.timestep, 1e-12);
  EXPECT_EQ(spec_.gravity_compensation, simulation.gravity_compensation());
  for (int i = 0; i < spec_.act_dim(); ++i) {
    const spec::ActionElement& element = spec_.action[i];
    const double* range = model->actuator_ctrlrange + 2 * i;
    EXPECT_EQ(simulation.Id(mjOBJ_JOINT, element.joint), model->actuator_trnid[2 * i]);
    EXPECT_LT(element.ctrl_low, element.ctrl_high);
    EXPECT_GE(element.ctrl_low, range[0]);
    EXPECT_LE(element.ctrl_high, range[1]);
    EXPECT_DOUBLE_EQ(element.torque_high, model->actuator_gear[6 * i] * element.ctrl_high);
    EXPECT_DOUBLE_EQ(element.torque_low, model->actuator_gear[6 * i] * element.ctrl_low);
  }
  EXPECT_EQ(std::isfinite(sim::Env(task_, 1).goal_distance()), !spec_.success.empty());
}

TEST_P(TaskTest, StaysFiniteUnderAnyActionAndEndsByTheClock) {
  sim::Env env(task_, 1);
  const std::map<std::string, Actions> drives{
      {"zero", [](int, int) { return 0.0f; }},
      {"random", RandomActions(2)},
      {"all the way up", [](int, int) { return 1.0f; }},
      {"all the way down", [](int, int) { return -1.0f; }},
      {"bang-bang", [](int step, int joint) { return (step + joint) % 2 ? 1.0f : -1.0f; }},
      {"slow bang-bang",
       [](int step, int joint) { return (step / 20 + joint) % 2 ? 1.0f : -1.0f; }}};
  for (const auto& [name, drive] : drives) {
    env.Reset();
    // Env itself throws if an observation or a reward term is not finite
    const Episode episode = RunEpisode(&env, drive);
    EXPECT_FALSE(episode.last.diverged) << name;
    EXPECT_NE(episode.last.truncated, episode.last.terminated) << name;
    if (episode.last.truncated) {
      EXPECT_EQ(env.step(), spec_.time_limit) << name;
    }
  }
}

TEST_P(TaskTest, SeedDecidesEverything) {
  sim::Env first(task_, 5), second(MakeTask(GetParam()), 5), other(task_, 6);
  std::vector<double> starts, other_starts;
  for (int k = 0; k < 3; ++k) {
    const Episode episode = RunEpisode(&first, RandomActions(k));
    EXPECT_EQ(RunEpisode(&second, RandomActions(k)), episode) << "episode " << k;
    EXPECT_NE(RunEpisode(&other, RandomActions(k)).observations, episode.observations)
        << "episode " << k;
    for (sim::Env* env : {&first, &second, &other}) env->Reset();
    EXPECT_NE(std::vector(first.observation().begin(), first.observation().end()),
              episode.observations.front())
        << "each episode starts elsewhere";
  }
}

TEST_P(TaskTest, PassesItsChecks) {
  const sim::CheckReport report = sim::CheckTask(task_);
  EXPECT_TRUE(report.passed()) << report.ToString();
  // a model of ours names every object, a bare geom too
  EXPECT_EQ(report.results.front().verdict, sim::Verdict::kOk) << report.ToString();
}

TEST_P(TaskTest, RewardIsTheSumOfItsTerms) {
  sim::Env env(task_, 4);
  Random random(1);
  std::vector<float> action(spec_.act_dim());
  double total = 0;
  for (int step = 0; step < spec_.time_limit; ++step) {
    for (float& a : action) a = static_cast<float>(random.Uniform(-1, 1));
    const double reward = env.Step(action).reward;
    const auto terms = env.reward_terms();
    ASSERT_EQ(terms.size(), spec_.reward_terms.size());
    EXPECT_NEAR(reward, std::accumulate(terms.begin(), terms.end(), 0.0), 1e-12);
    total += reward;
  }
  EXPECT_NEAR(env.episode_return(), total, 1e-9);
}

TEST_P(TaskTest, PositiveActionTurnsItsJointForwards) {
  sim::Env env(task_, 8);
  sim::Simulation& simulation = env.simulation();
  for (int k = 0; k < 5; ++k) {
    env.Reset();
    simulation.qvel().setZero();
    for (int i = 0; i < spec_.act_dim(); ++i) {
      const int dof =
          simulation.model()->jnt_dofadr[simulation.Id(mjOBJ_JOINT, spec_.action[i].joint)];
      const auto acceleration = [&](double control) {
        simulation.data()->ctrl[i] = control;
        simulation.Forward();
        simulation.data()->ctrl[i] = 0;
        return simulation.data()->qacc[dof];
      };
      EXPECT_GT(acceleration(spec_.action[i].ctrl_high), acceleration(0)) << spec_.action[i].joint;
      EXPECT_LT(acceleration(spec_.action[i].ctrl_low), acceleration(0)) << spec_.action[i].joint;
    }
  }
}

TEST_P(TaskTest, OptionsDescribeThemselves) {
  OptionTable table("task");
  const auto builder = MakeTaskBuilder(GetParam());
  builder->Describe(table);
  for (const OptionTable::Entry& entry : table.entries()) {
    EXPECT_FALSE(entry.help.empty()) << entry.key;
    EXPECT_NO_THROW(table.Set(entry.key, entry.get())) << entry.key;
  }
  EXPECT_EQ(builder->Build()->spec().observation.size(), spec_.observation.size());
}

TEST_P(TaskTest, WhatItCallsItsGoalIsReached) {
  sim::Simulation simulation = task_->MakeSimulation();
  Random random(3);
  for (int i = 0; i < 20; ++i) {
    simulation.Reset();
    if (!task_->ResetAtGoal(simulation, random)) return;
    simulation.Forward();
    EXPECT_LE(task_->GoalDistance(simulation), spec_.success.front().tolerance);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTask, TaskTest, testing::ValuesIn(TaskNames()), [](const auto& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(TaskRegistryTest, UnknownTasksGetTheNearestName) {
  EXPECT_TRUE(std::ranges::is_sorted(TaskNames()));
  EXPECT_THAT([] { MakeTask("reachr"); },
              ThrowsMessage<UserError>(
                  AllOf(HasSubstr("'reachr'"), HasSubstr("reacher"), HasSubstr("pendulum"))));
}

}  // namespace
}  // namespace sinew::tasks
