#pragma once

#include <memory>
#include <span>

#include "sim/env.h"
#include "viewer/session/history.h"
#include "viewer/session/pilot.h"

namespace sinew::viewer {

/// A second policy that lives through the same episode beside the first: same start, same pushes,
/// same moves of the target, no noise of its own.
class Ghost {
 public:
  Ghost(std::shared_ptr<const sim::Task> task, uint64_t seed, PolicyHandle policy);

  /// Forks from the first policy's world.
  void Fork(const Frame& frame);
  void Restore(const GhostFrame& frame);
  /// One control step; stays where it is once its episode has ended or failed.
  void Step(std::span<const Wrench> pushes, const std::optional<BodyMove>& move);
  std::shared_ptr<const GhostFrame> Save() const;

  const PolicyHandle& policy() const { return pilot_.card(); }
  sim::Env& env() { return env_; }

 private:
  sim::Env env_;
  Pilot pilot_;
  bool done_ = false;
};

}  // namespace sinew::viewer
