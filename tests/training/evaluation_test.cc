#include "training/evaluation/evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/error.h"
#include "sim/scripted_policies.h"
#include "tests/sim/point_mass.h"
#include "training/evaluation/episode_trace.h"

namespace sinew::training {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::shared_ptr<const sim::Task> MakeTask() {
  return std::make_shared<sim::PointMass>(sim::PointMassOptions{.time_limit = 40, .start = 0.6});
}

/// Drives to the middle; remembers how often it acted in an episode, so that a missing Reset shows.
class Driver : public spec::Policy {
 public:
  std::string name() const override { return "driver"; }
  void Reset(uint64_t episode) override { gain_ = 2 + 0.1f * static_cast<float>(episode % 3); }
  void Act(std::span<const float> observation, std::span<float> action) override {
    gain_ += 0.01f;
    action[0] = std::clamp(-gain_ * observation[0] - 1.5f * observation[1], -1.0f, 1.0f);
  }

 private:
  float gain_ = 0;
};

Evaluation EvaluateDriver(int64_t episodes, int threads, uint64_t seed = 3) {
  ThreadPool pool(threads);
  return Evaluate(
      MakeTask(), [] { return std::make_unique<Driver>(); }, episodes, seed, &pool);
}

TEST(EvaluationTest, RunsTheEpisodesOfItsSeed) {
  const Evaluation evaluation = EvaluateDriver(6, 1);
  sim::Env env(MakeTask(), 3);
  Driver driver;
  double sum = 0;
  for (int k = 0; k < 6; ++k, env.Reset()) {
    driver.Reset(k);
    std::array<float, 1> action{};
    do {
      const std::array observation{static_cast<float>(env.observation()[0]),
                                   static_cast<float>(env.observation()[1])};
      driver.Act(observation, action);
    } while (!env.Step(action).done());
    EXPECT_EQ(evaluation.episodes[k].episode_return, env.episode_return());
    EXPECT_EQ(evaluation.episodes[k].length, 40);
    EXPECT_EQ(evaluation.episodes[k].final_distance, env.goal_distance());
    EXPECT_EQ(evaluation.episodes[k].success, std::vector<bool>{env.success()});
    sum += env.episode_return();
  }
  EXPECT_NEAR(evaluation.mean, sum / 6, 1e-12);
}

TEST(EvaluationTest, ThreadsDoNotChangeIt) {
  const auto one = EvaluateDriver(11, 1).ToJson(), four = EvaluateDriver(11, 4).ToJson();
  EXPECT_EQ(one, four);
  EXPECT_EQ(EvaluateDriver(2, 4).ToJson(), EvaluateDriver(2, 1).ToJson())
      << "fewer episodes than threads";
  EXPECT_NE(EvaluateDriver(11, 1, 4).ToJson(), one) << "another seed, other episodes";
}

TEST(EvaluationTest, RefusesToRunNothing) {
  EXPECT_THROW(EvaluateDriver(0, 1), UserError);
  EXPECT_THROW(EvaluateDriver(-3, 1), UserError);
}

TEST(EvaluationTest, SummarisesByHand) {
  const spec::TaskSpec spec = MakeTask()->spec();
  // returns 1 to 8: mean 4.5, middle half 3, 4, 5, 6 with mean 4.5
  std::vector<EpisodeRecord> records;
  for (int i = 1; i <= 8; ++i) {
    records.push_back({.episode_return = double(i),
                       .length = 10 * i,
                       .success = {i > 2},
                       .diverged = i == 1,
                       .drawn = {}});
  }
  records.back().episode_return = 80;
  const Evaluation evaluation = Summarize(spec, records);
  EXPECT_DOUBLE_EQ(evaluation.mean, 108.0 / 8);
  EXPECT_DOUBLE_EQ(evaluation.iqm, 4.5) << "the outlier is cut off";
  EXPECT_DOUBLE_EQ(evaluation.episode_length, 45);
  EXPECT_EQ(evaluation.diverged, 1);
  ASSERT_EQ(evaluation.success.size(), 1u);
  EXPECT_DOUBLE_EQ(evaluation.success[0].rate, 0.75);
  EXPECT_EQ(evaluation.success[0].ci95, WilsonInterval(6, 8));
  EXPECT_LT(evaluation.ci95.low, evaluation.mean);
  EXPECT_GT(evaluation.ci95.high, evaluation.mean);
  EXPECT_THAT(evaluation.Summary(),
              AllOf(HasSubstr("return 13.50"), HasSubstr("IQM 4.50"), HasSubstr("10cm"),
                    HasSubstr("75.0 %"), HasSubstr("1 of 8 episodes diverged")));
}

TEST(EvaluationTest, JsonHasWhatScriptsRelyOn) {
  const auto json = EvaluateDriver(5, 1).ToJson();
  EXPECT_EQ(json["episodes"], 5);
  EXPECT_EQ(json["episode_length"], 40);
  for (const char* key : {"mean", "iqm", "success_rate"}) EXPECT_TRUE(json[key].is_number()) << key;
  for (const char* key : {"ci95", "success_ci95"}) {
    ASSERT_EQ(json[key].size(), 2u) << key;
    EXPECT_LE(json[key][0], json[key][1]);
  }
  EXPECT_EQ(json["success"]["10cm"]["rate"], json["success_rate"]);

  spec::TaskSpec without_goal = MakeTask()->spec();
  without_goal.success.clear();
  const auto bare =
      Summarize(without_goal,
                {{.episode_return = 1, .length = 1, .success = {}, .diverged = false, .drawn = {}}})
          .ToJson();
  EXPECT_TRUE(bare["success_rate"].is_null());
  EXPECT_TRUE(bare["success_ci95"].is_null());
}

/// Starts in the goal and leaves the range of numbers in its fifth step.
class Diverging : public sim::PointMass {
 public:
  Diverging() : PointMass({.start = 0}) {}
  void BeforeStep(const sim::Simulation& simulation, std::span<double>) const override {
    const double unreachable = std::numeric_limits<double>::infinity();
    if (simulation.data()->time > 0.19)
      const_cast<sim::Simulation&>(simulation).qvel()[0] = unreachable;
  }
};

TEST(EvaluationTest, DivergedEpisodeReachesNoGoal) {
  ThreadPool pool(1);
  const auto still = [] { return sim::MakeScriptedPolicy("zero", *MakeTask(), 0); };
  const Evaluation evaluation = Evaluate(std::make_shared<Diverging>(), still, 2, 1, &pool);
  EXPECT_EQ(evaluation.diverged, 2);
  EXPECT_EQ(evaluation.success[0].rate, 0);
  EXPECT_EQ(evaluation.episodes[0].length, 5);
  EXPECT_TRUE(std::isnan(evaluation.episodes[0].final_distance));
  EXPECT_THAT(evaluation.divergence, HasSubstr("'rail'"));
  EXPECT_TRUE(evaluation.all_diverged());
  EXPECT_EQ(evaluation.ToJson()["diverged"], 2);
  EXPECT_EQ(evaluation.ToJson()["divergence"], evaluation.divergence);
}

TEST(EvaluationTest, OneEpisodeTellsNoInterval) {
  const Evaluation one = EvaluateDriver(1, 1);
  EXPECT_TRUE(one.ToJson()["ci95"].is_null());
  EXPECT_THAT(one.Summary(), HasSubstr("one episode"));
  EXPECT_EQ(EvaluateDriver(2, 1).ToJson()["ci95"].size(), 2u);
}

TEST(EvaluationTest, StopsWithinAnEpisodeWhenAsked) {
  ThreadPool pool(2);
  std::atomic<int> asked = 0;
  const auto still = [] { return sim::MakeScriptedPolicy("zero", *MakeTask(), 0); };
  EXPECT_THROW(Evaluate(MakeTask(), still, 1000, 1, &pool, [&] { return ++asked > 4; }),
               EvaluationStopped);
  EXPECT_LE(asked, 6) << "a question each thread after the first that was answered";
  EXPECT_EQ(Evaluate(MakeTask(), still, 3, 1, &pool, [] { return false; }).episodes.size(), 3u);
}

// from row to row the point mass moves as its rule says under the torque that the row tells of
TEST(EpisodeTraceTest, HasWhatWasSeenAndDoneInEveryStep) {
  sim::Env env(MakeTask(), 3);
  Driver driver;
  EpisodeTrace trace(env.spec());
  std::vector<double> returns;
  for (int episode = 0; episode < 2; ++episode) {
    const auto record =
        RunEpisode(&env, &driver, episode, [&](const SeenStep& seen) { trace.Add(seen); });
    returns.push_back(record.episode_return);
  }
  std::istringstream lines(trace.csv());
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line,
            "episode,step,time,position,velocity,action_rail,torque_rail,reward,distance,effort");
  constexpr double kH = sim::PointMass::kTimestep, kTolerance = 1e-6;  // observations are floats
  for (int episode = 0; episode < 2; ++episode) {
    double sum = 0, next_x = 0, next_v = 0;
    for (int step = 0; step < 40; ++step) {
      ASSERT_TRUE(std::getline(lines, line));
      std::vector<double> row;
      std::istringstream cells(line);
      for (std::string cell; std::getline(cells, cell, ',');) row.push_back(std::stod(cell));
      ASSERT_EQ(row.size(), 10u) << line;
      EXPECT_EQ(row[0], episode);
      EXPECT_EQ(row[1], step);
      EXPECT_NEAR(row[2], 0.05 * step, 1e-12);
      const double x = row[3], v = row[4], force = row[6];
      if (step > 0) {
        EXPECT_NEAR(x, next_x, kTolerance);
        EXPECT_NEAR(v, next_v, kTolerance);
      }
      EXPECT_NEAR(force, sim::PointMass::kForce * row[5], kTolerance);
      next_v = v + 5 * kH * force;
      next_x = x + 5 * kH * v + 15 * kH * kH * force;
      EXPECT_NEAR(row[8], -next_x * next_x, kTolerance);
      EXPECT_NEAR(row[7], row[8] + row[9], 1e-12);
      sum += row[7];
    }
    EXPECT_NEAR(sum, returns[episode], 1e-9);
  }
  EXPECT_FALSE(std::getline(lines, line));
}

}  // namespace
}  // namespace sinew::training
