#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace sinew::training {

/// Where things lie in a run's folder.
class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path root) : root_(std::move(root)) {}

  /// Makes the folder with its checkpoints/ and policies/. @throws UserError if something stands
  /// there already.
  static RunFolder Create(const std::filesystem::path& root);
  /// @throws UserError if it is no run folder (manifest.json or config.toml missing).
  static RunFolder Open(const std::filesystem::path& root);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path manifest() const { return root_ / "manifest.json"; }
  std::filesystem::path config() const { return root_ / "config.toml"; }
  std::filesystem::path progress() const { return root_ / "progress.csv"; }
  std::filesystem::path evaluations() const { return root_ / "eval.jsonl"; }
  std::filesystem::path best_policy() const { return root_ / "best.policy"; }
  std::filesystem::path final_policy() const { return root_ / "final.policy"; }
  std::filesystem::path checkpoint(int64_t step) const;
  /// The policy as it was evaluated at `step`, and those that are there, oldest first.
  std::filesystem::path policy(int64_t step) const;
  std::vector<int64_t> Policies() const;
  /// What a watcher asks for, how the trainer stands, and the newest policy; see run_control.h.
  std::filesystem::path control() const { return root_ / "control.json"; }
  std::filesystem::path control_log() const { return root_ / "control.jsonl"; }
  std::filesystem::path live() const { return root_ / "live.json"; }
  std::filesystem::path live_policy() const { return root_ / "live.policy"; }

  /// Steps of the checkpoints that are there, oldest first.
  std::vector<int64_t> Checkpoints() const;
  /// Removes all but the newest `keep`, and the half-written files of a run that was killed.
  void PruneCheckpoints(int64_t keep) const;

 private:
  std::filesystem::path root_;
};

/// Keeps every other process from training in the same folder while it lives; the system lets go of
/// it when a process dies. Where the file system knows no locks it does nothing.
class RunLock {
 public:
  /// @throws UserError if somebody else trains there.
  explicit RunLock(const RunFolder& folder);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace sinew::training
