#include "deploy/control/realtime.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <ctime>

namespace sinew::deploy {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

}  // namespace

int64_t Now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

void SleepUntil(int64_t time_ns) {
  const timespec due{time_ns / kSecond, time_ns % kSecond};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr) == EINTR) {
  }
}

Processors SplitProcessors() {
  Processors processors;
  CPU_ZERO(&processors.controller);
  CPU_ZERO(&processors.others);
  ::sched_getaffinity(0, sizeof(cpu_set_t), &processors.others);
  int last = -1;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &processors.others)) last = i;
  }
  if (last < 0) return processors;
  CPU_SET(last, &processors.controller);
  if (CPU_COUNT(&processors.others) > 1) CPU_CLR(last, &processors.others);
  return processors;
}

RealtimeScope::RealtimeScope(const cpu_set_t& processors, int priority) {
  ::sched_getaffinity(0, sizeof(cpu_set_t), &processors_before_);
  pinned_ = ::sched_setaffinity(0, sizeof(cpu_set_t), &processors) == 0;
  locked_ = ::mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
  const sched_param parameter{priority};
  fifo_ = ::sched_setscheduler(0, SCHED_FIFO, &parameter) == 0;
}

RealtimeScope::~RealtimeScope() {
  const sched_param normal{0};
  if (fifo_) ::sched_setscheduler(0, SCHED_OTHER, &normal);
  if (locked_) ::munlockall();
  if (pinned_) ::sched_setaffinity(0, sizeof(cpu_set_t), &processors_before_);
}

void TimeHistogram::Add(int64_t time_ns) {
  const auto bin = static_cast<size_t>(std::max<int64_t>(time_ns, 0) / 1000);
  ++bins_[std::min(bin, kBins - 1)];
  ++count_;
  max_ns_ = std::max(max_ns_, time_ns);
}

double TimeHistogram::Percentile(double fraction) const {
  double seen = 0;
  for (size_t i = 0; i + 1 < kBins; ++i) {
    seen += static_cast<double>(bins_[i]);
    if (seen >= fraction * static_cast<double>(count_)) return static_cast<double>(i + 1);
  }
  return max_us();
}

std::vector<uint64_t> TimeHistogram::Octaves() const {
  std::vector<uint64_t> octaves;
  for (size_t i = 0; i < kBins; ++i) {
    if (bins_[i] == 0) continue;
    const auto octave = static_cast<size_t>(std::bit_width(i));
    octaves.resize(std::max(octaves.size(), octave + 1));
    octaves[octave] += bins_[i];
  }
  return octaves;
}

}  // namespace sinew::deploy
