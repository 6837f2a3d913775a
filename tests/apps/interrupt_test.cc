#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "core/files.h"
#include "tests/apps/program.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::vector<std::string> TrainInto(const std::string& folder, int64_t steps) {
  return {"train",
          "pendulum",
          "--seed",
          "101",
          "--steps",
          std::to_string(steps),
          "--out",
          folder,
          "--quiet",
          "--set",
          "agent.learning_starts=500",
          "--set",
          "train.eval_episodes=2",
          "--set",
          "train.final_episodes=3"};
}

/// Returns once the run has written its first rows, so that it is in the middle of learning.
void WaitForProgress(const fs::path& csv) {
  using namespace std::chrono_literals;
  for (int i = 0; i < 6000; ++i) {
    std::error_code missing;
    const auto size = fs::file_size(csv, missing);
    if (!missing && size > 500) return;
    std::this_thread::sleep_for(10ms);
  }
  FAIL() << csv << " does not grow";
}

TEST(Interrupt, SavesAndResumesToTheSameBytes) {
  const Scratch scratch;
  constexpr int64_t kSteps = 16'000;
  Program run(scratch.path(), TrainInto("run", kSteps));
  WaitForProgress(scratch / "run/progress.csv");
  run.Signal(SIGINT);
  const Outcome stopped = run.Wait();
  EXPECT_EQ(stopped.status, 1) << "a script does not take it for done: " << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("sinew resume run"));
  EXPECT_FALSE(fs::exists(scratch / "run/final.policy")) << "it ended before the signal came";
  EXPECT_THAT(ReadFile(scratch / "run/manifest.json"), HasSubstr("interrupted"));

  const Outcome resumed = scratch.Sinew({"resume", "run", "--quiet"});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  const Outcome straight = scratch.Sinew(TrainInto("straight", kSteps));
  ASSERT_EQ(straight.status, 0) << straight.err;
  EXPECT_EQ(ReadFile(scratch / "run/final.policy"), ReadFile(scratch / "straight/final.policy"));
}

struct RememberingRun {
  std::string agent, steps, checkpoint_every;
  std::vector<std::string> further{};
};

/// Pendulum from its positions, with a memory.
std::vector<std::string> Words(const RememberingRun& run, const std::string& folder) {
  std::vector<std::string> words{"train",
                                 "pendulum",
                                 "--agent",
                                 run.agent,
                                 "--seed",
                                 "101",
                                 "--steps",
                                 run.steps,
                                 "--out",
                                 folder,
                                 "--quiet",
                                 "--set",
                                 "task.observe=positions",
                                 "--set",
                                 "agent.memory=gru",
                                 "--set",
                                 "train.checkpoint_every=" + run.checkpoint_every,
                                 "--set",
                                 "train.eval_episodes=2",
                                 "--set",
                                 "train.final_episodes=3"};
  words.insert(words.end(), run.further.begin(), run.further.end());
  return words;
}

/// Returns once two checkpoints were begun, so that one of them is whole, or the run has ended.
void WaitForCheckpoint(const fs::path& run) {
  using namespace std::chrono_literals;
  while (!fs::exists(run / "final.policy")) {
    std::error_code missing;
    const fs::directory_iterator entries(run / "checkpoints", missing);
    if (!missing && std::distance(begin(entries), end(entries)) > 1) return;
    std::this_thread::sleep_for(5ms);
  }
}

class KilledWithMemory : public testing::TestWithParam<RememberingRun> {};

TEST_P(KilledWithMemory, ResumesToTheSameBytes) {
  const Scratch scratch;
  Program run(scratch.path(), Words(GetParam(), "run"));
  WaitForCheckpoint(scratch / "run");
  run.Signal(SIGKILL);
  run.Wait();
  // on a machine that is slow to send the signal the run may be over
  if (!fs::exists(scratch / "run/final.policy")) {
    const Outcome resumed = scratch.Sinew({"resume", "run", "--quiet"});
    EXPECT_EQ(resumed.status, 0) << resumed.err;
  }
  const Outcome straight = scratch.Sinew(Words(GetParam(), "straight"));
  ASSERT_EQ(straight.status, 0) << straight.err;
  EXPECT_EQ(ReadFile(scratch / "run/final.policy"), ReadFile(scratch / "straight/final.policy"));
}

INSTANTIATE_TEST_SUITE_P(
    Agents, KilledWithMemory,
    testing::Values(RememberingRun{"ppo", "20000", "2000"},
                    RememberingRun{"td3", "4000", "500", {"--set", "agent.learning_starts=400"}}),
    [](const auto& info) { return info.param.agent; });

TEST(PositionsOnly, TakesItsOwnPresetAndSaysWhenNothingRemembers) {
  const Scratch scratch;
  std::vector<std::string> words{"train", "pendulum", "--agent", "ppo",   "--steps",
                                 "8",     "--out",    "run",     "--set", "task.observe=positions"};
  const Outcome plain = scratch.Sinew(words);
  EXPECT_THAT(plain.err, HasSubstr("agent.memory=gru"));
  EXPECT_THAT(ReadFile(scratch / "run/config.toml"), HasSubstr("sequence_length = 32"));
  words[7] = "remembering";
  words.insert(words.end(), {"--set", "agent.history=4"});
  EXPECT_THAT(scratch.Sinew(words).err, testing::Not(HasSubstr("does not remember")));
}

TEST(Interrupt, OfAnUnfinishedRunEvalSaysHowToFinishIt) {
  const Scratch scratch;
  Program run(scratch.path(), TrainInto("run", 100'000));
  WaitForProgress(scratch / "run/progress.csv");
  run.Signal(SIGTERM);
  EXPECT_EQ(run.Wait().status, 1);
  const Outcome evaluated = scratch.Sinew({"eval", "run"});
  EXPECT_EQ(evaluated.status, 2);
  EXPECT_THAT(evaluated.err, HasSubstr("sinew resume"));
}

}  // namespace
}  // namespace sinew::apps
