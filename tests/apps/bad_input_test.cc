// What the user gets wrong, and what the machine cannot give: one clear line, the right exit code,
// nothing lost and nothing half-written.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "core/files.h"
#include "tests/apps/program.h"
#include "tests/paths.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

/// One line on stderr that names `what`.
void ExpectRefused(const Outcome& outcome, int status, const std::string& what) {
  EXPECT_EQ(outcome.status, status) << outcome.err;
  EXPECT_EQ(outcome.error_lines(), 1) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr(what));
  EXPECT_EQ(outcome.out, "");
}

void CopyRun(const std::string& to) { fs::copy(TrainedRun(), to, fs::copy_options::recursive); }

struct Mistake {
  std::vector<std::string> arguments;
  std::string expected;  // part of the message
};

// what ctest shows
void PrintTo(const Mistake& mistake, std::ostream* stream) {
  *stream << "sinew";
  for (const std::string& argument : mistake.arguments) *stream << ' ' << argument;
}

class MistakeTest : public testing::TestWithParam<Mistake> {};

TEST_P(MistakeTest, IsNamedInOneLineAndLeavesNothing) {
  const Scratch scratch;
  ExpectRefused(scratch.Sinew(GetParam().arguments), 2, GetParam().expected);
  EXPECT_THAT(scratch.Contents(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    CommandLine, MistakeTest,
    testing::Values(
        Mistake{{"trian", "reacher"}, "did you mean 'train'"},
        Mistake{{"train", "reachr"}, "did you mean 'reacher'"},
        Mistake{{"train", "reacher", "--agent", "dpg"}, "did you mean 'ddpg'"},
        Mistake{{"train", "reacher", "--set", "agent.actr_lr=1"}, "did you mean 'actor_lr'"},
        Mistake{{"train", "reacher", "--set", "agnt.actor_lr=1"}, "did you mean 'agent'"},
        Mistake{{"train", "reacher", "--set", "agent.actor_lr"}, "agent.actor_lr"},
        Mistake{{"train", "reacher", "--set", "agent.actor_lr=fast"}, "fast"},
        Mistake{{"train", "reacher", "--set", "agent.gamma=1.5"}, "0 to 1"},
        Mistake{{"train", "reacher", "--preset", "papr"}, "papr"},
        Mistake{{"train", "reacher", "--config", "none.toml"}, "none.toml"},
        Mistake{{"train", "reacher", "--steps", "-1"}, "--steps"},
        Mistake{{"train", "reacher", "--steps", "0"}, "whole number from 1 to 1000000000000"},
        Mistake{{"train", "reacher", "--seed", "-1"}, "-1 is no whole number from 0 to"},
        Mistake{{"eval", "reacher", "--seed", "18446744073709551616"},
                "18446744073709551616 is no whole number from 0 to 18446744073709551615"},
        Mistake{{"train", "arm.xml"}, "an MJCF without a task"},
        Mistake{{"train", "reacher", "--set", "task.observe=velocities"}, "all, positions"},
        Mistake{{"train", "reacher", "--stps", "10"}, "did you mean '--steps'"},
        Mistake{{"--josn"}, "unknown option '--josn'"},
        Mistake{{"train"}, "task is required (see: sinew train --help)"},
        Mistake{{"train", "reacher", "fast"}, "unexpected argument 'fast'"},
        Mistake{
            {"train", "reacher", "--set", "agent.batch_size=1000", "--set", "agent.buffer_size=10"},
            "agent.batch_size"},
        Mistake{{"train", "reacher", "--set", "agent.history=60"}, "1 to 50 are valid"},
        Mistake{{"train", "reacher", "--set", "agent.history=0"}, "from 1 to 64"},
        Mistake{{"resume", "none"}, "none"}, Mistake{{"eval", "none.policy"}, "none.policy"},
        Mistake{{"eval", "pendulum", "--policy", "sin"}, "did you mean 'sine'"},
        Mistake{{"eval", "pendulum", "--episodes", "0"}, "--episodes"},
        Mistake{{"plot", "none", "--out", "curve.png"}, "none"},
        Mistake{{"record", "pendulum", "--out", "film.avi"}, "film.avi"},
        Mistake{{"record", "pendulum", "--out", "film.gif", "--camera", "mian"}, "main"},
        Mistake{{"record", "pendulum"}, "--out"},
        Mistake{{"export", "pendulum", "--out", "c"}, "pendulum"},
        Mistake{{"export", "pendulum", "--format", "cc", "--out", "c"}, "did you mean 'c'"},
        Mistake{{"verify", "none"}, "none"}, Mistake{{"bench", "lerner"}, "did you mean 'learner'"},
        Mistake{{"bench", "sim", "--task", "reachr"}, "did you mean 'reacher'"}),
    [](const auto& info) { return "Case" + std::to_string(info.index); });

TEST(BadFile, MalformedTomlIsNamedWithItsLine) {
  const Scratch scratch;
  std::ofstream(scratch / "bad.toml") << "[agent]\ngamma = 0.9\nbatch = = 3\n";
  ExpectRefused(scratch.Sinew({"train", "pendulum", "--config", "bad.toml"}), 2, "bad.toml:3:");
}

TEST(BadFile, UnknownKeyOfTomlIsNamedWithItsLine) {
  const Scratch scratch;
  std::ofstream(scratch / "bad.toml") << "[agent]\ngama = 0.9\n";
  const Outcome outcome = scratch.Sinew({"train", "pendulum", "--config", "bad.toml"});
  ExpectRefused(outcome, 2, "bad.toml:2:");
  EXPECT_THAT(outcome.err, HasSubstr("did you mean 'gamma'"));
}

TEST(BadFile, MalformedMjcfIsNamedWithItsLine) {
  const Scratch scratch;
  fs::create_directories(scratch / "assets/pendulum");
  std::ofstream(scratch / "assets/pendulum/pendulum.xml")
      << "<mujoco>\n  <worldbody>\n    <body nme=\"rod\"/>\n  </worldbody>\n</mujoco>\n";
  RunOptions options;
  options.environment["SINEW_ASSETS"] = scratch / "assets";
  const Outcome outcome = scratch.Sinew({"eval", "pendulum"}, options);
  ExpectRefused(outcome, 2, "pendulum.xml");
  EXPECT_THAT(outcome.err, HasSubstr("line 3"));
}

TEST(BadMachine, WhatDoesNotFitOnTheDiskIsNoSuccess) {
  const Scratch scratch;
  RunOptions options;
  options.file_size_limit = 0;
  const Outcome outcome = scratch.Sinew({"eval", "pendulum", "--episodes", "1", "--json"}, options);
  EXPECT_EQ(outcome.status, 1);
}

TEST(BadFile, DamagedPolicyIsRefused) {
  const Scratch scratch;
  std::string bytes = ReadFile(TrainedRun() / "final.policy");
  bytes[bytes.size() / 2] ^= 1;
  WriteFileAtomically(scratch / "bit.policy", bytes);
  ExpectRefused(scratch.Sinew({"eval", "bit.policy"}), 2, "bit.policy");
}

TEST(BadFile, TruncatedPolicyIsRefused) {
  const Scratch scratch;
  const std::string bytes = ReadFile(TrainedRun() / "final.policy");
  for (const size_t size : {size_t{0}, size_t{7}, bytes.size() / 3, bytes.size() - 1}) {
    WriteFileAtomically(scratch / "short.policy", bytes.substr(0, size));
    ExpectRefused(scratch.Sinew({"eval", "short.policy"}), 2, "short.policy");
  }
}

TEST(BadFile, PolicyOfAnotherTaskIsRefused) {
  const Scratch scratch;
  CopyRun(scratch / "run");
  const Outcome trained = scratch.Sinew({"train", "reacher", "--steps", "400", "--out", "reacher",
                                         "--set", "train.final_episodes=1", "--quiet"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  fs::copy(scratch / "reacher/final.policy", scratch / "run/final.policy",
           fs::copy_options::overwrite_existing);
  ExpectRefused(scratch.Sinew({"eval", "run"}), 2, "reacher");
}

TEST(BadFile, DamagedCheckpointIsNamedAndTheOneBeforeTaken) {
  const Scratch scratch;
  CopyRun(scratch / "run");
  std::vector<fs::path> checkpoints;
  for (const auto& entry : fs::directory_iterator(scratch / "run/checkpoints")) {
    checkpoints.push_back(entry.path());
  }
  std::ranges::sort(checkpoints);
  ASSERT_EQ(checkpoints.size(), 2u);
  const std::string policy = ReadFile(scratch / "run/final.policy");
  fs::resize_file(checkpoints.back(), fs::file_size(checkpoints.back()) / 2);
  const Outcome resumed = scratch.Sinew({"resume", "run", "--quiet"});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr(checkpoints.back().filename().string()));
  EXPECT_EQ(ReadFile(scratch / "run/final.policy"), policy);
}

TEST(BadFile, NoSoundCheckpointIsAnError) {
  const Scratch scratch;
  CopyRun(scratch / "run");
  for (const auto& entry : fs::directory_iterator(scratch / "run/checkpoints")) {
    fs::resize_file(entry.path(), 100);
  }
  const Outcome resumed = scratch.Sinew({"resume", "run", "--quiet"});
  EXPECT_EQ(resumed.status, 1);
  EXPECT_THAT(resumed.err, HasSubstr("no sound checkpoint"));
}

TEST(ExistingOutput, RunFolderIsKept) {
  const Scratch scratch;
  CopyRun(scratch / "run");
  const auto before = scratch.Contents();
  ExpectRefused(scratch.Sinew({"train", "pendulum", "--steps", "1000", "--out", "run"}), 2,
                "run-2");
  EXPECT_EQ(scratch.Contents(), before);
}

TEST(ExistingOutput, ExportFolderIsKept) {
  const Scratch scratch;
  fs::create_directories(scratch / "c");
  const std::string run = TrainedRun().string();
  ExpectRefused(scratch.Sinew({"export", run, "--out", "c"}), 2, "exists");
  EXPECT_TRUE(fs::is_empty(scratch / "c"));
}

TEST(ExistingOutput, FilesAreKept) {
  const Scratch scratch;
  const std::string run = TrainedRun().string();
  for (const char* file : {"curve.png", "film.gif"}) std::ofstream(scratch / file) << "precious";
  ExpectRefused(scratch.Sinew({"plot", run, "--out", "curve.png"}), 2, "--force");
  ExpectRefused(scratch.Sinew({"record", run, "--out", "film.gif"}), 2, "--force");
  EXPECT_EQ(ReadFile(scratch / "curve.png"), "precious");
  EXPECT_EQ(ReadFile(scratch / "film.gif"), "precious");
}

TEST(FullDisk, TrainingFailsWithoutHalfAFile) {
  const Scratch scratch;
  RunOptions options;
  options.file_size_limit = 50'000;  // less than a checkpoint
  ExpectRefused(
      scratch.Sinew({"train", "pendulum", "--steps", "3000", "--out", "run", "--quiet"}, options),
      1, "checkpoints/");
  EXPECT_TRUE(fs::is_empty(scratch / "run/checkpoints"));
  EXPECT_THAT(ReadFile(scratch / "run/manifest.json"), HasSubstr("\"failed\""));
}

TEST(FullDisk, ExportLeavesNoFolder) {
  const Scratch scratch;
  const std::string run = TrainedRun().string();
  RunOptions options;
  options.file_size_limit = 10'000;
  ExpectRefused(scratch.Sinew({"export", run, "--out", "c"}, options), 1, "cannot write");
  EXPECT_THAT(scratch.Contents(), IsEmpty());
}

TEST(FullDisk, RolloutLeavesNoFile) {
  const Scratch scratch;
  std::ofstream(scratch / "a.csv") << "0.1\n0.2\n0.3\n";
  RunOptions options;
  options.file_size_limit = 100;
  ExpectRefused(
      scratch.Sinew({"rollout", "pendulum", "--actions", "a.csv", "--out", "t.csv"}, options), 1,
      "t.csv");
  EXPECT_THAT(scratch.Contents(), testing::ElementsAre("a.csv"));
}

TEST(Machine, WithoutDisplayTheViewerNamesRecord) {
  const Scratch scratch;
  ExpectRefused(scratch.Sinew({"watch", "pendulum"}), 1, "sinew record");
  // a task or a model of one's own is found first
  const std::string leg = SourceDir() + "/assets/examples/cheetah_leg";
  ExpectRefused(scratch.Sinew({"watch", leg + ".toml"}), 1, "sinew record");
  ExpectRefused(scratch.Sinew({"watch", leg + ".xml"}), 1, "sinew record");
}

TEST(Machine, WithoutGpuCudaIsRefusedBeforeAFolderIsMade) {
  if (fs::exists("/dev/nvidiactl")) GTEST_SKIP() << "this machine has a GPU";
  const Scratch scratch;
  ExpectRefused(scratch.Sinew({"train", "pendulum", "--set", "agent.backend=autograd", "--set",
                               "agent.device=cuda", "--out", "run"}),
                2, "cuda");
  EXPECT_THAT(scratch.Contents(), IsEmpty());
}

}  // namespace
}  // namespace sinew::apps
