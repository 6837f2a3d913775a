#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "deploy/control/realtime.h"
#include "deploy/control/robot.h"
#include "deploy/runtime/sinew_runtime.h"
#include "sim/task.h"

namespace sinew::deploy {

struct ControlOptions {
  double rate = 1000;   // of the controller's loop [Hz]
  double seconds = 10;  // of wall-clock
  std::string transport = "shm";
  double latency = 0;     // of every message, either way [s]
  double loss = 0;        // probability that a message is lost, either way
  double soft_start = 0;  // see sinew_options [s]
  double max_age = 0;     // see sinew_options [s]
  uint64_t seed = 1;      // of the environment and of the losses
};

/// What came of driving the simulated robot.
struct ControlReport {
  std::string task, transport;
  double rate = 0, latency = 0, loss = 0;

  // the loop; times in microseconds
  uint64_t ticks = 0;      // due in the run
  uint64_t missed = 0;     // torque out later than one period after it was due, or left out
  TimeHistogram wakeup;    // from the due time to waking
  TimeHistogram response;  // from the due time to the torque's being sent
  TimeHistogram step;      // runtime alone, where the policy was asked
  bool fifo = false, locked = false, pinned = false;

  // the connection and the robot
  uint64_t observations_sent = 0, observations_lost = 0, torques_sent = 0, torques_lost = 0;
  uint64_t substeps = 0, late_substeps = 0;
  std::array<uint64_t, SINEW_TRIP_COUNT> trips{};
  uint64_t emergencies = 0;  // steps

  // episode by episode from the same start states
  struct Outcome {
    double mean_return = 0;
    double success_rate = 0;
    int64_t diverged = 0;
  };
  size_t episodes = 0;
  bool has_success = false;  // the task has a criterion
  Outcome in_loop, in_process;

  double met() const;  // fraction of the deadlines
  /// Several lines for people.
  std::string ToString() const;
  /// One JSON object.
  std::string ToJson() const;
};

/// Runs a policy file behind the runtime's gate in a loop of fixed rate that drives a simulated
/// robot in another process, in real time, and compares its returns with those of the same episodes
/// within one process. Ends the other process whatever happens.
///
/// The caller must have no other threads.
/// @throws UserError for options out of range, or if no episode ends in the given time; Error if
/// the robot fails.
ControlReport RunController(const std::filesystem::path& policy,
                            const std::shared_ptr<const sim::Task>& task,
                            const ControlOptions& options);

}  // namespace sinew::deploy
