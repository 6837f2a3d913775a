#include "training/study/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/error.h"

namespace sinew::training {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

void ExpectRefused(const std::function<void()>& what, const std::string& message) {
  EXPECT_THAT(what, ThrowsMessage<UserError>(HasSubstr(message)));
}

TEST(SweepTest, SeedsAreRangesAndNumbers) {
  EXPECT_THAT(ParseSeeds("7"), ElementsAre(7));
  EXPECT_THAT(ParseSeeds("3-5,101,1-2"), ElementsAre(3, 4, 5, 101, 1, 2));
  EXPECT_THAT(ParseSeeds("18446744073709551615"), ElementsAre(18446744073709551615ull));
  for (const char* wrong : {"", "a", "1,", "1-", "-1", "1.5", "1-2-3", " 1"})
    ExpectRefused([&] { ParseSeeds(wrong); }, "is no seed");
  ExpectRefused([] { ParseSeeds("5-1"); }, "1 is less than 5");
  ExpectRefused([] { ParseSeeds("1-3,2"); }, "2 comes twice");
  ExpectRefused([] { ParseSeeds("0-18446744073709551615"); }, "more than 10000 seeds");
}

TEST(SweepTest, AxisIsASettingAndItsValues) {
  const SweepAxis axis = ParseAxis("agent.actor_hidden=[64, 64],[128,128],[256]");
  EXPECT_EQ(axis.key, "agent.actor_hidden");
  EXPECT_THAT(axis.values, ElementsAre("[64, 64]", "[128,128]", "[256]"));
  for (const char* wrong : {"", "agent.gamma", "=1", "agent.gamma="})
    ExpectRefused([&] { ParseAxis(wrong); }, "expected a setting and its values");
  ExpectRefused([] { ParseAxis("agent.gamma=1,,2"); }, "a value is empty");
  ExpectRefused([] { ParseAxis("agent.gamma=0.9,0.95,0.9"); }, "0.9 comes twice");
}

std::vector<std::string> NamesOf(const std::vector<SweepCell>& cells) {
  std::vector<std::string> names;
  for (const SweepCell& cell : cells) names.push_back(cell.name());
  return names;
}

TEST(SweepTest, EveryCombinationOfTheFirstSeedComesFirst) {
  const std::vector<std::string> tasks{"reacher", "robots/my arm.toml"}, agents{"ddpg"};
  const std::vector<SweepAxis> axes{ParseAxis("agent.gamma=0.9,0.95"),
                                    ParseAxis("agent.actor_hidden=[64, 64]")};
  const std::vector<uint64_t> seeds{3, 1};
  const auto cells = ExpandSweep(tasks, agents, axes, seeds);
  EXPECT_THAT(NamesOf(cells), ElementsAre("reacher-ddpg-gamma=0.9-actor_hidden=64x64-s3",
                                          "reacher-ddpg-gamma=0.95-actor_hidden=64x64-s3",
                                          "my arm-ddpg-gamma=0.9-actor_hidden=64x64-s3",
                                          "my arm-ddpg-gamma=0.95-actor_hidden=64x64-s3",
                                          "reacher-ddpg-gamma=0.9-actor_hidden=64x64-s1",
                                          "reacher-ddpg-gamma=0.95-actor_hidden=64x64-s1",
                                          "my arm-ddpg-gamma=0.9-actor_hidden=64x64-s1",
                                          "my arm-ddpg-gamma=0.95-actor_hidden=64x64-s1"));
  EXPECT_THAT(cells[1].assignments, ElementsAre("agent.gamma=0.95", "agent.actor_hidden=[64, 64]"));
  EXPECT_EQ(cells[2].task, "robots/my arm.toml");
  EXPECT_EQ(cells[4].seed, 1u);
}

TEST(SweepTest, KeysThatEndAlikeKeepTheirSections) {
  const std::vector<std::string> tasks{"reacher"}, agents{"ddpg"};
  const std::vector<SweepAxis> axes{ParseAxis("agent.n_step=1"), ParseAxis("task.n_step=2")};
  const std::vector<uint64_t> seeds{1};
  EXPECT_THAT(NamesOf(ExpandSweep(tasks, agents, axes, seeds)),
              ElementsAre("reacher-ddpg-agent.n_step=1-task.n_step=2-s1"));
}

TEST(SweepTest, TwoTrainingsOfOneNameAreRefused) {
  const std::vector<std::string> tasks{"a/arm.toml", "b/arm.toml"}, agents{"ddpg"};
  const std::vector<uint64_t> seeds{1};
  ExpectRefused([&] { ExpandSweep(tasks, agents, {}, seeds); }, "would be called arm-ddpg");
}

}  // namespace
}  // namespace sinew::training
