#pragma once

#include <algorithm>
#include <cstdint>

#include "core/options.h"

namespace sinew::training {

/// Options of the training loop; section "train" of the configuration.
struct TrainOptions {
  int64_t steps = 200'000;
  int64_t num_envs = 8;
  int64_t episode_steps = 0;  // 0: the task's limit
  int64_t threads = 2;
  int64_t eval_every = 0;  // 0: twenty times a run
  int64_t eval_episodes = 20;
  int64_t final_episodes = 100;
  int64_t checkpoint_every = 0;  // 0: four times a run
  int64_t keep_checkpoints = 2;
  bool ignore_warnings = false;

  void Describe(OptionTable& table);
  int64_t eval_interval() const {
    return eval_every > 0 ? eval_every : std::max<int64_t>(1, steps / 20);
  }
  int64_t checkpoint_interval() const {
    return checkpoint_every > 0 ? checkpoint_every : std::max<int64_t>(1, steps / 4);
  }
};

}  // namespace sinew::training
