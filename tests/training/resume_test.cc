// A run that was stopped and resumed ends with the bytes of one that never was, for every agent.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "agents/registry.h"
#include "core/error.h"
#include "tests/core/temporary_folder.h"
#include "tests/training/small_run.h"

namespace sinew::training {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr int64_t kSteps = 1200;

class ResumeTest : public testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<RunConfig> Config() const {
    // a2c learns once a rollout; checkpoints fall into the middle of one
    const std::vector<std::string> more = GetParam() == "a2c"
                                              ? std::vector<std::string>{"agent.rollout_steps=4"}
                                              : std::vector<std::string>{};
    return SmallRun(more, "pendulum", GetParam());
  }

  RunFolder RunThrough() const {
    const RunFolder folder = RunFolder::Create(temporary_ / "whole");
    const auto config = Config();
    const TrainSummary summary = Train(*config, folder, Quiet());
    EXPECT_FALSE(summary.interrupted);
    EXPECT_EQ(summary.env_steps, kSteps);
    EXPECT_GT(summary.updates, 100);
    return folder;
  }

  /// Everything that a run leaves behind but for its clock.
  void ExpectSameRun(const RunFolder& resumed, const RunFolder& whole) const {
    const auto expected = CheckpointTensors(whole.checkpoint(kSteps));
    const auto actual = CheckpointTensors(resumed.checkpoint(kSteps));
    ASSERT_EQ(actual.size(), expected.size());
    for (const auto& [name, bytes] : expected) EXPECT_TRUE(actual.at(name) == bytes) << name;
    EXPECT_TRUE(ReadFile(resumed.final_policy()) == ReadFile(whole.final_policy()));
    EXPECT_TRUE(ReadFile(resumed.best_policy()) == ReadFile(whole.best_policy()));
    EXPECT_EQ(ProgressWithoutClock(resumed.progress()), ProgressWithoutClock(whole.progress()));
    EXPECT_EQ(EvaluationLines(resumed.evaluations()), EvaluationLines(whole.evaluations()));
  }

  TemporaryFolder temporary_;
};

TEST_P(ResumeTest, StoppedAtThreeStepsItEndsWithTheSameBytes) {
  const RunFolder whole = RunThrough();
  const RunFolder folder = RunFolder::Create(temporary_ / "stopped");
  // in the middle of the first episodes, at the end of a pair of them (two environments of 200
  // steps each), and later in the middle again, between two rows of the log
  const std::vector<int64_t> stops{246, 800, 1014};
  int64_t from = 0;
  for (const int64_t stop : stops) {
    const auto config = Config();
    const TrainHooks hooks = StopAt(stop, *config, from);
    const TrainSummary summary =
        from == 0 ? Train(*config, folder, hooks) : Resume(*config, folder, hooks);
    EXPECT_TRUE(summary.interrupted);
    EXPECT_EQ(summary.env_steps, stop);
    EXPECT_EQ(folder.Checkpoints().back(), stop);
    EXPECT_FALSE(std::filesystem::exists(folder.final_policy()));
    EXPECT_EQ(ReadManifest(folder.manifest()).status, RunStatus::kInterrupted);
    from = stop;
  }
  const TrainSummary summary = Resume(*Config(), folder, Quiet());
  EXPECT_FALSE(summary.interrupted);
  EXPECT_EQ(ReadManifest(folder.manifest()).status, RunStatus::kFinished);
  ExpectSameRun(folder, whole);
}

TEST_P(ResumeTest, StoppedWithinAnEvaluationItBeginsWithItAnew) {
  const RunFolder whole = RunThrough();
  const RunFolder folder = RunFolder::Create(temporary_ / "stopped");
  // an evaluation of two episodes of 200 steps asks six times an episode: the fifteenth question
  // falls into the second evaluation, the next resumed run is stopped in the third, and the last
  // one in that of the final policy
  int64_t from = 0;
  for (const auto& [questions, step] :
       std::vector<std::pair<int, int64_t>>{{15, 800}, {14, 1200}, {13, 1200}}) {
    TrainHooks hooks = Quiet();
    hooks.stop_evaluation = [asked = 0, limit = questions]() mutable { return ++asked >= limit; };
    const auto config = Config();
    const TrainSummary summary =
        from == 0 ? Train(*config, folder, hooks) : Resume(*config, folder, hooks);
    ASSERT_TRUE(summary.interrupted);
    EXPECT_EQ(summary.env_steps, step);
    EXPECT_EQ(folder.Checkpoints().back(), step);
    EXPECT_FALSE(std::filesystem::exists(folder.final_policy()));
    from = step;
  }
  EXPECT_FALSE(Resume(*Config(), folder, Quiet()).interrupted);
  ExpectSameRun(folder, whole);
}

TEST_P(ResumeTest, KilledItEndsWithTheSameBytes) {
  const RunFolder whole = RunThrough();
  const RunFolder folder = RunFolder::Create(temporary_ / "killed");
  const pid_t child = fork();
  if (child == 0) {
    const auto config = Config();
    TrainHooks hooks = Quiet();
    int64_t step = 0;
    // 150 steps, in mid-episode, behind the checkpoint at 600 and with logs that are ahead of it
    hooks.stop_requested = [&] {
      step += config->train().num_envs;
      if (step == 750) kill(getpid(), SIGKILL);
      return false;
    };
    Train(*config, folder, hooks);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_THAT(folder.Checkpoints(), ElementsAre(300, 600));
  EXPECT_EQ(ReadManifest(folder.manifest()).status, RunStatus::kRunning);
  // what a kill in the middle of writing the next one would have left
  const auto unfinished = folder.checkpoint(900).string() + ".tmp-123-0";
  std::ofstream(unfinished) << "half a checkpoint";

  Resume(*Config(), folder, Quiet());
  ExpectSameRun(folder, whole);
  EXPECT_FALSE(std::filesystem::exists(unfinished));
}

TEST_P(ResumeTest, DamagedCheckpointIsNamedAndTheOneBeforeTaken) {
  const RunFolder whole = RunThrough();
  const RunFolder folder = RunFolder::Create(temporary_ / "damaged");
  auto config = Config();
  Train(*config, folder, StopAt(650, *config));
  ASSERT_THAT(folder.Checkpoints(), ElementsAre(600, 650));
  const auto newest = folder.checkpoint(650);
  const auto size = std::filesystem::file_size(newest);
  {
    std::fstream stream(newest, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(size / 2));
    const int byte = stream.peek();
    stream.put(static_cast<char>(byte ^ 1));
  }
  testing::internal::CaptureStderr();
  Resume(*Config(), folder, Quiet());
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr(newest.string()));
  ExpectSameRun(folder, whole);
}

TEST_P(ResumeTest, FinishedRunIsFinishedAgain) {
  const RunFolder whole = RunThrough();
  const std::string policy = ReadFile(whole.final_policy());
  const TrainSummary summary = Resume(*Config(), whole, Quiet());
  EXPECT_EQ(summary.env_steps, kSteps);
  EXPECT_EQ(summary.evaluation.episodes.size(), 3u);
  EXPECT_EQ(ReadFile(whole.final_policy()), policy);
}

// three generations of starts, and other threads in the second half
TEST(ResumeCurriculumTest, GoesOnInTheMiddleOfAGeneration) {
  const TemporaryFolder temporary;
  const auto config = [](const std::string& threads) {
    return SmallRun({"curriculum.share=0.7", "curriculum.episodes=2", "curriculum.new_starts=5",
                     "train.threads=" + threads},
                    "arm-insert");
  };
  const RunFolder whole = RunFolder::Create(temporary / "whole");
  Train(*config("1"), whole, Quiet());
  const RunFolder folder = RunFolder::Create(temporary / "stopped");
  Train(*config("1"), folder, StopAt(646, *config("1")));
  Resume(*config("2"), folder, Quiet());
  EXPECT_TRUE(CheckpointTensors(folder.checkpoint(kSteps)) ==
              CheckpointTensors(whole.checkpoint(kSteps)));
  const auto rows = ProgressWithoutClock(folder.progress());
  EXPECT_EQ(rows, ProgressWithoutClock(whole.progress()));
  EXPECT_THAT(rows.front(), HasSubstr("curriculum_generation"));
}

INSTANTIATE_TEST_SUITE_P(EveryAgent, ResumeTest, testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const agents::AgentInfo& info : agents::AgentList())
                             names.push_back(info.name);
                           return names;
                         }()),
                         [](const auto& info) { return info.param; });

TEST(ResumeErrorTest, WithoutASoundCheckpointItSaysWhatToDo) {
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::Create(temporary / "run");
  const auto config = SmallRun();
  const auto nothing_sound =
      ThrowsMessage<Error>(AllOf(HasSubstr(folder.root().string()), HasSubstr("checkpoint")));
  EXPECT_THAT([&] { Resume(*config, folder, Quiet()); }, nothing_sound);
  std::ofstream(folder.checkpoint(300)) << "no checkpoint";
  std::ofstream(folder.checkpoint(600));
  testing::internal::CaptureStderr();
  EXPECT_THAT([&] { Resume(*config, folder, Quiet()); }, nothing_sound);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr(folder.checkpoint(300).string()),
                    HasSubstr(folder.checkpoint(600).string())));
}

TEST(ResumeErrorTest, AnotherModelIsNotTaken) {
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::Create(temporary / "run");
  const auto reach = SmallRun({}, "arm-reach");
  Train(*reach, folder, StopAt(100, *reach));
  const std::string manifest = ReadFile(folder.manifest());
  RunManifest other = ReadManifest(folder.manifest());
  const std::string now = other.model_hash;
  other.model_hash = "0123456789abcdef";
  WriteManifest(folder.manifest(), other);
  const std::string changed = ReadFile(folder.manifest());
  EXPECT_THAT([&] { Resume(*SmallRun({}, "arm-reach"), folder, Quiet()); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("model"), HasSubstr("0123456789abcdef"),
                                             HasSubstr(now), HasSubstr("arm"))));
  EXPECT_EQ(ReadFile(folder.manifest()), changed) << "nothing is written";
  WriteFileAtomically(folder.manifest(), manifest);
  EXPECT_FALSE(Resume(*SmallRun({}, "arm-reach"), folder, Quiet()).interrupted);
}

TEST(ResumeErrorTest, CheckpointOfAnotherTaskIsNotTaken) {
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::Create(temporary / "run");
  const auto pendulum = SmallRun();
  Train(*pendulum, folder, StopAt(100, *pendulum));
  testing::internal::CaptureStderr();
  EXPECT_THROW(Resume(*SmallRun({}, "reacher"), folder, Quiet()), Error);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("ddpg on pendulum"));
}

}  // namespace
}  // namespace sinew::training
