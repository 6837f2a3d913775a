#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "training/run/metrics_log.h"
#include "training/run/run_folder.h"

namespace sinew::training {

/// What somebody who watches a run asks of its trainer; `control.json` in the run's folder. Only a
/// file that was written within the last kWatchSeconds counts, so that a watcher that goes away, in
/// whatever way, leaves no run paused: a watcher writes it again and again.
struct ControlRequest {
  bool paused = false;
  double learning_rate_factor = 1;  // on the schedules of all step sizes
  double noise_factor = 1;          // on the exploration noise
  bool operator==(const ControlRequest&) const = default;
};

inline constexpr double kWatchSeconds = 10;

/// @throws UserError if a factor is out of its range (0.001 to 1000; noise 0 to 1000). Atomic.
void WriteControl(const RunFolder& folder, const ControlRequest& request);
/// Empty if there is none, or none that can be read.
std::optional<ControlRequest> ReadControl(const RunFolder& folder);
/// Whether somebody has asked for anything within the last kWatchSeconds.
bool IsWatched(const RunFolder& folder);

/// How a trainer stands; `live.json`, written about once a second while it is watched.
struct LiveStatus {
  std::string state;  // "running" or "paused"
  int64_t step = 0;
  double steps_per_second = 0;
  double wall_seconds = 0;
  ControlRequest taken;  // of the requests, what is in force
};
/// Atomic.
void WriteLive(const RunFolder& folder, const LiveStatus& status);
std::optional<LiveStatus> ReadLive(const RunFolder& folder);

/// The trainer's side. Costs one look at a clock a call while there is nothing to do.
class RunControl {
 public:
  /// @param in_force  what the run goes on with, after a resume.
  RunControl(RunFolder folder, const ControlRequest& in_force)
      : folder_(std::move(folder)), in_force_(in_force) {}

  /// Looks for a request, a few times a second. What has changed is appended to `control.jsonl`
  /// with the step. @return true if `in_force` changed.
  bool Poll(int64_t step);
  /// Whether it is time to write `live.json` and the policy: somebody watches, and the last time
  /// was more than `seconds` ago.
  bool ReportDue(double seconds);
  const ControlRequest& in_force() const { return in_force_; }

 private:
  using Clock = std::chrono::steady_clock;

  RunFolder folder_;
  ControlRequest in_force_;
  bool watched_ = false;
  std::optional<Clock::time_point> looked_, reported_;
  std::optional<JsonLines> log_;
};

}  // namespace sinew::training
