// The JSON that scripts rely on, and the tables that people read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/files.h"
#include "tests/apps/program.h"
#include "tests/paths.h"

namespace sinew::apps {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// The rows that a command prints; each must have all keys.
json Rows(const std::vector<std::string>& arguments, const std::vector<std::string>& keys) {
  const Outcome outcome = Scratch().Sinew(arguments);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  json rows = json::parse(outcome.out);
  EXPECT_FALSE(rows.empty());
  for (const json& row : rows) {
    for (const std::string& key : keys) EXPECT_TRUE(row.contains(key)) << key;
  }
  return rows;
}

json RowNamed(const json& rows, const std::string& name) {
  for (const json& row : rows) {
    if (row.at("name") == name) return row;
  }
  return {};
}

TEST(TasksCommand, AreListedWithTheirSizes) {
  const json rows = Rows({"tasks", "--json"},
                         {"name", "obs_dim", "act_dim", "control_dt", "time_limit", "asset"});
  const json reacher = RowNamed(rows, "reacher");
  EXPECT_EQ(reacher.at("obs_dim"), 11);
  EXPECT_EQ(reacher.at("act_dim"), 2);
  EXPECT_EQ(reacher.at("control_dt"), 0.02);
  EXPECT_EQ(reacher.at("time_limit"), 50);
  EXPECT_EQ(reacher.at("asset"), "reacher/reacher.xml");
}

TEST(TasksCommand, StandInATableWithOneLineEach) {
  const Outcome outcome = Scratch().Sinew({"tasks"});
  EXPECT_THAT(outcome.out, testing::StartsWith("name "));
  EXPECT_THAT(outcome.out, HasSubstr("\nreacher "));
  EXPECT_THAT(outcome.out, HasSubstr("\npendulum "));
}

TEST(TasksCommand, TellAllAboutOne) {
  const Outcome outcome = Scratch().Sinew({"tasks", "reacher", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const json task = json::parse(outcome.out);
  EXPECT_EQ(task.at("observation").size(), 11);
  EXPECT_EQ(task.at("action").at(1).at("unit"), "N·m");
  EXPECT_EQ(task.at("timestep"), 0.01);
  const Outcome text = Scratch().Sinew({"tasks", "gripper"});
  EXPECT_THAT(text.out, HasSubstr("\nfinger_left"));
  EXPECT_THAT(text.out, HasSubstr("\ntask.start_in_hand"));
}

TEST(TasksCommand, RefuseWhatIsNoTask) {
  const Outcome unknown = Scratch().Sinew({"tasks", "reachr"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("reacher"));
  EXPECT_EQ(Scratch().Sinew({"tasks", "--markdown"}).status, 2);
}

// the list is made beforehand, by scripts/task-pages.sh; what a task says of itself is the task's
// own
TEST(TasksCommand, TheListIsUpToDate) {
  for (const json& row : Rows({"tasks", "--json"}, {"name"})) {
    const Outcome outcome = Scratch().Sinew({"tasks", row.at("name"), "--json"});
    const json task = json::parse(outcome.out);
    for (const auto& [key, value] : row.items()) EXPECT_EQ(task.at(key), value) << row;
  }
}

TEST(TasksCommand, TheListIsWholeWhereNoneIsMade) {
  const Scratch scratch;
  namespace fs = std::filesystem;
  for (const auto& entry : fs::directory_iterator(SourceDir() + "/assets")) {
    if (entry.path().filename() != "tasks.json")
      fs::create_symlink(entry.path(), scratch.path() / entry.path().filename());
  }
  const RunOptions elsewhere{.environment = {{"SINEW_ASSETS", scratch.path().string()}}};
  EXPECT_EQ(Scratch().Sinew({"tasks"}, elsewhere).out, Scratch().Sinew({"tasks"}).out);
}

// docs/tasks/reference is what `sinew tasks NAME --markdown` prints; scripts/task-pages.sh makes it
TEST(TasksCommand, PagesOfTheDocumentationAreUpToDate) {
  for (const json& row : Rows({"tasks", "--json"}, {"name"})) {
    const auto name = row.at("name").get<std::string>();
    const auto page = SourceDir() + "/docs/tasks/reference/" + name + ".md";
    EXPECT_EQ(ReadFile(page), Scratch().Sinew({"tasks", name, "--markdown"}).out) << page;
  }
}

TEST(AgentsCommand, AreListed) {
  EXPECT_FALSE(RowNamed(Rows({"agents", "--json"}, {"name", "traits", "summary"}), "ddpg").empty());
}

TEST(BenchCommand, SimComparesWithRawPhysics) {
  const json rows = Rows({"bench", "sim", "--task", "pendulum", "--seconds", "0.05", "--json"},
                         {"task", "threads", "env_steps_per_s", "raw_steps_per_s", "overhead"});
  ASSERT_EQ(rows.size(), 2u);
  for (const json& row : rows) {
    const double env = row.at("env_steps_per_s"), raw = row.at("raw_steps_per_s");
    EXPECT_GT(env, 0);
    EXPECT_NEAR(row.at("overhead").get<double>(), raw / env - 1, 1e-12);
  }
}

TEST(BenchCommand, LearnerComparesWithItsMatrixProducts) {
  const json rows =
      Rows({"bench", "learner", "--seconds", "0.05", "--json"},
           {"agent", "batch", "hidden", "obs", "act", "threads", "ms", "bound_ms", "ratio"});
  EXPECT_EQ(rows[0].at("batch"), 256);
  EXPECT_EQ(rows[0].at("hidden"), json::array({256, 256}));
  std::set<std::string> agents;
  std::set<int> threads;
  for (const json& row : rows) {
    EXPECT_GT(row.at("ms"), 0);
    agents.insert(row.at("agent"));
    threads.insert(row.at("threads").get<int>());
  }
  EXPECT_EQ(agents, (std::set<std::string>{"ddpg", "fsac", "naf", "ppo", "sac", "td3"}));
  EXPECT_EQ(threads, (std::set<int>{1, 2}));
}

TEST(BenchCommand, LearnerTakesAWidthAndABatch) {
  const json rows = Rows({"bench", "learner", "--agent", "td3", "ppo", "--hidden", "24", "--batch",
                          "32", "--threads", "1", "--seconds", "0.02", "--json"},
                         {"agent", "batch", "hidden", "policy_delay", "device"});
  // TD3 has two rows of 256, which differ in their delay, and one of 64, now the same as the first
  ASSERT_EQ(rows.size(), 3u);
  for (const json& row : rows) {
    EXPECT_EQ(row.at("batch"), 32);
    EXPECT_EQ(row.at("hidden"), json::array({24, 24}));
    EXPECT_EQ(row.at("device"), "cpu");
  }
}

TEST(BenchCommand, PolicyTellsMicrosecondsOfEachBackend) {
  const json rows =
      Rows({"bench", "policy", "--seconds", "0.02", "--json"}, {"backend", "hidden", "us"});
  std::set<std::string> backends;
  for (const json& row : rows) {
    EXPECT_GT(row.at("us"), 0);
    backends.insert(row.at("backend"));
  }
  // ONNX Runtime too, where there is one
  for (const char* name : {"artifact", "c", "c-int16", "libtorch"})
    EXPECT_TRUE(backends.contains(name)) << name;
}

TEST(BenchCommand, TrainTellsStepsPerSecond) {
  const json rows =
      Rows({"bench", "train", "--agent", "ddpg", "--task", "pendulum", "--threads", "1", "--steps",
            "1000", "--json"},
           {"agent", "task", "envs", "threads", "env_steps_per_s", "raw_steps_per_s"});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_GT(rows[0].at("raw_steps_per_s"), rows[0].at("env_steps_per_s"));
}

}  // namespace
}  // namespace sinew::apps
