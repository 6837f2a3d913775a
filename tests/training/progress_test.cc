#include "training/run/progress.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>

#include "core/files.h"
#include "tests/core/temporary_folder.h"

namespace sinew::training {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ProgressState HalfWay() {
  return {.label = "arm-reach ddpg",
          .step = 5000,
          .total_steps = 10000,
          .elapsed_seconds = 32,
          .steps_per_second = 172.4,  // 5000 / 172.4 = 29 s to go
          .evaluation = EvaluationBrief{-3.21, {-3.33, -3.09}, 0.97},
          .last_return = -3.4};
}

// columns on the screen: characters, not bytes
int Columns(const std::string& line) {
  return std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

TEST(FormatDuration, ShowsMinutesAndHours) {
  EXPECT_EQ(FormatDuration(0), "0:00");
  EXPECT_EQ(FormatDuration(59.6), "1:00");
  EXPECT_EQ(FormatDuration(3599), "59:59");
  EXPECT_EQ(FormatDuration(3661), "1:01:01");
  EXPECT_EQ(FormatDuration(std::nan("")), "-");
}

TEST(FormatProgressLine, TellsEverythingOnAWideTerminal) {
  // 140 columns leave the bar its largest size, 30, of which half is full
  EXPECT_EQ(FormatProgressLine(HalfWay(), 140, true),
            "arm-reach ddpg   50% ███████████████                 0:32 ETA 0:29  eval -3.21 ±0.12"
            "  success 97%  172 steps/s  return -3.4  5k/10k");
}

TEST(FormatProgressLine, KeepsTheImportantPartAt79Columns) {
  // 79 - 4 of percent - 1 - 15 of time - 18 of evaluation - 13 of success - 13 of speed = 15 for
  // the bar
  EXPECT_EQ(FormatProgressLine(HalfWay(), 79, true),
            " 50% ███████▌         0:32 ETA 0:29  eval -3.21 ±0.12  success 97%  172 steps/s");
}

TEST(FormatProgressLine, IsAsciiWithoutUtf8) {
  const std::string line = FormatProgressLine(HalfWay(), 79, false);
  EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < 127; }));
  EXPECT_THAT(line, HasSubstr(" 50% #######......."));
  EXPECT_THAT(line, HasSubstr("eval -3.21 +-0.12"));
}

TEST(FormatProgressLine, NeverExceedsAnyWidth) {
  for (int width = 0; width < 160; ++width) {
    for (bool utf8 : {false, true}) {
      EXPECT_LE(Columns(FormatProgressLine(HalfWay(), width, utf8)), width);
    }
  }
}

TEST(FormatProgressLine, FillsTheBarFromEndToEnd) {
  ProgressState state = {.total_steps = 80};
  const auto bar = [&](int64_t step) {
    state.step = step;
    return FormatProgressLine(state, 40, true);
  };
  EXPECT_THAT(bar(0), StartsWith("  0%            "));
  EXPECT_THAT(bar(80), StartsWith("100% ██████████"));
  EXPECT_THAT(bar(1000), StartsWith("100% ██████████"));  // a loop may overshoot its last step
}

TEST(FormatProgressLine, SaysNothingThatIsNotKnown) {
  const std::string line = FormatProgressLine({.total_steps = 1000}, 120, true);
  EXPECT_THAT(line, EndsWith("0:00 ETA -  0/1k"));
  EXPECT_THAT(line, Not(HasSubstr("eval")));
}

TEST(FormatPlainLine, HasAllFactsAndNoBar) {
  EXPECT_EQ(FormatPlainLine(HalfWay()),
            "arm-reach ddpg   50%  0:32 ETA 0:29  eval -3.21 +-0.12  success 97%  172 steps/s"
            "  return -3.4  5k/10k");
}

TEST(RateMeter, FirstMeasurementCountsFromWhereTheRunBegan) {
  RateMeter meter(1000);
  meter.Update(1500, 2);
  EXPECT_DOUBLE_EQ(meter.steps_per_second(), 250);
}

TEST(RateMeter, ForgetsTheOldSpeedWithItsTimeConstant) {
  // 100 steps/s, then five seconds of 200: 200 - 100 / e
  RateMeter meter(0);
  meter.Update(100, 1);
  meter.Update(1100, 6);
  EXPECT_NEAR(meter.steps_per_second(), 200 - 100 * std::exp(-1), 1e-9);
}

TEST(LocaleIsUtf8, FollowsTheOrderOfTheVariables) {
  std::map<std::string, std::string> before;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (const char* value = getenv(name)) before[name] = value;
    unsetenv(name);
  }
  EXPECT_FALSE(LocaleIsUtf8());
  setenv("LANG", "de_DE.UTF-8", 1);
  EXPECT_TRUE(LocaleIsUtf8());
  setenv("LC_ALL", "C", 1);
  EXPECT_FALSE(LocaleIsUtf8());
  setenv("LC_ALL", "C.utf8", 1);
  EXPECT_TRUE(LocaleIsUtf8());
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) unsetenv(name);
  for (const auto& [name, value] : before) setenv(name.c_str(), value.c_str(), 1);
}

// What a reporter writes to something that is no terminal, over 1000 steps of 10 ms with an
// evaluation at step 500.
std::string PipedOutput(bool quiet) {
  TemporaryFolder folder;
  const int file = open((folder / "out").c_str(), O_CREAT | O_WRONLY, 0600);
  ProgressReporter reporter(
      {.label = "t", .total_steps = 1000, .quiet = quiet, .descriptor = file});
  for (int step = 1; step <= 1000; ++step) {
    reporter.Update(step, 0.01 * step);
    if (step == 550) reporter.ReportEvaluation({-1, {-2, 0}, std::nullopt});
  }
  reporter.Message("saved");
  reporter.Finish();
  close(file);
  return ReadFile(folder / "out");
}

TEST(ProgressReporter, WritesAPlainLineAtEveryTenthAndEveryEvaluation) {
  const std::string text = PipedOutput(false);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10 + 1 + 1);
  EXPECT_EQ(text.find_first_of("\r\x1b"), std::string::npos);
  EXPECT_THAT(text, StartsWith("t   10%  0:01 ETA 0:09  100 steps/s  100/1k\n"));
  EXPECT_THAT(text, HasSubstr("t   55%  0:06 ETA 0:05  eval -1 +-1  100 steps/s  550/1k\n"));
  EXPECT_THAT(text, EndsWith("\nsaved\n"));
}

TEST(ProgressReporter, QuietWritesNothing) { EXPECT_EQ(PipedOutput(true), ""); }

// A pseudo-terminal: what is written to `slave` can be read from `master`.
struct Terminal {
  explicit Terminal(unsigned short columns) : master(posix_openpt(O_RDWR | O_NOCTTY)) {
    if (grantpt(master) != 0 || unlockpt(master) != 0) return;
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    ioctl(slave, TIOCSWINSZ, &size);
  }
  ~Terminal() {
    close(slave);
    close(master);
  }
  // Everything until the line has been still for a tenth of a second; it may come in several parts.
  std::string Read() const {
    std::string text;
    std::array<char, 4096> buffer;
    for (pollfd ready{master, POLLIN, 0}; poll(&ready, 1, 100) == 1;) {
      const ssize_t count = read(master, buffer.data(), buffer.size());
      if (count <= 0) break;
      text.append(buffer.data(), count);
    }
    return text;
  }
  int master;
  int slave = -1;
};

TEST(ProgressReporter, RedrawsOneLineAsWideAsTheTerminal) {
  Terminal terminal(50);
  if (terminal.slave < 0) GTEST_SKIP() << "no pseudo-terminal here";
  ProgressReporter reporter({.total_steps = 100, .descriptor = terminal.slave});
  reporter.Update(10, 1);
  const std::string first = terminal.Read();
  EXPECT_THAT(first, StartsWith("\r 10% "));
  EXPECT_THAT(first, EndsWith("\x1b[K"));  // clears what a longer line left
  EXPECT_EQ(Columns(first), 1 + 49 + 3);   // carriage return, line, escape sequence

  // within a tenth of a second nothing is drawn; a message goes above the line
  reporter.Update(11, 1.05);
  reporter.Message("saved");
  const std::string second = terminal.Read();
  EXPECT_THAT(second, StartsWith("\r\x1b[Ksaved\r\n\r 11% "));
  reporter.Finish();
  EXPECT_THAT(terminal.Read(), EndsWith("\x1b[K\r\n"));
}

}  // namespace
}  // namespace sinew::training
