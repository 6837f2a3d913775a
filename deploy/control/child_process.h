#pragma once

#include <sys/types.h>

#include <functional>

namespace sinew::deploy {

/// A fork of this process that runs one function. It never outlives this object, nor this process,
/// however that ends.
class ChildProcess {
 public:
  /// The caller must have no other threads. What `run` throws ends the child with status 1.
  /// @throws Error if the process cannot fork.
  explicit ChildProcess(const std::function<void()>& run);
  /// Kills it if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  bool running();
  pid_t id() const { return pid_; }

 private:
  pid_t pid_;
  bool ended_ = false;
};

}  // namespace sinew::deploy
