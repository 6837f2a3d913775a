#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/apps/program.h"

namespace sinew::apps {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kCommands{"train",  "resume",  "eval",   "plot",  "watch",  "record",
                                         "export", "rollout", "verify", "tasks", "agents", "bench"};

TEST(Help, NamesEveryCommand) {
  const Outcome help = Scratch().Sinew({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const std::string& command : kCommands) EXPECT_THAT(help.out, HasSubstr("\n  " + command));
}

TEST(Help, EveryCommandHasItsOwn) {
  const Scratch scratch;
  for (const std::string& command : kCommands) {
    const Outcome help = scratch.Sinew({command, "--help"});
    EXPECT_EQ(help.status, 0) << command;
    EXPECT_THAT(help.out, HasSubstr("sinew " + command));
    EXPECT_EQ(help.err, "");
  }
}

TEST(Help, WithoutAnyArgumentIsShownAsAMistake) {
  const Outcome outcome = Scratch().Sinew({});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("train"));
}

TEST(Help, OfTrainListsEverySetting) {
  const Outcome help = Scratch().Sinew({"train", "--help"});
  EXPECT_THAT(help.out, HasSubstr("agent.actor_lr"));
  EXPECT_THAT(help.out, HasSubstr("train.num_envs"));
}

TEST(Help, OfTrainWithATaskListsItsSettingsToo) {
  const Outcome help = Scratch().Sinew({"train", "arm-reach", "--help"});
  EXPECT_EQ(help.status, 0) << help.err;
  EXPECT_THAT(help.out, HasSubstr("task.gravity_compensation"));
}

TEST(Help, VersionNamesProgramAndBuild) {
  const Outcome version = Scratch().Sinew({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, testing::StartsWith("sinew 0."));
}

}  // namespace
}  // namespace sinew::apps
