#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agents/base/figures.h"
#include "core/options.h"
#include "core/thread_pool.h"
#include "models/archive.h"
#include "policy/critic.h"
#include "policy/graph.h"
#include "spec/contract.h"
#include "spec/goal.h"
#include "spec/step_result.h"

namespace sinew::agents {

/// What an agent has to know about the world it acts in.
struct AgentContext {
  int obs_dim = 0;
  int act_dim = 0;
  int num_envs = 1;
  int64_t total_steps = 1;  // environment steps of the whole run, for schedules
  uint64_t seed = 0;
  std::vector<float> obs_magnitude{};  // [obs_dim], of the task's spec; empty: all 1
  ThreadPool* pool =
      nullptr;  // for parts of an update that do not depend on each other; null: one thread
  std::shared_ptr<const spec::GoalModel> goals{};  // of the task; null: it has none
  /// What the task says of the policy to come: names, units, limits, periods, options. The agent
  /// adds what it learned. An observation without elements gets nameless ones.
  spec::Contract contract{};
  int episode_steps = 0;  // control steps of the longest episode; 0: not known
  /// Observations that one of obs_dim numbers is stacked of, newest first, with the actions between
  /// them behind; 1 unless the agent sees its history.
  int frames = 1;
  /// Of older observations the networks see the differences to the next newer one.
  bool differences = false;
  /// Numbers of a single one.
  int frame_dim() const { return (obs_dim - (frames - 1) * act_dim) / frames; }
};

/// What every environment shows before a step; views that are valid during the call.
struct ActBatch {
  std::span<const float> observations;  // [num_envs x obs_dim], row-major
  /// [num_envs], 1 where the observation is the first one of an episode; empty: nowhere.
  std::span<const uint8_t> episode_begins{};
};

/// One step of every environment, row-major; views that are valid during the call.
struct StepBatch {
  std::span<const float> observations;        // [num_envs x obs_dim], before the step
  std::span<const float> actions;             // [num_envs x act_dim]
  std::span<const float> rewards;             // [num_envs]
  std::span<const float> next_observations;   // [num_envs x obs_dim], true successors
  std::span<const spec::StepResult> results;  // [num_envs]
};

/// What one call of Learn amounted to.
struct LearnOutcome {
  int64_t updates = 0;                  // steps of optimisers that were taken
  std::vector<std::string> warnings{};  // what a person should know, a line each
};

/// What a person who watches the run has changed: factors on the schedules, 1 unless asked.
struct Adjustment {
  double learning_rate = 1;
  double noise = 1;  // exploration noise of the agents that add any
  bool operator==(const Adjustment&) const = default;
};

/// A learner. One round of the training loop is
///
///     Act -> environments step -> Observe -> Learn
///
/// with the same bits for any number of threads.
class Agent {
 public:
  virtual ~Agent() = default;

  /// Actions with exploration noise for every environment. @param actions  [num_envs x act_dim], in
  /// [-1, 1].
  virtual void Act(const ActBatch& batch, std::span<float> actions) = 0;
  /// Stores the step.
  virtual void Observe(const StepBatch& batch) = 0;
  /// Learns as much as one step of every environment pays for. @throws Error if the learner's
  /// numbers are not finite.
  virtual LearnOutcome Learn() = 0;
  /// Settings that were left to the agent, and what it worked them out from, a line each.
  virtual std::vector<std::string> DerivedSettings() const { return {}; }
  /// Environment steps observed so far.
  virtual int64_t env_steps() const = 0;
  virtual int64_t updates() const = 0;

  /// The policy as of now, with its contract.
  virtual policy::PolicyGraph Snapshot() const = 0;
  /// What it thinks that states or actions are worth, without the policy's hash; empty if nothing.
  virtual std::optional<policy::Critic> CriticSnapshot() const { return std::nullopt; }
  /// Means of the learner's figures since they were last taken, and others as of now.
  virtual Metrics TakeMetrics() = 0;
  /// Everything that the future of the learner depends on.
  virtual void Serialize(models::Archive& archive) = 0;
  /// From now on.
  virtual void Adjust(const Adjustment& adjustment) = 0;
};

/// An agent before it is built: its options can still be set.
class AgentBuilder {
 public:
  virtual ~AgentBuilder() = default;
  /// The section "agent" of the configuration.
  virtual void Describe(OptionTable& table) = 0;
  /// @throws UserError if the options contradict each other or the environment cannot be served.
  virtual std::unique_ptr<Agent> Build(const AgentContext& context) const = 0;
};

}  // namespace sinew::agents
