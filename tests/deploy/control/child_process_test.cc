#include "deploy/control/child_process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>

#include "deploy/control/realtime.h"

namespace sinew::deploy {
namespace {

TEST(ChildProcess, EndsWithItsObject) {
  pid_t id = 0;
  {
    ChildProcess child([] {
      while (true) ::pause();
    });
    EXPECT_TRUE(child.running());
    id = child.id();
  }
  EXPECT_EQ(::kill(id, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(ChildProcess, EndsByItself) {
  for (const bool throws : {false, true}) {
    ChildProcess child([throws] {
      if (throws) throw std::runtime_error("no");
    });
    const int64_t give_up = Now() + 5'000'000'000;
    while (child.running() && Now() < give_up) SleepUntil(Now() + 1'000'000);
    EXPECT_FALSE(child.running());
  }
}

}  // namespace
}  // namespace sinew::deploy
