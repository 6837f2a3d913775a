#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "core/files.h"
#include "tests/apps/program.h"

namespace sinew::apps {
namespace {

using testing::HasSubstr;

using Table = std::vector<std::vector<std::string>>;

Table ReadCsv(const std::string& path) {
  Table table;
  std::istringstream text(ReadFile(path));
  for (std::string line; std::getline(text, line);) {
    std::istringstream cells(line);
    table.emplace_back();
    for (std::string cell; std::getline(cells, cell, ',');) table.back().push_back(cell);
  }
  return table;
}

size_t ColumnOf(const Table& table, const std::string& name) {
  return std::ranges::find(table.front(), name) - table.front().begin();
}

class RolloutTest : public testing::Test {
 protected:
  Outcome Rollout(const std::string& task, const std::string& actions,
                  const std::vector<std::string>& more = {}) {
    std::ofstream(scratch_ / "a.csv") << actions;
    std::vector<std::string> arguments{"rollout", task, "--actions", "a.csv", "--out", "t.csv"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return scratch_.Sinew(arguments);
  }
  void ExpectRefused(const Outcome& outcome, const std::string& what) {
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.error_lines(), 1) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(what));
    EXPECT_THAT(scratch_.Contents(), testing::ElementsAre("a.csv"));
  }

  Scratch scratch_;
};

TEST_F(RolloutTest, WritesTheStartStateAndARowAControlStep) {
  const Outcome outcome = Rollout("reacher", "0.1,0.1\n0.2,-0.1\r\n0,0\n\n",
                                  {"--qpos=0.1,0.2,0.05,-0.1", "--qvel=0,0,0,0"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Table table = ReadCsv(scratch_ / "t.csv");
  ASSERT_EQ(table.size(), 5u);
  EXPECT_THAT(table[0],
              testing::ElementsAre("step", "time", "obs_0", "obs_1", "obs_2", "obs_3", "obs_4",
                                   "obs_5", "obs_6", "obs_7", "obs_8", "obs_9", "obs_10", "reward",
                                   "terminated", "truncated", "diverged", "distance", "effort"));
  EXPECT_EQ(table[1][0], "0");
  EXPECT_EQ(table[1][1], "0");
  // the target's place, as given: 0.05 in 17 significant digits
  EXPECT_EQ(table[1][ColumnOf(table, "obs_4")], "0.050000000000000003");
  EXPECT_EQ(table[4][0], "3");
  EXPECT_NEAR(std::stod(table[4][1]), 0.06, 1e-12);
}

TEST_F(RolloutTest, EvalTracesTheEpisodesThatItMeasures) {
  const std::vector<std::string> plain{"eval", "reacher", "--policy", "sine", "--episodes", "2"};
  auto traced = plain;
  traced.insert(traced.end(), {"--trace", "steps.csv"});
  const Outcome outcome = scratch_.Sinew(traced);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, scratch_.Sinew(plain).out);
  const Table table = ReadCsv(scratch_ / "steps.csv");
  ASSERT_EQ(table.size(), 101u);  // two episodes of 50 steps
  EXPECT_EQ(table[100][ColumnOf(table, "episode")], "1");
  EXPECT_EQ(table[100][ColumnOf(table, "step")], "49");
  for (const char* name : {"cos_shoulder", "action_joint0", "torque_joint1", "reward", "distance"})
    EXPECT_LT(ColumnOf(table, name), table[0].size()) << name;
  const Outcome again = scratch_.Sinew(traced);
  EXPECT_EQ(again.status, 2);
  EXPECT_THAT(again.err, HasSubstr("steps.csv"));
  traced.insert(traced.end(), {"--table", "steps.csv", "--force"});
  const Outcome one_file = scratch_.Sinew(traced);
  EXPECT_EQ(one_file.status, 2);
  EXPECT_THAT(one_file.err, HasSubstr("--table and --trace"));
}

TEST_F(RolloutTest, GoesOnBeyondTheTimeLimit) {
  std::string actions;
  for (int i = 0; i < 203; ++i) actions += "0.5\n";
  ASSERT_EQ(Rollout("pendulum", actions).status, 0);
  const Table table = ReadCsv(scratch_ / "t.csv");
  ASSERT_EQ(table.size(), 205u);
  const size_t truncated = ColumnOf(table, "truncated");
  EXPECT_EQ(table[200][truncated], "0");  // step 199
  EXPECT_EQ(table[201][truncated], "1");  // step 200, the limit
  EXPECT_EQ(table[204][truncated], "1");
}

TEST_F(RolloutTest, IsTheSameForTheSameSeed) {
  const auto bytes = [this](const char* seed) {
    EXPECT_EQ(Rollout("pendulum", "0.5\n-0.5\n", {"--seed", seed, "--force"}).status, 0);
    return ReadFile(scratch_ / "t.csv");
  };
  const std::string first = bytes("3");
  EXPECT_EQ(bytes("3"), first);
  EXPECT_NE(bytes("4"), first);
}

TEST_F(RolloutTest, NamesEveryMalformedCell) {
  const Outcome outcome = Rollout("reacher", "0.1,x\n0.1,0.2\n,0.2\n0.1,nan\n");
  ExpectRefused(outcome, "a.csv:1:2: 'x'");
  EXPECT_THAT(outcome.err, HasSubstr("a.csv:3:1: ''"));
  EXPECT_THAT(outcome.err, HasSubstr("a.csv:4:2: 'nan'"));
}

TEST_F(RolloutTest, RefusesRowsOfAnotherLength) {
  ExpectRefused(Rollout("reacher", "0.1,0.2\n0.1\n"), "a.csv:2: 1 columns");
}

TEST_F(RolloutTest, RefusesAnEmptyFile) { ExpectRefused(Rollout("reacher", "\n"), "a.csv"); }

TEST_F(RolloutTest, RefusesAStateOfAnotherSize) {
  ExpectRefused(Rollout("reacher", "0,0\n", {"--qpos=0.1,0.2"}), "--qpos: 2 values given");
}

TEST_F(RolloutTest, RefusesAMalformedState) {
  ExpectRefused(Rollout("pendulum", "0\n", {"--qvel=fast"}), "--qvel: element 1 'fast'");
}

TEST_F(RolloutTest, KeepsAnExistingFileUnlessForced) {
  std::ofstream(scratch_ / "t.csv") << "precious";
  const Outcome kept = Rollout("pendulum", "0\n");
  EXPECT_EQ(kept.status, 2);
  EXPECT_THAT(kept.err, HasSubstr("--force"));
  EXPECT_EQ(ReadFile(scratch_ / "t.csv"), "precious");
  EXPECT_EQ(Rollout("pendulum", "0\n", {"--force"}).status, 0);
  EXPECT_THAT(ReadFile(scratch_ / "t.csv"), testing::StartsWith("step,time"));
}

}  // namespace
}  // namespace sinew::apps
