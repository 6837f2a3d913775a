#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "deploy/golden.h"
#include "models/policy_file.h"
#include "sim/policy.h"

namespace sinew::deploy {

/// An exported C header, compiled by the system's C compiler and loaded into this process. Nothing
/// stays on disk.
///
/// This runs the code in the folder: compile only what you would run. Thread-safe once loaded.
class CompiledPolicy {
 public:
  /// @param folder    made by ExportC. @param prefix  of its C names.
  /// @param compiler  a program, looked up in PATH.
  /// @throws Error if there is no such compiler; UserError with the compiler's first complaint if
  /// the header does not compile.
  CompiledPolicy(const std::filesystem::path& folder, const std::string& prefix,
                 const std::string& compiler = "cc");
  ~CompiledPolicy();
  CompiledPolicy(const CompiledPolicy&) = delete;
  CompiledPolicy& operator=(const CompiledPolicy&) = delete;

  int obs_dim() const;
  int act_dim() const;
  std::string policy_hash() const;
  /// Observations and torques as the golden header holds them; the actions are left empty.
  GoldenVectors golden() const;

  /// @return the C function's status, 0 if all is well.
  int Action(std::span<const float> observation, std::span<float> action) const;
  int Torque(std::span<const float> observation, std::span<float> torque) const;

 private:
  struct Functions;
  std::unique_ptr<Functions> functions_;
};

/// Drives a simulation with the C function's torques, mapped back to actions by the contract's
/// limits, so that the whole of the header is in the loop. A status other than 0 gives NaN, which
/// Env refuses.
std::unique_ptr<sim::Policy> MakeCompiledPolicy(std::shared_ptr<const CompiledPolicy> compiled,
                                                const models::Contract& contract);

}  // namespace sinew::deploy
