// A sweep trains what is missing, keeps what is there, and goes on after an interrupt.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/files.h"
#include "tests/apps/program.h"
#include "tests/paths.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

void WaitFor(const fs::path& path) {
  for (int i = 0; i < 3000 && !fs::exists(path); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

class SweepTest : public testing::Test {
 protected:
  static std::vector<std::string> Words(const std::vector<std::string>& more) {
    std::vector<std::string> words{"sweep", "pendulum", "--out", "study", "--episodes", "4"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Outcome Sweep(const std::vector<std::string>& more) { return scratch_.Sinew(Words(more)); }

  std::string Manifest(const std::string& run) {
    return ReadFile(scratch_ / ("study/" + run + "/manifest.json"));
  }

  Scratch scratch_;
};

TEST_F(SweepTest, TrainsEveryVariantAndKeepsWhatIsDone) {
  const std::vector<std::string> grid{"--seeds", "1-2",    "--steps",
                                      "600",     "--grid", "agent.gamma=0.9,0.95"};
  const Outcome outcome = Sweep(grid);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("pendulum-ddpg-gamma=0.9 "), HasSubstr("pendulum-ddpg-gamma=0.95 ")));
  EXPECT_THAT(outcome.err, HasSubstr("[4/4] "));
  const std::string before = Manifest("pendulum-ddpg-gamma=0.95-s2");
  EXPECT_THAT(before, AllOf(HasSubstr("\"finished\""), HasSubstr("train.threads=1")));

  auto again = grid;
  again.push_back("--json");
  const Outcome table = Sweep(again);
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_EQ(table.err, "") << "nothing is trained again";
  EXPECT_EQ(Manifest("pendulum-ddpg-gamma=0.95-s2"), before);
  const auto rows = nlohmann::json::parse(table.out);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_GE(rows[0]["mean"].get<double>(), rows[1]["mean"].get<double>()) << "the best first";
  EXPECT_EQ(rows[0]["seeds"], 2);
  EXPECT_EQ(rows[0]["steps"], 600);
  EXPECT_TRUE(rows[0]["success"].is_null()) << "the pendulum has no goal";

  auto longer = grid;
  longer[3] = "700";
  const Outcome refused = Sweep(longer);
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("was trained with other settings"));
}

TEST_F(SweepTest, MistakesAreFoundBeforeAnythingIsTrained) {
  EXPECT_EQ(Sweep({"--grid", "agent.gama=0.9"}).status, 2);
  EXPECT_EQ(Sweep({"--seeds", "2-1"}).status, 2);
  // the second variant asks for more than the buffer holds
  const Outcome outcome =
      Sweep({"--grid", "agent.batch_size=8,64", "--set", "agent.buffer_size=32"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("agent.batch_size = 64"));
  EXPECT_EQ(outcome.error_lines(), 1);
  EXPECT_FALSE(fs::exists(scratch_ / "study"));
}

TEST_F(SweepTest, GoesOnAfterAnInterrupt) {
  const std::vector<std::string> seeds{"--seeds", "1-2", "--steps", "8000", "--jobs", "1"};
  {
    Program program(scratch_.path(), Words(seeds));
    WaitFor(scratch_ / "study/pendulum-ddpg-s1/eval.jsonl");
    program.Signal(SIGINT);
    const Outcome outcome = program.Wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("of 2 done; the same command goes on"));
  }
  EXPECT_THAT(Manifest("pendulum-ddpg-s1"), HasSubstr("\"interrupted\""));
  EXPECT_FALSE(fs::exists(scratch_ / "study/pendulum-ddpg-s2"));
  const Outcome outcome = Sweep(seeds);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(Manifest("pendulum-ddpg-s1"), HasSubstr("\"finished\""));
  EXPECT_THAT(Manifest("pendulum-ddpg-s2"), HasSubstr("\"finished\""));
  EXPECT_THAT(ReadFile(scratch_ / "study/pendulum-ddpg-s1.log"), HasSubstr("stopped at step"));
}

TEST_F(SweepTest, AnInterruptWhileItEvaluatesKeepsWhatIsEvaluated) {
  auto words = Words({"--seeds", "1-3", "--steps", "600"});
  words[5] = "300";  // episodes
  const auto fresh = [&](const std::string& seed) {
    return scratch_ / ("study/pendulum-ddpg-s" + seed + "/fresh.json");
  };
  {
    Program program(scratch_.path(), words);
    WaitFor(fresh("1"));
    program.Signal(SIGINT);
    const Outcome outcome = program.Wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("policies of 3 runs over 300 fresh episodes"));
    EXPECT_THAT(outcome.out, HasSubstr("stopped before every run was evaluated"));
  }
  EXPECT_FALSE(fs::exists(fresh("3")));
  const std::string before = ReadFile(fresh("1"));
  const Outcome outcome = scratch_.Sinew(words);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(fs::exists(fresh("3")));
  EXPECT_EQ(ReadFile(fresh("1")), before);
}

TEST_F(SweepTest, GoesOnWhenTheProgramOnDiskIsReplaced) {
  const fs::path copy = scratch_ / "sinew", learner = scratch_ / "sinew-learn";
  fs::copy_file(BinaryDir() + "/sinew", copy);
  fs::copy_file(BinaryDir() + "/sinew-learn", learner);
  Program program(scratch_.path(), Words({"--seeds", "1-2", "--steps", "8000", "--jobs", "1"}),
                  {.program = copy.string()});
  WaitFor(scratch_ / "study/pendulum-ddpg-s1/eval.jsonl");
  EXPECT_FALSE(fs::exists(scratch_ / "study/pendulum-ddpg-s2"));
  fs::remove(copy);
  fs::remove(learner);
  const Outcome outcome = program.Wait();
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(Manifest("pendulum-ddpg-s2"), HasSubstr("\"finished\""));
}

TEST_F(SweepTest, AFailureIsNamedAndTheOthersGoOn) {
  fs::create_directories(scratch_ / "study");
  ASSERT_EQ(scratch_
                .Sinew({"train", "pendulum", "--steps", "600", "--set", "train.threads=1", "--out",
                        "study/pendulum-ddpg-s1"})
                .status,
            0);
  // a run that was killed before its first checkpoint
  fs::remove_all(scratch_ / "study/pendulum-ddpg-s1/checkpoints");
  const std::string path = scratch_ / "study/pendulum-ddpg-s1/manifest.json";
  std::string manifest = ReadFile(path);
  manifest.replace(manifest.find("\"finished\""), 10, "\"running\"");
  WriteFileAtomically(path, manifest);
  const Outcome outcome = Sweep({"--seeds", "1-2", "--steps", "600"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("pendulum-ddpg-s1 failed (exit code 1): see study"),
                                 HasSubstr("1 of 2 trainings failed: pendulum-ddpg-s1")));
  EXPECT_THAT(ReadFile(scratch_ / "study/pendulum-ddpg-s1.log"), HasSubstr("start the run anew"));
  EXPECT_THAT(Manifest("pendulum-ddpg-s2"), HasSubstr("\"finished\""));
}

}  // namespace
}  // namespace sinew::apps
