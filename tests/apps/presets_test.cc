// The settings that ship with the program: every file of assets/presets, as `sinew train` takes it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/apps/program.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;
using testing::IsSupersetOf;

std::set<std::string> Names(const std::string& command) {
  const Scratch scratch;
  std::set<std::string> names;
  for (const auto& entry : nlohmann::json::parse(scratch.Sinew({command, "--json"}).out))
    names.insert(entry.at("name"));
  return names;
}

// a preset belongs to the task that its name begins with ("reacher-precise"), "paper" to any
std::string TaskOf(const std::string& preset, const std::set<std::string>& tasks) {
  std::string longest;
  for (const std::string& task : tasks) {
    if (preset.starts_with(task) && task.size() > longest.size()) longest = task;
  }
  return longest.empty() ? "reacher" : longest;
}

TEST(Presets, EveryOneIsOfAKnownAgentAndAccepted) {
  const std::set<std::string> tasks = Names("tasks"), agents = Names("agents");
  const Scratch scratch;
  std::set<std::string> seen;
  for (const auto& file : fs::recursive_directory_iterator(SINEW_SOURCE_DIR "/assets/presets")) {
    if (!file.is_regular_file()) continue;
    const std::string agent = file.path().parent_path().filename();
    const std::string preset = file.path().stem();
    EXPECT_TRUE(agents.contains(agent)) << file.path();
    EXPECT_EQ(file.path().extension(), ".toml") << file.path();
    const Outcome outcome = scratch.Sinew(
        {"train", TaskOf(preset, tasks), "--agent", agent, "--preset", preset, "--print-config"});
    EXPECT_EQ(outcome.status, 0) << file.path() << ": " << outcome.err;
    seen.insert(agent + "/" + preset);
  }
  EXPECT_THAT(seen, IsSupersetOf({"ddpg/paper", "sac/reacher-precise"}));
}

}  // namespace
}  // namespace sinew::apps
