#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "deploy/base/backend.h"

namespace sinew::deploy {

/// The program that runs a TorchScript file without any of our code: $SINEW_TORCHSCRIPT, or
/// "sinew-torchscript" beside this program. Empty if there is none.
std::filesystem::path FindTorchScriptRunner();

/// A TorchScript file in a fresh process, which knows LibTorch and nothing else; the process ends
/// with this object.
class TorchScriptProcess : public Backend {
 public:
  /// @throws Error with the process's own message if it cannot be started or does not load the
  /// file.
  /// @param remembers  of a policy that has state.
  TorchScriptProcess(const std::filesystem::path& runner, const std::filesystem::path& model,
                     int obs_dim, int act_dim, bool stochastic, bool remembers = false);
  ~TorchScriptProcess() override;

  /// What the archive carries beside the code.
  const std::string& policy_hash() const { return policy_hash_; }
  const std::string& contract() const { return contract_; }

  std::string name() const override { return "torchscript"; }
  void Reset() override { begins_ = true; }
  int Torque(std::span<const float> observation, std::span<const float> noise,
             std::span<float> torque) override;

 private:
  struct Child;
  std::string ReadText();

  std::unique_ptr<Child> child_;
  std::string policy_hash_, contract_;
  size_t noise_dim_;
  bool remembers_, begins_ = true;
};

}  // namespace sinew::deploy
