#include "deploy/control/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/error.h"
#include "deploy/control/child_process.h"
#include "deploy/control/realtime.h"

namespace sinew::deploy {
namespace {

class ChannelTest : public testing::TestWithParam<const char*> {};

Message Numbered(uint64_t sequence) {
  Message message;
  message.sequence = sequence;
  message.episode = 3 * sequence;
  message.count = static_cast<uint32_t>(1 + sequence % 40);
  for (uint32_t i = 0; i < message.count; ++i) {
    message.values[i] = static_cast<float>(sequence) + 0.5f * static_cast<float>(i);
  }
  return message;
}

TEST_P(ChannelTest, KeepsMessagesWholeAndInOrder) {
  const ChannelPair channels = MakeChannels(GetParam());
  Message got;
  EXPECT_FALSE(channels.controller->Receive(&got));
  for (uint64_t k = 1; k <= 100; ++k) channels.robot->Send(Numbered(k));
  for (uint64_t k = 1; k <= 100; ++k) {
    ASSERT_TRUE(channels.controller->Receive(&got));
    const Message sent = Numbered(k);
    EXPECT_EQ(got.sequence, k);
    EXPECT_EQ(got.episode, sent.episode);
    EXPECT_TRUE(std::ranges::equal(got.data(), sent.data()));
  }
  EXPECT_FALSE(channels.controller->Receive(&got));
  EXPECT_FALSE(channels.robot->Receive(&got));
}

TEST_P(ChannelTest, LosesWhatItHasNoRoomFor) {
  const ChannelPair channels = MakeChannels(GetParam());
  for (uint64_t k = 1; k <= 100'000; ++k) channels.robot->Send(Numbered(k));
  Message got;
  uint64_t count = 0;
  while (channels.controller->Receive(&got)) EXPECT_EQ(got.sequence, ++count);
  EXPECT_GT(count, 10u);
  EXPECT_LT(count, 100'000u);
}

TEST_P(ChannelTest, ReachesAnotherProcess) {
  const ChannelPair channels = MakeChannels(GetParam());
  ChildProcess echo([&] {
    Message message;
    while (!channels.robot->Receive(&message)) SleepUntil(Now() + 100'000);
    message.episode = 77;
    channels.robot->Send(message);
  });
  channels.controller->Send(Numbered(5));
  Message got;
  const int64_t give_up = Now() + 5'000'000'000;
  while (!channels.controller->Receive(&got) && Now() < give_up) SleepUntil(Now() + 100'000);
  EXPECT_EQ(got.episode, 77u);
  EXPECT_EQ(got.sequence, 5u);
}

INSTANTIATE_TEST_SUITE_P(Transports, ChannelTest, testing::Values("shm", "udp"),
                         [](const auto& info) { return std::string(info.param); });

TEST(MakeChannels, RefusesAnUnknownName) {
  try {
    MakeChannels("upd");
    FAIL() << "no exception";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("did you mean 'udp'"));
  }
}

}  // namespace
}  // namespace sinew::deploy
