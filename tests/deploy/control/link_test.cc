#include "deploy/control/link.h"

#include <gtest/gtest.h>

#include <vector>

namespace sinew::deploy {
namespace {

constexpr int64_t kMs = 1'000'000;  // [ns]

class LinkTest : public testing::Test {
 protected:
  ChannelPair channels_ = MakeChannels("shm");
  Message message_;
};

TEST_F(LinkTest, DeliversTheNewestMessage) {
  Link a(channels_.robot.get(), {}, "a"), b(channels_.controller.get(), {}, "b");
  EXPECT_EQ(b.Receive(0), nullptr);
  for (int k = 0; k < 3; ++k) a.Send(&message_, 0);
  const Message* got = b.Receive(0);
  ASSERT_NE(got, nullptr);
  EXPECT_EQ(got->sequence, 3u);
  EXPECT_EQ(b.Receive(0), nullptr);
}

TEST_F(LinkTest, DelaysEveryMessage) {
  const LinkOptions options{0.005, 0, 1};
  Link a(channels_.robot.get(), options, "a"), b(channels_.controller.get(), options, "b");
  a.Send(&message_, 0);
  a.Send(&message_, 2 * kMs);
  EXPECT_EQ(b.Receive(5 * kMs - 1), nullptr);
  ASSERT_NE(b.Receive(5 * kMs), nullptr);
  EXPECT_EQ(b.Receive(6 * kMs), nullptr);
  const Message* second = b.Receive(7 * kMs);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->sequence, 2u);
}

TEST_F(LinkTest, LosesTheGivenFractionTheSameEachTime) {
  const auto received = [&](uint64_t seed) {
    const ChannelPair channels = MakeChannels("shm");
    Link a(channels.robot.get(), {0, 0.2, seed}, "a"), b(channels.controller.get(), {}, "b");
    std::vector<uint64_t> sequence;
    for (int k = 0; k < 5000; ++k) {
      a.Send(&message_, k);
      if (const Message* got = b.Receive(k)) sequence.push_back(got->sequence);
    }
    EXPECT_EQ(a.lost() + sequence.size(), 5000u);
    return sequence;
  };
  const auto first = received(1);
  // four standard deviations of a binomial of 5000 at 0.2: 4 * sqrt(800) = 113
  EXPECT_NEAR(static_cast<double>(first.size()), 4000, 113);
  EXPECT_EQ(first, received(1));
  EXPECT_NE(first, received(2));
}

}  // namespace
}  // namespace sinew::deploy
