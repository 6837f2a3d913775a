#include "sim/rollout_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/point_mass.h"

namespace sinew::sim {
namespace {

using ::testing::ElementsAre;

/// Pushes with a force that grows by a tenth a step, and notes what it was shown.
class Witness : public SimulationPolicy {
 public:
  std::string name() const override { return "witness"; }
  void Reset(uint64_t episode) override {
    episodes.push_back(episode);
    step_ = 0;
  }
  void See(const Simulation& simulation) override { time = simulation.data()->time; }
  void Act(std::span<const float> observation, std::span<float> action) override {
    EXPECT_FLOAT_EQ(time, step_ * PointMass::kControlDt) << "it looks before it acts";
    seen.assign(observation.begin(), observation.end());
    action[0] = static_cast<float>(0.1 * ++step_);
  }

  double time = -1;
  std::vector<float> seen;
  std::vector<uint64_t> episodes;

 private:
  int step_ = 0;
};

TEST(RolloutLoopTest, IsWhatObserveLookActStepAreByHand) {
  const auto task = std::make_shared<PointMass>(PointMassOptions{.time_limit = 3});
  Env env(task, 5), twin(task, 5);
  Witness witness;
  RolloutLoop loop(&env, &witness);
  for (const uint64_t episode : {2, 0}) {
    loop.Begin(episode);
    twin.ResetToEpisode(episode);
    bool done = false;
    for (int step = 1; !done; ++step) {
      const std::vector<float> expected(twin.observation().begin(), twin.observation().end());
      const float push = static_cast<float>(0.1 * step);
      const spec::StepResult result = loop.Step();
      const spec::StepResult by_hand = twin.Step(std::span(&push, 1));
      EXPECT_EQ(witness.seen, expected);
      EXPECT_TRUE(std::ranges::equal(loop.observation(), expected));
      EXPECT_THAT(loop.action(), ElementsAre(push));
      EXPECT_EQ(result.reward, by_hand.reward);
      EXPECT_TRUE(std::ranges::equal(env.observation(), twin.observation()));
      done = result.done();
      EXPECT_EQ(done, step == 3);
    }
  }
  EXPECT_THAT(witness.episodes, ElementsAre(2, 0));
}

TEST(RolloutLoopTest, DecidesWithoutStepping) {
  Env env(std::make_shared<PointMass>(), 1);
  Witness witness;
  RolloutLoop loop(&env, &witness);
  loop.Begin(0);
  loop.Decide();
  EXPECT_EQ(env.step(), 0);
  EXPECT_EQ(loop.observation()[0], static_cast<float>(env.observation()[0]));
  loop.Apply();
  EXPECT_EQ(env.step(), 1);
}

}  // namespace
}  // namespace sinew::sim
