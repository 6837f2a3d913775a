// The commands of README and tutorial, run as they stand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "core/files.h"
#include "tests/apps/program.h"
#include "tests/paths.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Command {
  std::string page, line;
  bool display;  // opens a window
};

/// The lines of a page's blocks "```sh sinew-test", those of windows marked "display".
std::vector<Command> CommandsOf(const std::string& page) {
  static const std::regex block("```sh sinew-test( display)?[^\n]*\n([^]*?)```");
  const std::string text = ReadFile(fs::path(SourceDir()) / page);
  std::vector<Command> commands;
  for (std::sregex_iterator it(text.begin(), text.end(), block), end; it != end; ++it) {
    std::istringstream lines((*it)[2]);
    for (std::string line; std::getline(lines, line);)
      if (!line.empty()) commands.push_back({page, line, (*it)[1].matched});
  }
  return commands;
}

/// A training is cut short: that it runs is what is asked here, not what it learns.
std::string Shortened(const std::string& line) {
  if (!line.starts_with("sinew train ")) return line;
  return line + " --set train.eval_episodes=2 --set train.final_episodes=4" +
         (line.find("--steps") == std::string::npos ? " --steps 3000" : "");
}

/// A folder as a reader of the page has it: the repository's assets, and the robot that the page
/// speaks of.
class Reader {
 public:
  Reader() {
    const fs::path source = SourceDir();
    fs::create_directory_symlink(source / "assets", scratch_ / "assets");
    fs::copy_file(source / "tests/apps/my_arm.urdf", scratch_ / "my_arm.urdf");
    const char* path = std::getenv("PATH");
    options_.program = "/bin/bash";
    options_.environment["PATH"] = BinaryDir() + ":" + (path ? path : "/usr/bin:/bin");
  }

  void Run(const Command& command) {
    SCOPED_TRACE(command.page + ": " + command.line);
    const Outcome outcome = scratch_.Sinew({"-c", Shortened(command.line)}, options_);
    if (command.display) {
      // the tests have none; a mistake in the command would be told before
      EXPECT_THAT(outcome.err, HasSubstr("no display"));
    } else {
      EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    }
  }

 private:
  Scratch scratch_;
  RunOptions options_;
};

TEST(PageCommands, OfTheReadmeRun) {
  Reader reader;
  const auto commands = CommandsOf("README.md");
  EXPECT_GE(commands.size(), 9u);
  for (const Command& command : commands) reader.Run(command);
}

TEST(PageCommands, OfYourOwnRobotRunFromItsUrdf) {
  Reader reader;
  const auto commands = CommandsOf("docs/own-robot.md");
  EXPECT_GE(commands.size(), 8u);
  for (const Command& command : commands) reader.Run(command);
}

TEST(PageCommands, OfTheTutorialRunFromPageToPage) {
  Reader reader;
  for (const char* name : {"1-look", "2-train", "3-push", "4-export", "5-real-time"}) {
    const auto commands = CommandsOf(std::string("docs/tutorial/") + name + ".md");
    EXPECT_FALSE(commands.empty()) << name;
    for (const Command& command : commands) reader.Run(command);
  }
}

}  // namespace
}  // namespace sinew::apps
