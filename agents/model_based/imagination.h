#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "agents/model_based/local_dynamics.h"
#include "agents/replay/n_step.h"
#include "agents/replay/replay_buffer.h"
#include "core/random.h"
#include "spec/goal.h"

namespace sinew::agents {

/// Rollouts of a fitted model; part of section "agent".
struct ImaginationOptions {
  int64_t imagination = 0;
  int64_t imagination_refit = 5;
  double imagination_until = 0.5;

  void Describe(OptionTable& table);
};

/// What the learner's experience options say about transitions, imagined ones too.
struct ImaginedTransitions {
  int obs_dim = 0, act_dim = 0;
  int num_envs = 1;
  int n_step = 1;
  double gamma = 1, reward_scale = 1;
  uint64_t seed = 0;
};

/// Transitions that a local model of the dynamics makes up: every few episodes the model is fitted
/// to them, and rollouts of a few steps start from the states they went through.
///
/// The reward comes from the task's goal model, so that only the dynamics are learned. A rollout
/// that leaves the range of the model's data is cut before that step.
/// Source: Gu et al. 2016, arXiv:1603.00748, Algorithm 2. Departures: no iLQG exploration; every
/// goal element is put right after each step, as the goal does not move in an episode; n-step
/// returns within a rollout as everywhere else; states are not modelled as terminal.
class Imagination {
 public:
  /// Actions for raw observations, exploration noise included.
  /// @param observations  [rows x obs_dim]. @param actions  [rows x act_dim], filled in.
  using Policy =
      std::function<void(std::span<const float> observations, int rows, std::span<float> actions)>;

  Imagination(const ImaginationOptions& options, const ImaginedTransitions& transitions,
              std::shared_ptr<const spec::GoalModel> goals);

  /// Collects the step of every environment; fits the model once enough episodes have ended.
  void Observe(const StepBatch& batch);
  /// One rollout for every environment.
  void Imagine(const Policy& policy);
  /// Whether there is something to sample.
  bool ready() const { return imagined_.size() > 0; }
  void Sample(int size, Batch* batch) { imagined_.Sample(size, random_, batch); }
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  void Collect(int env, const StepBatch& batch);
  /// The next state under the model, with the rollout's goal. @return  false beyond its data.
  bool Step(int64_t row, int64_t time, std::span<const float> goal);
  static void SerializeSteps(models::Archive& archive, const std::string& name, TimedSteps* steps);

  ImaginationOptions options_;
  ImaginedTransitions transitions_;
  std::shared_ptr<const spec::GoalModel> goals_;
  Random random_;
  std::vector<TimedSteps> under_way_;  // one an environment
  TimedSteps finished_, fitted_;       // since the last fit, and those of the last fit
  int64_t episodes_ = 0;               // in finished_
  LocalDynamics dynamics_;
  ReplayBuffer imagined_;
  std::vector<float> states_, next_states_, actions_;  // of the rollouts, side by side
};

}  // namespace sinew::agents
