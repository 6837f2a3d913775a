#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "deploy/base/backend.h"

namespace sinew::deploy {

struct CompilerOptions {
  std::string compiler = "cc";       // a program, looked up in PATH
  std::string optimization = "-O3";  // one argument
  bool stochastic = false;           // the header has functions that sample
  bool state = false;                // of a policy that remembers
};

/// An exported C header, compiled by the system's C compiler and loaded into this process. Nothing
/// stays on disk.
///
/// This runs the code in the folder: compile only what you would run. Thread-safe once loaded,
/// unless the policy remembers.
class CompiledPolicy : public Backend {
 public:
  /// @param folder  made by ExportPolicy. @param prefix  of its C names.
  /// @throws Error if there is no such compiler; UserError with the compiler's first complaint if
  /// the header does not compile.
  CompiledPolicy(const std::filesystem::path& folder, const std::string& prefix,
                 const CompilerOptions& options = {});
  ~CompiledPolicy() override;
  CompiledPolicy(const CompiledPolicy&) = delete;
  CompiledPolicy& operator=(const CompiledPolicy&) = delete;

  int obs_dim() const;
  int act_dim() const;
  std::string policy_hash() const;

  std::string name() const override { return name_; }
  void Reset() override;
  int Torque(std::span<const float> observation, std::span<const float> noise,
             std::span<float> torque) override;
  std::optional<double> ServoTorque(int i, double command, double position,
                                    double velocity) override;
  /// The normalised action. @return the C function's status, 0 if all is well.
  int Action(std::span<const float> observation, std::span<float> action);

 private:
  struct Functions;
  std::string name_;
  std::unique_ptr<Functions> functions_;
  std::vector<float> state_;  // a struct of floats
};

/// Compiles and runs the self-test that lies beside a header, as the target machine would.
/// @param program  "check.c". @return what it complains about; empty if it passes.
/// @throws as CompiledPolicy.
std::string RunCheckProgram(const std::filesystem::path& folder, const std::string& program,
                            const CompilerOptions& options);

}  // namespace sinew::deploy
