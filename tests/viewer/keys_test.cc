#include "viewer/window/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <utility>

#include "core/files.h"
#include "tests/paths.h"

namespace sinew::viewer {
namespace {

using ::testing::HasSubstr;

TEST(Keys, EachKeyMeansOneThing) {
  std::set<std::pair<int, int>> seen;
  for (const Shortcut& shortcut : Shortcuts()) {
    EXPECT_TRUE(seen.emplace(shortcut.code, shortcut.modifiers).second) << shortcut.meaning;
  }
}

TEST(Keys, EachCommandHasAKeyAndAnExplanation) {
  std::set<std::pair<Command, int>> explained;
  std::set<Command> commands;
  for (const Shortcut& shortcut : Shortcuts()) {
    EXPECT_EQ(shortcut.keys.empty(), shortcut.meaning.empty());
    if (shortcut.keys.empty()) continue;
    const Action& action = shortcut.action;
    EXPECT_TRUE(explained.emplace(action.command, action.argument).second) << shortcut.keys;
    commands.insert(action.command);
  }
  EXPECT_EQ(commands.size(), static_cast<size_t>(Command::kQuit) + 1);
}

TEST(Keys, FindsCommandsAndMindsModifiers) {
  EXPECT_EQ(FindCommand(key::kSpace, 0), Command::kPlayPause);
  EXPECT_EQ(FindCommand('P', key::kControl), Command::kScreenshot);
  EXPECT_EQ(FindCommand('B', 0), std::nullopt);
  constexpr int kCapsLock = 0x10;
  EXPECT_EQ(FindCommand('N', kCapsLock), Command::kNextEpisode);
}

TEST(Keys, MarkdownNamesEveryKey) {
  const std::string page = ShortcutsMarkdown();
  for (const Shortcut& shortcut : Shortcuts())
    EXPECT_THAT(page, HasSubstr(std::string(shortcut.meaning)));
  for (const MouseGesture& gesture : MouseGestures())
    EXPECT_THAT(page, HasSubstr(std::string(gesture.gesture)));
}

TEST(Keys, TheDocumentationHasTheTable) {
  const std::string page = ReadFile(std::filesystem::path(SourceDir()) / "docs/viewer.md");
  EXPECT_NE(page.find(ShortcutsMarkdown()), page.npos) << "sinew watch --keys prints it";
}

}  // namespace
}  // namespace sinew::viewer
