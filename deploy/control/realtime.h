#pragma once

#include <sched.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sinew::deploy {

/// CLOCK_MONOTONIC [ns].
int64_t Now();
/// Returns at once if that time has passed.
void SleepUntil(int64_t time_ns);

/// Which processors the calling process may use, cut in two: the last one for the controller, the
/// others for whatever else runs; the same one where there is but one.
struct Processors {
  cpu_set_t controller, others;
};
Processors SplitProcessors();

/// Above interrupt threads of most devices, below the kernel's own; what the controller drives
/// comes behind it.
inline constexpr int kControllerPriority = 80, kRobotPriority = 70;

/// Gives the calling thread what a control loop needs for as long as this object lives: processors
/// of its own, real-time priority, memory that is not swapped out. Whatever the system does not
/// allow is left as it is.
class RealtimeScope {
 public:
  RealtimeScope(const cpu_set_t& processors, int priority);
  ~RealtimeScope();
  RealtimeScope(const RealtimeScope&) = delete;
  RealtimeScope& operator=(const RealtimeScope&) = delete;

  bool fifo() const { return fifo_; }
  bool locked() const { return locked_; }
  bool pinned() const { return pinned_; }

 private:
  bool fifo_ = false, locked_ = false, pinned_ = false;
  cpu_set_t processors_before_;
};

/// Counts of times in microseconds, exact to one, beyond the last one in one bin. Add allocates
/// nothing.
class TimeHistogram {
 public:
  TimeHistogram() : bins_(kBins) {}
  void Add(int64_t time_ns);
  uint64_t count() const { return count_; }
  /// Smallest whole number of microseconds that at least `fraction` of the times stay within; the
  /// largest time where that lies beyond the bins.
  double Percentile(double fraction) const;
  double max_us() const { return static_cast<double>(max_ns_) * 1e-3; }
  /// Counts of [0, 1), [1, 2), [2, 4), ... microseconds, up to the last that is not empty.
  std::vector<uint64_t> Octaves() const;

 private:
  static constexpr size_t kBins = 20'000;
  std::vector<uint64_t> bins_;  // one more than [i, i+1) microseconds: the last holds all beyond
  uint64_t count_ = 0;
  int64_t max_ns_ = 0;
};

}  // namespace sinew::deploy
