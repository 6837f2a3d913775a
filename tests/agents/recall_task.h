#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "agents/base/agent.h"
#include "core/random.h"

namespace sinew::agents {

/// A cue of -0.5 or 0.5 is shown in the first step of an episode of six steps, and from the second
/// step on every action is to be that number: reward -4 (a - cue)^2. The observation, [cue or 0,
/// 1 in the first step], does not tell the cue after the first step. There a policy without memory
/// acts alike in both cases, and the mean of 4 (a - 0.5)^2 and 4 (a + 0.5)^2 is 4 a^2 + 1: no such
/// policy expects more than -5 an episode. With a memory 0 can be reached.
class RecallTask {
 public:
  static constexpr int kSteps = 6, kObs = 2;
  static constexpr double kBestWithoutMemory = -5;

  RecallTask(int num_envs, uint64_t seed)
      : random_(seed, "cues"), cues_(num_envs), observations_(num_envs * kObs), begins_(num_envs) {
    Begin();
  }

  /// Acts and learns for `episodes` episodes of every environment. @return  the mean return of the
  /// last `counted` of them.
  double Run(Agent* agent, int episodes, int counted) {
    double sum = 0;
    for (int k = 0; k < episodes; ++k) {
      const double total = Episode(agent);
      if (k >= episodes - counted) sum += total;
    }
    return sum / (counted * static_cast<double>(cues_.size()));
  }

 private:
  void Begin() {
    for (size_t env = 0; env < cues_.size(); ++env) {
      cues_[env] = random_.Below(2) ? 0.5f : -0.5f;
      observations_[env * kObs] = cues_[env];
      observations_[env * kObs + 1] = 1;
    }
    step_ = 0;
  }

  double Episode(Agent* agent) {
    const size_t envs = cues_.size();
    std::vector<float> actions(envs), rewards(envs), before;
    std::vector<spec::StepResult> results(envs);
    double total = 0;
    for (int step = 0; step < kSteps; ++step) {
      before = observations_;
      std::ranges::fill(begins_, step == 0 ? 1 : 0);
      agent->Act({before, begins_}, actions);
      for (size_t env = 0; env < envs; ++env) {
        const float error = actions[env] - cues_[env];
        rewards[env] = step == 0 ? 0 : -4 * error * error;
        total += rewards[env];
        results[env].terminated = step + 1 == kSteps;
      }
      std::ranges::fill(observations_, 0.0f);
      const std::vector<float> next = observations_;
      if (step + 1 == kSteps) Begin();
      agent->Observe({before, actions, rewards, next, results});
      agent->Learn();
    }
    return total;
  }

  Random random_;
  std::vector<float> cues_, observations_;
  std::vector<uint8_t> begins_;
  int step_ = 0;
};

}  // namespace sinew::agents
