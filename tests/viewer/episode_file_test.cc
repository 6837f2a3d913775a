#include "viewer/session/episode_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/error.h"
#include "core/files.h"
#include "tests/viewer/test_task.h"

namespace sinew::viewer {
namespace {

using ::testing::HasSubstr;

class EpisodeFileTest : public ::testing::Test {
 protected:
  EpisodeFileTest()
      : path_(std::filesystem::path(::testing::TempDir()) / fmt::format("sinew-{}.ep", getpid())),
        session_(MakeSession()) {
    session_.disturbance.torque_noise = 0.1;
    for (int i = 0; i < 20; ++i) {
      if (i == 5) session_.MoveBody({SwingTask::kGoalBody, {0.2, 0, 0.4}});
      session_.Step(i < 10 ? Wrench{} : Wrench{SwingTask::kLowerBody, {4, 0, 1}, {0, 0.1, 0}});
    }
  }
  ~EpisodeFileTest() override { std::filesystem::remove(path_); }

  static Session MakeSession() {
    return Session(std::make_shared<SwingTask>(),
                   std::make_unique<FixedPolicySource>(CardFor<RememberingPolicy>("remembering")),
                   {.seed = 7});
  }
  Episode SaveAndLoad() {
    SaveEpisode(path_, CaptureEpisode(session_, {{"goal", "fixed"}}));
    return LoadEpisode(path_);
  }
  std::string LoadError(const std::string& bytes) {
    WriteFileAtomically(path_, bytes);
    try {
      LoadEpisode(path_);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  std::filesystem::path path_;
  Session session_;
};

TEST_F(EpisodeFileTest, ReplaysToTheSameBitsFromTheFile) {
  const Episode episode = SaveAndLoad();
  EXPECT_EQ(episode.task_options, (TaskOptions{{"goal", "fixed"}}));
  EXPECT_EQ(episode.policy, "remembering");
  ASSERT_EQ(episode.steps.size(), 20u);
  EXPECT_TRUE(episode.steps[5].move);
  sim::Env env(std::make_shared<SwingTask>(), 99);
  const ReplayResult result = ReplayEpisode(episode, &env);
  EXPECT_FALSE(result.parted_at) << *result.parted_at;
  EXPECT_EQ(result.steps, 20);
  EXPECT_EQ(env.SaveState().simulation, session_.frame().state.simulation);
  EXPECT_EQ(env.episode_return(), session_.frame().state.episode_return);
}

TEST_F(EpisodeFileTest, TellsTheStepAtWhichItParts) {
  Episode episode = SaveAndLoad();
  episode.steps[12].action[0] *= 0.5f;
  sim::Env env(std::make_shared<SwingTask>(), 99);
  EXPECT_EQ(ReplayEpisode(episode, &env).parted_at, 13);
  EXPECT_THAT(ReplayEpisode(episode, &env).Describe(), HasSubstr("parted at step 13"));
}

TEST_F(EpisodeFileTest, FillsASessionThatCanBranchFromIt) {
  const Episode episode = SaveAndLoad();
  Session other = MakeSession();
  other.Step();
  const ReplayResult result = ReplayEpisode(episode, &other);
  EXPECT_FALSE(result.parted_at);
  EXPECT_EQ(other.frame().state.step, 0);
  EXPECT_EQ(other.history().size(), 2u + 21u);
  other.Seek(other.history().size() - 1);
  EXPECT_EQ(other.frame().state.simulation, session_.frame().state.simulation);
  other.Seek(other.history().size() - 10);
  EXPECT_TRUE(other.Step());
  EXPECT_EQ(other.history().branches().size(), 1u);
}

TEST_F(EpisodeFileTest, TheRestOfAnEpisodeReplaysToo) {
  Session kept(std::make_shared<SwingTask>(),
               std::make_unique<FixedPolicySource>(CardFor<RememberingPolicy>("remembering")),
               {.seed = 7, .history_frames = 6});
  for (int i = 0; i < 20; ++i) kept.Step();
  SaveEpisode(path_, CaptureEpisode(kept, {}));
  const Episode episode = LoadEpisode(path_);
  EXPECT_EQ(episode.start.step, 15);
  EXPECT_EQ(episode.log.intents.size(), 30u);
  Session other = MakeSession();
  EXPECT_FALSE(ReplayEpisode(episode, &other).parted_at);
  // the policy's memory of the steps before the start is there as well
  const auto last = kept.frame().state.simulation;
  for (int i = 0; i < 5; ++i) other.Step();
  EXPECT_EQ(other.frame().state.simulation, last);
}

TEST_F(EpisodeFileTest, RefusesWhatIsDamaged) {
  SaveAndLoad();
  const std::string good = ReadFile(path_);
  EXPECT_EQ(LoadError(good), "");
  EXPECT_THAT(LoadError("no episode at all"), HasSubstr("not an episode file"));
  EXPECT_THAT(LoadError(good.substr(0, 8)), HasSubstr("too short"));
  EXPECT_THAT(LoadError(good.substr(0, good.size() / 2)), HasSubstr("checksum"));
  std::string flipped = good;
  flipped[good.size() / 2] ^= 1;
  EXPECT_THAT(LoadError(flipped), HasSubstr("checksum"));
  // a header that promises more than there is, with a checksum of its own
  std::string huge = good.substr(0, good.size() - 4);
  const size_t at = huge.find("\"state\":") + 8;
  huge[at] = '9';
  const uint32_t checksum = Crc32(huge);
  huge.append(reinterpret_cast<const char*>(&checksum), 4);
  EXPECT_THAT(LoadError(huge), HasSubstr("damaged"));
}

TEST_F(EpisodeFileTest, RefusesAnotherTasksEpisode) {
  Episode episode = SaveAndLoad();
  sim::Env env(std::make_shared<SwingTask>(), 0);
  episode.task = "reacher";
  EXPECT_THROW(ReplayEpisode(episode, &env), UserError);
  episode.task = "swing";
  episode.model_hash = "0";
  EXPECT_THROW(ReplayEpisode(episode, &env), UserError);
  episode = SaveAndLoad();
  episode.steps[3].pushes = {{.body = 1000}};
  EXPECT_THROW(ReplayEpisode(episode, &env), UserError);
}

}  // namespace
}  // namespace sinew::viewer
