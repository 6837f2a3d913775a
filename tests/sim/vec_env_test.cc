#include "sim/vec_env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "core/error.h"
#include "tests/sim/point_mass.h"

namespace sinew::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr int kEnvs = 7;

std::shared_ptr<const Task> MakeTask() {
  return std::make_shared<PointMass>(PointMassOptions{.time_limit = 9, .wall = 1.2});
}

std::vector<float> RandomActions(Random* random) {
  std::vector<float> actions(kEnvs);
  for (float& a : actions) a = static_cast<float>(random->Uniform(-1, 1));
  return actions;
}

/// All that a learner reads during 60 steps, in which episodes end at different times; two of them
/// diverge.
std::vector<double> Record(VecEnv* envs) {
  Random random(5);
  std::vector<double> record;
  const auto append = [&](const auto& values) {
    record.insert(record.end(), values.begin(), values.end());
  };
  for (int step = 0; step < 60; ++step) {
    if (step % 25 == 3) {
      envs->env(step % kEnvs).simulation().qvel()[0] = std::numeric_limits<double>::quiet_NaN();
    }
    envs->Step(RandomActions(&random));
    append(envs->observations());
    append(envs->next_observations());
    append(envs->rewards());
    for (const spec::StepResult& r : envs->results()) {
      append(std::vector<double>{r.reward, double(r.terminated), double(r.truncated),
                                 double(r.diverged)});
    }
    for (const VecEnv::Episode& e : envs->finished()) {
      append(std::vector<double>{double(e.env), e.episode_return, double(e.length),
                                 double(e.success), double(e.diverged)});
    }
  }
  return record;
}

TEST(VecEnvTest, ThreadsDoNotChangeABit) {
  ThreadPool one(1), four(4);
  VecEnv serial(MakeTask(), kEnvs, 11, &one), parallel(MakeTask(), kEnvs, 11, &four);
  EXPECT_EQ(Record(&serial), Record(&parallel));
}

TEST(VecEnvTest, EachRowIsAnEnvOfItsOwn) {
  ThreadPool pool(2);
  VecEnv envs(MakeTask(), kEnvs, 11, &pool);
  std::vector<std::unique_ptr<Env>> alone;
  for (int i = 0; i < kEnvs; ++i) {
    alone.push_back(std::make_unique<Env>(MakeTask(), 0));
    alone[i]->RestoreState(envs.env(i).SaveState());
  }
  const std::set<float> starts(envs.observations().begin(), envs.observations().end());
  EXPECT_EQ(starts.size(), kEnvs + 1u) << "every environment starts elsewhere, all at rest";
  Random random(3);
  for (int step = 0; step < 5; ++step) {
    const auto actions = RandomActions(&random);
    envs.Step(actions);
    for (int i = 0; i < kEnvs; ++i) {
      if (alone[i]->step() != step) continue;  // its episode has ended
      const spec::StepResult result = alone[i]->Step({&actions[i], 1});
      EXPECT_EQ(envs.rewards()[i], static_cast<float>(result.reward));
      EXPECT_EQ(envs.next_observations()[2 * i], static_cast<float>(alone[i]->observation()[0]));
      EXPECT_EQ(envs.results()[i].done(), result.done());
    }
  }
}

TEST(VecEnvTest, FinishedEpisodesRestartAndKeepTheirTrueSuccessor) {
  ThreadPool pool(1);
  VecEnv envs(std::make_shared<PointMass>(PointMassOptions{.time_limit = 3}), 2, 1, &pool);
  const std::vector<float> push{1.0f, 1.0f};
  for (int step = 1; step <= 7; ++step) {
    const std::vector<float> before(envs.observations().begin(), envs.observations().end());
    envs.Step(push);
    const bool ends = step % 3 == 0;
    ASSERT_EQ(envs.finished().size(), ends ? 2u : 0u) << "step " << step;
    for (int i = 0; i < 2; ++i) {
      // one push adds 5 N * 0.05 s to the velocity, in the last step of an episode as in any other
      EXPECT_NEAR(envs.next_observations()[2 * i + 1], before[2 * i + 1] + 0.25, 1e-6);
      EXPECT_EQ(envs.results()[i].truncated, ends);
      if (ends) {
        EXPECT_EQ(envs.observations()[2 * i + 1], 0) << "a new episode starts at rest";
        EXPECT_EQ(envs.finished()[i].env, i);
        EXPECT_EQ(envs.finished()[i].length, 3);
        EXPECT_LT(envs.finished()[i].episode_return, 0);
      } else {
        EXPECT_EQ(envs.observations()[2 * i + 1], envs.next_observations()[2 * i + 1]);
      }
    }
  }
}

TEST(VecEnvTest, DivergedEpisodesAreCountedAndEarnNoSuccess) {
  ThreadPool pool(1);
  VecEnv envs(std::make_shared<PointMass>(PointMassOptions{.start = 0.01}), 2, 1, &pool);
  const std::vector<float> rest{0.0f, 0.0f};
  for (int i = 0; i < 5; ++i) envs.Step(rest);
  envs.env(1).simulation().qpos()[0] = std::numeric_limits<double>::infinity();
  envs.Step(rest);
  ASSERT_EQ(envs.finished().size(), 1u);
  EXPECT_EQ(envs.finished()[0].env, 1);
  EXPECT_TRUE(envs.finished()[0].diverged);
  EXPECT_FALSE(envs.finished()[0].success);
  EXPECT_TRUE(envs.results()[1].diverged);
  EXPECT_EQ(envs.rewards()[1], 0);
}

TEST(VecEnvTest, RestoredEnvironmentsGoOnWithTheSameBits) {
  ThreadPool pool(2);
  VecEnv envs(MakeTask(), kEnvs, 11, &pool), heirs(MakeTask(), kEnvs, 11, &pool);
  Random random(8);
  for (int i = 0; i < 5; ++i) envs.Step(RandomActions(&random));
  heirs.RestoreState(envs.SaveState());
  EXPECT_TRUE(std::ranges::equal(heirs.observations(), envs.observations()));
  EXPECT_EQ(Record(&heirs), Record(&envs));

  VecEnv fewer(MakeTask(), kEnvs - 1, 11, &pool);
  EXPECT_THROW(fewer.RestoreState(envs.SaveState()), Error);
}

TEST(VecEnvTest, ResetStartsTheNextEpisodeOfEveryEnv) {
  ThreadPool pool(2);
  VecEnv envs(MakeTask(), kEnvs, 11, &pool);
  const std::vector<float> first(envs.observations().begin(), envs.observations().end());
  Random random(8);
  envs.Step(RandomActions(&random));
  envs.Reset();
  EXPECT_TRUE(envs.finished().empty());
  for (int i = 0; i < kEnvs; ++i) {
    EXPECT_EQ(envs.env(i).episode(), 1u);
    EXPECT_NE(envs.observations()[2 * i], first[2 * i]);
  }
}

TEST(VecEnvTest, ErrorsOfAnyThreadReachTheCaller) {
  ThreadPool pool(3);
  VecEnv envs(MakeTask(), kEnvs, 11, &pool);
  std::vector<float> actions(kEnvs, 0.0f);
  actions[kEnvs - 1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT([&] { envs.Step(actions); }, ThrowsMessage<Error>(HasSubstr("'rail'")));
}

}  // namespace
}  // namespace sinew::sim
