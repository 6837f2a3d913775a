#include "agents/memory/history_agent.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agents/memory/stacked_goals.h"
#include "core/error.h"

namespace sinew::agents {
namespace {

class HistoryBuilder : public AgentBuilder {
 public:
  explicit HistoryBuilder(std::unique_ptr<AgentBuilder> builder) : builder_(std::move(builder)) {}

  void Describe(OptionTable& table) override {
    builder_->Describe(table);
    table.Add(
        "history", &history_, {1, 64},
        "observations that the policy sees, the actions between them included, where one does "
        "not tell the state (1: the present one)",
        "steps");
    table.Add("history_differences", &differences_,
              "with a history: older observations as the differences to the next newer one, scaled "
              "by their own statistics, so that velocities are as large as positions");
  }

  std::unique_ptr<Agent> Build(const AgentContext& context) const override {
    if (history_ == 1) return builder_->Build(context);
    const auto frames = static_cast<int>(history_);
    return std::make_unique<HistoryAgent>(
        context, frames, builder_->Build(StackedContext(context, frames, differences_)));
  }

 private:
  std::unique_ptr<AgentBuilder> builder_;
  int64_t history_ = 1;
  bool differences_ = true;
};

}  // namespace

AgentContext StackedContext(const AgentContext& context, int frames, bool differences) {
  if (context.episode_steps > 0 && frames > context.episode_steps) {
    throw UserError(
        fmt::format("agent.history = {} is longer than an episode of this task, {} steps: 1 to {} "
                    "are valid",
                    frames, context.episode_steps, context.episode_steps));
  }
  AgentContext stacked = context;
  stacked.frames = frames;
  stacked.differences = differences;
  stacked.obs_dim = frames * context.obs_dim + (frames - 1) * context.act_dim;
  if (context.goals) {
    stacked.goals = std::make_shared<StackedGoals>(context.goals, context.obs_dim, frames);
  }
  return stacked;
}

HistoryAgent::HistoryAgent(const AgentContext& context, int frames, std::unique_ptr<Agent> agent)
    : obs_dim_(context.obs_dim),
      act_dim_(context.act_dim),
      stack_(frames, context.num_envs, context.obs_dim, context.act_dim),
      agent_(std::move(agent)),
      stacked_(static_cast<size_t>(context.num_envs) * stack_.width()),
      next_stacked_(stacked_.size()) {}

void HistoryAgent::See(std::span<const float> observations,
                       std::span<const uint8_t> episode_begins) {
  for (int env = 0; env < stack_.num_envs(); ++env) {
    stack_.See(env, observations.subspan(static_cast<size_t>(env) * obs_dim_, obs_dim_),
               !episode_begins.empty() && episode_begins[env] != 0);
    std::ranges::copy(stack_.Of(env),
                      stacked_.begin() + static_cast<int64_t>(env) * stack_.width());
  }
}

void HistoryAgent::Act(const ActBatch& batch, std::span<float> actions) {
  See(batch.observations, batch.episode_begins);
  agent_->Act({stacked_, batch.episode_begins}, actions);
}

// The stack that follows is made of the true successor; where the episode has ended, nothing of it
// is left to the next one.
void HistoryAgent::Observe(const StepBatch& batch) {
  See(batch.observations, {});
  const size_t width = stack_.width(), obs_dim = obs_dim_, act_dim = act_dim_;
  for (int env = 0; env < stack_.num_envs(); ++env) {
    const auto next = std::span(next_stacked_).subspan(env * width, width);
    stack_.After(env, batch.actions.subspan(env * act_dim, act_dim),
                 batch.next_observations.subspan(env * obs_dim, obs_dim), next);
    stack_.Advance(env, next, batch.results[env].done());
  }
  agent_->Observe({stacked_, batch.actions, batch.rewards, next_stacked_, batch.results});
}

void HistoryAgent::Serialize(models::Archive& archive) {
  stack_.Serialize(archive, "history");
  agent_->Serialize(archive);
}

std::unique_ptr<AgentBuilder> WithHistory(std::unique_ptr<AgentBuilder> builder) {
  return std::make_unique<HistoryBuilder>(std::move(builder));
}

}  // namespace sinew::agents
