#pragma once

#include <algorithm>
#include <cstdint>

#include "agents/base/agent.h"
#include "models/archive.h"

namespace sinew::agents {

/// How far a run is: what every schedule is read at.
class RunClock {
 public:
  explicit RunClock(const AgentContext& context)
      : num_envs_(context.num_envs), total_steps_(context.total_steps) {}

  /// Every environment took a step.
  void Advance() { env_steps_ += num_envs_; }
  void CountUpdates(int64_t updates) { updates_ += updates; }

  int64_t env_steps() const { return env_steps_; }
  int64_t updates() const { return updates_; }
  int64_t total_steps() const { return total_steps_; }
  /// Share of the run that is over, 0 to 1. @param ago  control steps of every environment back.
  double Progress(int64_t ago = 0) const {
    const auto step = static_cast<double>(env_steps_ - ago * num_envs_);
    return std::min(1.0, step / static_cast<double>(total_steps_));
  }
  void Serialize(models::Archive& archive) {
    archive.Value("env_steps", env_steps_);
    archive.Value("updates", updates_);
  }

 private:
  int64_t num_envs_, total_steps_;
  int64_t env_steps_ = 0, updates_ = 0;
};

}  // namespace sinew::agents
