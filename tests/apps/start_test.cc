// What a start of the program loads: LibTorch, video, ONNX and OpenGL only where they are needed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/files.h"
#include "tests/apps/program.h"
#include "tests/paths.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

using Names = std::set<std::string>;

// "torch" of "libtorch_cpu.so", as the start of a library's name
const Names kLearning{"libtorch", "libc10", "libonnx", "libprotobuf", "libopenblas"};
const Names kDrawing{"libav", "libsw", "libGL", "libEGL", "libOpenGL", "libglfw", "libX11"};

/// Names of the libraries that a command loads, wherever in its life: the loader tells of each.
Names Loaded(const Scratch& scratch, const std::vector<std::string>& arguments) {
  const std::string log = scratch / "loader";
  scratch.Sinew(arguments, {.environment = {{"LD_DEBUG", "files"}, {"LD_DEBUG_OUTPUT", log}}});
  Names names;
  for (const auto& entry : fs::directory_iterator(scratch.path())) {
    if (!entry.path().filename().string().starts_with("loader.")) continue;
    std::istringstream lines(ReadFile(entry.path()));
    for (std::string line; std::getline(lines, line);) {
      const size_t at = line.find("calling init: ");
      if (at != line.npos) names.insert(fs::path(line.substr(at + 14)).filename());
    }
    fs::remove(entry.path());
  }
  return names;
}

/// Those of `loaded` that begin with one of `unwanted`.
Names Among(const Names& loaded, const Names& unwanted) {
  Names found;
  for (const std::string& name : loaded) {
    for (const std::string& start : unwanted) {
      if (name.starts_with(start)) found.insert(name);
    }
  }
  return found;
}

std::string Policy() { return SourceDir() + "/assets/policies/pendulum.policy"; }

using Arguments = std::vector<std::string>;

TEST(Start, NeitherLearningNorDrawingIsLoadedWhereThereIsNone) {
  const Scratch scratch;
  const std::string run = TrainedRun().string();
  WriteFileAtomically(scratch / "actions.csv", "0\n0.1\n");
  const Arguments light[] = {
      {"--version"},
      {"--help"},
      {"trian"},
      {"tasks"},
      {"agents"},
      {"check", "pendulum", "--episodes", "1"},
      {"eval", Policy(), "--episodes", "1"},
      {"eval", run, "--episodes", "1"},
      {"replay", "missing.ep"},
      {"rollout", "pendulum", "--actions", "actions.csv", "--out", "trajectory.csv"},
      {"run-controller", "--help"},
  };
  for (const Arguments& arguments : light) {
    const Names loaded = Loaded(scratch, arguments);
    EXPECT_THAT(loaded, testing::Contains(HasSubstr("libmujoco"))) << arguments[0];
    EXPECT_THAT(Among(loaded, kLearning), testing::IsEmpty()) << arguments[0];
    EXPECT_THAT(Among(loaded, kDrawing), testing::IsEmpty()) << arguments[0];
  }
}

TEST(Start, WhatDrawsLoadsNothingThatLearns) {
  const Scratch scratch;
  const std::string run = TrainedRun().string();
  const Arguments drawing[] = {{"watch", "--keys"},
                               {"watch", Policy()},
                               {"watch", run},
                               {"record", Policy(), "--out", "frames/", "--episodes", "1",
                                "--width", "64", "--height", "64"}};
  for (const Arguments& arguments : drawing) {
    const Names loaded = Loaded(scratch, arguments);
    EXPECT_THAT(Among(loaded, kDrawing), testing::Not(testing::IsEmpty())) << arguments[0];
    EXPECT_THAT(Among(loaded, kLearning), testing::IsEmpty()) << arguments[0];
  }
}

TEST(Start, WhatLearnsLoadsLibTorch) {
  EXPECT_THAT(Loaded(Scratch(), {"train", "--help"}),
              testing::Contains(testing::StartsWith("libtorch")));
}

TEST(Start, AnyOfTheProgramsRunsEveryCommand) {
  const Scratch scratch;
  for (const char* program : {"/sinew", "/sinew-view", "/sinew-learn"}) {
    for (const char* command : {"tasks", "record", "verify"}) {
      const Outcome help = scratch.Sinew({command, "--help"}, {.program = BinaryDir() + program});
      EXPECT_EQ(help.status, 0) << program << ' ' << help.err;
      EXPECT_THAT(help.out, HasSubstr(std::string("Usage: sinew ") + command)) << program;
    }
  }
}

TEST(Start, SaysWhichProgramIsMissing) {
  const Scratch scratch;
  fs::copy_file(BinaryDir() + "/sinew", scratch / "sinew");
  const Outcome outcome = scratch.Sinew({"train", "pendulum"}, {.program = scratch / "sinew"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.error_lines(), 1) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("'sinew train' needs the program sinew-learn"));
  EXPECT_THAT(outcome.err, HasSubstr("make build"));
  EXPECT_EQ(outcome.out, "");
}

}  // namespace
}  // namespace sinew::apps
