// The settings that ship with the program: every file of assets/presets makes an agent of a task.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "sim/task.h"
#include "tests/training/small_run.h"

namespace sinew::training {
namespace {

namespace fs = std::filesystem;
using testing::IsSupersetOf;

// a preset belongs to the task that its name begins with ("reacher-precise"), "paper" to any
std::string TaskOf(const std::string& preset) {
  std::string longest;
  for (const std::string& task : tasks::TaskNames()) {
    if (preset.starts_with(task) && task.size() > longest.size()) longest = task;
  }
  return longest.empty() ? "reacher" : longest;
}

TEST(Presets, EveryOneMakesItsAgent) {
  std::set<std::string> seen;
  for (const auto& entry : fs::recursive_directory_iterator(sim::AssetFolder() / "presets")) {
    if (!entry.is_regular_file()) continue;
    const fs::path& file = entry.path();
    SCOPED_TRACE(file);
    const std::string agent = file.parent_path().filename(), preset = file.stem();
    EXPECT_EQ(file.extension(), ".toml");
    EXPECT_NO_THROW({
      const auto run = SmallRun({}, TaskOf(preset), agent);
      run->config().SetFromToml(ReadFile(file), file.string());
      run->BuildAgent(*run->BuildTask());
    });
    seen.insert(agent + "/" + preset);
  }
  EXPECT_THAT(seen, IsSupersetOf({"ddpg/paper", "sac/reacher-precise"}));
}

}  // namespace
}  // namespace sinew::training
