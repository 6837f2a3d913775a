#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/task.h"
#include "viewer/session/history.h"

namespace sinew::viewer {

/// The pushes that a survival map tries: from one moment on, `directions` around the vertical and
/// `levels` of force.
struct SurvivalOptions {
  int body = 1;
  double elevation = 0;  // of every push [rad]
  double duration_ms = 100;
  double max_newtons = 100;
  int directions = 12, levels = 6;
  double horizon_s = 2;  // how long the policy has to come through
  bool operator==(const SurvivalOptions&) const = default;
};

struct SurvivalCell {
  enum class Outcome { kPending, kSurvived, kFailed };
  Outcome outcome = Outcome::kPending;
  double lost = 0;  // return lost against the unpushed run
};

/// Which pushes the policy comes through, worked out by a thread of its own with a world of its
/// own. A push is survived if the episode neither terminates nor diverges within the horizon, and
/// succeeds at its end wherever the unpushed run does. The result does not depend on timing.
class SurvivalMap {
 public:
  SurvivalMap(std::shared_ptr<const sim::Task> task, uint64_t seed, Frame start,
              const SurvivalOptions& options);
  /// Waits for the cell that is being worked on.
  ~SurvivalMap();
  SurvivalMap(const SurvivalMap&) = delete;
  SurvivalMap& operator=(const SurvivalMap&) = delete;

  const SurvivalOptions& options() const { return options_; }
  /// Force of level `level`, 0 the weakest [N].
  double Newtons(int level) const;
  double Azimuth(int direction) const;  // [rad]
  SurvivalCell cell(int direction, int level) const;
  int done() const { return done_; }
  int total() const { return options_.directions * options_.levels; }
  /// Share of the cells so far that were survived.
  double SurvivedShare() const;

 private:
  struct Run {
    double episode_return = 0;
    bool failed = false, success = false;
  };
  void Work();
  Run Try(int direction, int level);

  std::shared_ptr<const sim::Task> task_;
  uint64_t seed_;
  Frame start_;
  SurvivalOptions options_;
  mutable std::mutex mutex_;
  std::vector<SurvivalCell> cells_;  // [directions x levels]
  std::atomic<int> done_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace sinew::viewer
