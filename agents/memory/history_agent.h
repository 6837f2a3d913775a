#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "agents/base/agent.h"
#include "agents/memory/frame_stack.h"

namespace sinew::agents {

/// What an agent that sees the last `frames` observations in one has to know of the world.
/// @param differences  see AgentContext. @throws UserError if an episode is not as long.
AgentContext StackedContext(const AgentContext& context, int frames, bool differences = false);

/// An agent of any kind with `frames` observations and the actions between them for its
/// observation: where velocities cannot be seen, they can be told from it. The agent within learns
/// from stacked transitions and knows of it only in how it scales them and in the policy that it
/// gives.
class HistoryAgent : public Agent {
 public:
  /// @param context  of the task. @param agent  built with StackedContext.
  HistoryAgent(const AgentContext& context, int frames, std::unique_ptr<Agent> agent);

  void Act(const ActBatch& batch, std::span<float> actions) override;
  void Observe(const StepBatch& batch) override;
  LearnOutcome Learn() override { return agent_->Learn(); }
  int64_t env_steps() const override { return agent_->env_steps(); }
  int64_t updates() const override { return agent_->updates(); }
  policy::PolicyGraph Snapshot() const override { return agent_->Snapshot(); }
  std::vector<std::string> DerivedSettings() const override { return agent_->DerivedSettings(); }
  // a critic's file says nothing of a past
  std::optional<policy::Critic> CriticSnapshot() const override { return std::nullopt; }
  Metrics TakeMetrics() override { return agent_->TakeMetrics(); }
  void Serialize(models::Archive& archive) override;
  void Adjust(const Adjustment& adjustment) override { agent_->Adjust(adjustment); }

 private:
  void See(std::span<const float> observations, std::span<const uint8_t> episode_begins);

  int obs_dim_, act_dim_;
  FrameStack stack_;
  std::unique_ptr<Agent> agent_;
  std::vector<float> stacked_, next_stacked_;  // [num_envs x stack width]
};

/// An agent's builder with the option `history` beside its own.
std::unique_ptr<AgentBuilder> WithHistory(std::unique_ptr<AgentBuilder> builder);

}  // namespace sinew::agents
