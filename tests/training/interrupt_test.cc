#include "training/run/interrupt.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string>

#include "core/error.h"

namespace sinew::training {
namespace {

int signals_before_guard = 0;

TEST(InterruptGuard, FirstSignalOnlySetsTheFlag) {
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const InterruptGuard guard;
    EXPECT_FALSE(guard.Requested());
    raise(signal);
    EXPECT_TRUE(guard.Requested());
  }
}

TEST(InterruptGuard, PutsEarlierHandlersBack) {
  signals_before_guard = 0;
  const auto original = std::signal(SIGINT, [](int) { ++signals_before_guard; });
  {
    const InterruptGuard guard;
    raise(SIGINT);
    EXPECT_EQ(signals_before_guard, 0);
  }
  raise(SIGINT);
  EXPECT_EQ(signals_before_guard, 1);
  std::signal(SIGINT, original);
}

TEST(InterruptGuard, AHangupThatIsIgnoredStaysIgnored) {
  const auto original = std::signal(SIGHUP, SIG_IGN);
  {
    const InterruptGuard guard;
    raise(SIGHUP);
    EXPECT_FALSE(guard.Requested());
  }
  std::signal(SIGHUP, original);
}

TEST(InterruptGuard, OnlyOneAtATime) {
  const InterruptGuard guard;
  EXPECT_THROW(InterruptGuard(), Error);
  // and the failed one must not have let go of the first
  EXPECT_THROW(InterruptGuard(), Error);
}

TEST(InterruptGuard, SecondSignalEndsTheProcessAtOnceWithOneLine) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    dup2(pipe_ends[1], STDERR_FILENO);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    std::atexit([] { _exit(1); });  // an orderly exit would run this
    const InterruptGuard guard;
    raise(SIGINT);
    if (!guard.Requested()) _exit(2);
    raise(SIGTERM);
    _exit(3);  // the second signal was survived
  }
  close(pipe_ends[1]);
  std::string line(100, '\0');
  line.resize(
      static_cast<size_t>(std::max<ssize_t>(0, read(pipe_ends[0], line.data(), line.size()))));
  close(pipe_ends[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_EQ(line, "\nstopped at once\n");
}

}  // namespace
}  // namespace sinew::training
