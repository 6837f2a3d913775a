#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/task.h"

namespace sinew::deploy {

struct VerifyOptions {
  int episodes = 20;  // driven in closed loop
  uint64_t seed = 1;  // of the environment: the evaluation's seed
  std::string compiler = "cc";
  double tolerance = 1e-5;         // of outputs in float, relative (see BackendReport::max_error)
  double state_tolerance = 1e-4;   // the same of a policy with state, whose roundings add up
  double fixed_tolerance = 1e-2;   // of outputs in 16-bit whole numbers
  double return_tolerance = 0.01;  // of the mean return, relative
  std::filesystem::path onnxruntime = {};         // its library; empty: see FindOnnxRuntime
  std::filesystem::path torchscript_runner = {};  // empty: see FindTorchScriptRunner
};

/// How one implementation of the policy did over the episodes.
struct ClosedLoop {
  double mean_return = 0;
  double mean_abs_return = 0;
  int successes = 0;
  int diverged = 0;
};

/// What one back end gave.
struct BackendReport {
  std::string name;     // "c -O2", "onnxruntime 1.16.3"
  std::string skipped;  // why it could not be tried; empty if it was
  double tolerance = 0;

  // numbers: its torques against float64 over the golden vectors
  double max_error = 0;  // |difference| / max(torque limit, |torque|)
  int64_t max_ulps = 0;  // floats between the torque and the nearest to the exact one
  int64_t median_ulps = 0;
  std::string worst_joint;  // where max_error was found
  int worst_vector = 0;

  // closed loop, episode by episode from the same start states
  ClosedLoop loop;
  double return_difference = 0;  // relative to the mean return; negative: less than the policy's
  struct Moment {
    int episode = 0;
    int64_t step = 0;
    std::string where;  // joint or observation
    double size = 0;
  };
  std::optional<Moment> first_difference;  // of actions for the same observation, beyond tolerance
  /// First observation that is more than a thousandth of its training range away from the
  /// policy's. Trajectories part by rounding alone where contacts amplify it; that is no failure.
  std::optional<Moment> parted;

  int64_t witness = 0;  // forces in closed loop that its commands' claims were held against
  double us = 0;        // per call

  std::vector<std::string> failures;
};

/// What Verify found.
struct VerifyReport {
  std::filesystem::path folder;
  std::string task, policy_hash;
  bool stochastic = false;
  int vectors = 0, episodes = 0;
  ClosedLoop policy;
  double policy_us = 0;
  std::vector<BackendReport> backends;
  int64_t witness = 0;  // forces that MuJoCo applied and the contract's claims were held against
  /// Of the folder as a whole: files that changed, contracts that differ.
  std::vector<std::string> folder_failures;

  /// One line for each thing that is not as it should be, of the folder and of every back end.
  std::vector<std::string> failures() const;
  bool passed() const { return failures().empty(); }
  const BackendReport* Find(const std::string& name) const;
  /// Several lines for people.
  std::string ToString() const;
  /// One JSON object.
  std::string ToJson() const;
};

/// Holds everything in an export folder against the policy file in it: hashes and contracts field
/// by field; what the contract claims to give against what MuJoCo applies in the task's own file
/// (see sim::AskEngine); then each back end (compiled C under -O2 and -Os, an interpreter of our
/// own for ONNX, ONNX Runtime where there is one, TorchScript in a fresh process) by its torques
/// over the golden vectors, by observations that are not finite, and by driving the simulation from
/// the start states that the policy itself is given. Success rates may differ by one episode, since
/// rounding may tip a close one.
///
/// Runs the code in `folder`.
/// @param folder  made by ExportPolicy. @param task  the one that its contract names.
/// @throws UserError if the folder is not whole, its C does not compile, or it belongs to another
/// task; Error if there is no compiler. What the comparison finds is in the report.
VerifyReport Verify(const std::filesystem::path& folder, std::shared_ptr<const sim::Task> task,
                    const VerifyOptions& options = {});

}  // namespace sinew::deploy
