#include "training/curriculum/reverse_curriculum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/core/temporary_folder.h"
#include "tests/sim/point_mass.h"

namespace sinew::training {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Starts far from the goal; says where the goal is.
class Far : public sim::PointMass {
 public:
  Far() : PointMass({.start = 5}) {}
  bool ResetAtGoal(sim::Simulation& simulation, Random&) const override {
    simulation.qpos()[0] = 0;
    return true;
  }
};

constexpr ReverseCurriculumOptions kOptions{
    .share = 0.5, .new_starts = 30, .old_starts = 10, .episodes = 90, .walk_steps = 20};

double PositionOf(const sim::SimulationState& state) {
  sim::Simulation simulation = sim::PointMass().MakeSimulation();
  simulation.RestoreState(state);
  return simulation.qpos()[0];
}

double MeanDistance(const ReverseCurriculum& curriculum) {
  double sum = 0;
  for (const auto& start : curriculum.starts().starts) sum += std::abs(PositionOf(start.state));
  return sum / static_cast<double>(curriculum.starts().starts.size());
}

/// Three episodes from every start, by a policy that succeeds in all of them within `reach` [m] of
/// the goal and in none beyond twice that distance.
void RunGeneration(ReverseCurriculum* curriculum, double reach) {
  std::vector<sim::VecEnv::Episode> episodes;
  for (const auto& start : curriculum->starts().starts) {
    const double distance = std::abs(PositionOf(start.state));
    for (const double most : {1.0, 1.5, 2.0}) {
      sim::VecEnv::Episode episode;
      episode.start = start.id;
      episode.success = distance < most * reach;
      episodes.push_back(episode);
    }
  }
  curriculum->Observe(episodes);
}

TEST(ReverseCurriculumTest, WalksBackAsFarAsThePolicyCanFollow) {
  ReverseCurriculum curriculum(kOptions, std::make_shared<Far>(), 1);
  EXPECT_EQ(curriculum.starts().starts.size(), 30u);
  EXPECT_EQ(curriculum.generation(), 1);
  EXPECT_LT(MeanDistance(curriculum), 0.02) << "walks of a step from the goal";
  for (int i = 0; i < 15; ++i) RunGeneration(&curriculum, 1);
  EXPECT_EQ(curriculum.generation(), 16);
  EXPECT_EQ(curriculum.starts().starts.size(), 40u);
  const double near = MeanDistance(curriculum);
  EXPECT_GT(near, 0.7);
  EXPECT_LT(near, 3);
  EXPECT_GT(curriculum.success_rate(), 0.2);
  EXPECT_LT(curriculum.success_rate(), 0.9);
  for (int i = 0; i < 15; ++i) RunGeneration(&curriculum, 3);
  EXPECT_GT(MeanDistance(curriculum), 1.5 * near) << "the policy has become better";
}

TEST(ReverseCurriculumTest, APolicyThatAlwaysFailsStaysAtTheGoal) {
  ReverseCurriculum curriculum(kOptions, std::make_shared<Far>(), 1);
  for (int i = 0; i < 10; ++i) RunGeneration(&curriculum, 0);
  EXPECT_LT(MeanDistance(curriculum), 0.5);
  EXPECT_EQ(curriculum.success_rate(), 0);
}

TEST(ReverseCurriculumTest, TakesReachedGoalsWhereTheTaskKnowsNone) {
  const auto task = std::make_shared<sim::PointMass>();
  ReverseCurriculum curriculum(kOptions, task, 1);
  EXPECT_TRUE(curriculum.starts().starts.empty());
  sim::VecEnv::Episode episode;
  curriculum.Observe(std::span(&episode, 1));
  EXPECT_TRUE(curriculum.starts().starts.empty()) << "a failure is no goal";
  sim::Simulation reached = task->MakeSimulation();
  reached.qpos()[0] = 0.05;
  reached.Forward();
  episode.success = true;
  episode.end = reached.SaveState();
  curriculum.Observe(std::span(&episode, 1));
  EXPECT_EQ(curriculum.starts().starts.size(), 30u);
  EXPECT_LT(MeanDistance(curriculum), 0.5);
}

// with physics that are drawn as well: nothing but what was saved decides what follows
TEST(ReverseCurriculumTest, GoesOnFromAnArchive) {
  const TemporaryFolder temporary;
  const auto path = temporary / "curriculum";
  const auto task = std::make_shared<Far>();
  task->set_randomization({.mass = 0.3, .delay = 2, .action_noise = 0.2});
  ReverseCurriculum first(kOptions, task, 1);
  for (int i = 0; i < 3; ++i) RunGeneration(&first, 1);
  models::Archive saved;
  first.Serialize(saved);
  saved.Write(path);
  ReverseCurriculum second(kOptions, task, 1);
  RunGeneration(&second, 0.2);
  models::Archive loaded(path);
  second.Serialize(loaded);
  for (int i = 0; i < 3; ++i) {
    RunGeneration(&first, 1);
    RunGeneration(&second, 1);
  }
  ASSERT_EQ(first.starts().starts.size(), second.starts().starts.size());
  for (size_t i = 0; i < first.starts().starts.size(); ++i) {
    EXPECT_EQ(first.starts().starts[i].id, second.starts().starts[i].id);
    EXPECT_EQ(first.starts().starts[i].state.values, second.starts().starts[i].state.values);
  }
}

class WithoutGoal : public sim::PointMass {
 public:
  WithoutGoal() { spec_.success.clear(); }
};

TEST(ReverseCurriculumTest, RefusesWhatCannotWork) {
  const auto make = [](const ReverseCurriculumOptions& options,
                       std::shared_ptr<const sim::Task> task) {
    return [=] { ReverseCurriculum(options, task, 1); };
  };
  EXPECT_THAT(make(kOptions, std::make_shared<WithoutGoal>()),
              ThrowsMessage<UserError>(HasSubstr("'point-mass' has no measure of success")));
  ReverseCurriculumOptions crossed = kOptions;
  crossed.min_success = 0.95;
  EXPECT_THAT(make(crossed, std::make_shared<Far>()),
              ThrowsMessage<UserError>(HasSubstr("min_success = 0.95 lies above max_success")));
}

// episodes come from both kinds of starts, each as often as its share says
TEST(ReverseCurriculumTest, EnvironmentsMixItsStartsIn) {
  ReverseCurriculum curriculum(kOptions, std::make_shared<Far>(), 1);
  sim::Env env(std::make_shared<Far>(), 3);
  env.UseStarts(&curriculum.starts());
  int mixed_in = 0;
  for (int i = 0; i < 400; ++i) {
    env.Reset();
    if (env.start() == 0) continue;
    ++mixed_in;
    EXPECT_LT(std::abs(env.simulation().qpos()[0]), 2.5);
    EXPECT_EQ(env.observation()[0], env.simulation().qpos()[0]);
  }
  EXPECT_NEAR(mixed_in, 200, 40);
  env.UseStarts(nullptr);
  env.Reset();
  EXPECT_EQ(env.start(), 0u);
}

}  // namespace
}  // namespace sinew::training
