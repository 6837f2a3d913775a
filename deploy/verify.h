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
  double tolerance = 1e-5;         // of outputs, relative (see VerifyReport::max_error)
  double return_tolerance = 0.01;  // of the mean return, relative
};

/// How one implementation of the policy did over the episodes.
struct ClosedLoop {
  double mean_return = 0;
  double mean_abs_return = 0;
  int successes = 0;
  int diverged = 0;
};

/// What VerifyC found.
struct VerifyReport {
  std::filesystem::path folder;
  std::string task;

  // numbers: the compiled torques against float64 over the golden vectors
  int vectors = 0;
  double max_error = 0;     // |difference| / max(torque limit, |torque|)
  std::string worst_joint;  // where it was found
  int worst_vector = 0;

  // closed loop, episode by episode from the same start states
  int episodes = 0;
  ClosedLoop policy, compiled;
  double return_difference = 0;  // relative to the mean return
  struct Difference {
    int episode = 0;
    int64_t step = 0;
    std::string joint;
    double size = 0;
  };
  std::optional<Difference>
      first_difference;  // of two actions for the same observation, above the tolerance

  double policy_us = 0, compiled_us = 0;  // per call

  /// One line for each thing that is not as it should be.
  std::vector<std::string> failures;
  bool passed() const { return failures.empty(); }
  /// Several lines for people.
  std::string ToString() const;
  /// One JSON object.
  std::string ToJson() const;
};

/// Holds an exported C policy against the policy file beside it: compiles the header, compares its
/// torques over the golden vectors, sends it observations that are not finite, and drives the
/// simulation with it from the start states that the policy itself is given. Success rates may
/// differ by one episode, since rounding may tip a close one.
///
/// Runs the code in `folder`.
/// @param folder  made by ExportC. @param task  the one that ReadExportedContract(folder) names.
/// @throws UserError if the folder is not whole, does not compile or belongs to another task; Error
/// if there is no compiler. What the comparison finds is in the report.
VerifyReport VerifyC(const std::filesystem::path& folder, std::shared_ptr<const sim::Task> task,
                     const VerifyOptions& options = {});

}  // namespace sinew::deploy
