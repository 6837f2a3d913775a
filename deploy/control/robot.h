#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "deploy/control/link.h"
#include "sim/task.h"

namespace sinew::deploy {

/// What the robot's process leaves in shared memory.
struct RobotLog {
  static constexpr size_t kMostEpisodes = 4096;
  struct Episode {
    double episode_return = 0;
    int64_t length = 0;  // control steps
    bool success = false, diverged = false;
  };
  std::array<Episode, kMostEpisodes> episodes;
  std::atomic<uint64_t> count{0};  // of whole episodes
  uint64_t substeps = 0;
  uint64_t late_substeps = 0;  // simulated after they should have ended
  std::atomic<bool> done{false};
  std::array<char, 400> error{};  // one line if it failed
};

struct RobotOptions {
  double seconds = 10;  // of wall-clock; the episode that runs then is not finished
  uint64_t seed = 1;    // of the environment: episodes 0, 1, 2, ...
};

/// Stands in for a robot: simulates the task in real time, sends an observation at the start of
/// each control period (at the start of each physics step where the controller runs a servo's law),
/// and obeys the torques that arrive. A torque acts from the physics step in
/// whose first half it arrives. At the start of an episode the brakes hold until the first torque
/// for it has come.
///
/// What goes wrong is told in `log`. Returns when the time is over.
void RunRobot(const std::shared_ptr<const sim::Task>& task, Link* link, const RobotOptions& options,
              RobotLog* log);

}  // namespace sinew::deploy
