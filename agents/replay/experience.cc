#include "agents/replay/experience.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "agents/base/common_options.h"
#include "core/error.h"

namespace sinew::agents {

void ExperienceOptions::Describe(OptionTable& table) {
  table.Add(
      "gamma", &gamma, {0, 1},
      std::string("discount per control step; between two values 1 - gamma moves by a factor a "
                  "step") +
          (derived ? "; 0: from the task's time scale" : ""));
  table.Replaced("gamma_final", "gamma", EndsAt(0));
  table.Add("buffer_size", &buffer_size, {1, 1e8}, "transitions kept");
  table.Renamed("replay_capacity", "buffer_size");
  table.Add("n_step", &n_step, {1, 100}, "steps of reward before the bootstrap");
  table.Add("reward_scale", &reward_scale, {1e-6, 1e6},
            "rewards are multiplied by this for the learner");
  table.Add("hindsight", &hindsight, {0, 1},
            "share of each minibatch with a goal that was attained later (tasks with a goal)");
  table.BeginGroup(kRarelyUsed);
  table.Add("prioritized", &prioritized,
            "transitions with a large error are learned from more often, where few of them matter");
  table.Add("priority_alpha", &priority_alpha, {0, 1},
            "how much more often: 0 not at all, 1 in proportion to the error");
  table.Add("priority_correction", &priority_correction, {0, 1},
            "share of that preference that the loss makes up for");
  table.Replaced(
      "priority_beta", "priority_correction",
      [](std::string_view, std::string_view start) { return fmt::format("{},1", start); });
  table.BeginGroup("");
}

Experience::Experience(const ExperienceOptions& options, const AgentContext& context)
    : options_(options),
      obs_dim_(context.obs_dim),
      act_dim_(context.act_dim),
      replay_random_(context.seed, "replay"),
      hindsight_random_(context.seed, "hindsight"),
      replay_({.capacity = options.buffer_size,
               .obs_dim = context.obs_dim,
               .act_dim = context.act_dim,
               .priority_alpha =
                   options.prioritized ? std::optional(options.priority_alpha) : std::nullopt}) {
  for (int env = 0; env < context.num_envs; ++env) {
    n_step_.emplace_back(static_cast<int>(options.n_step), options.gamma.start, context.obs_dim,
                         context.act_dim, env);
  }
  if (options.hindsight == 0) return;
  if (!context.goals) {
    throw UserError(
        fmt::format("agent.hindsight = {}: the goal of this task cannot be exchanged, only 0 is "
                    "valid",
                    options.hindsight));
  }
  hindsight_.emplace(HindsightOptions{.capacity = options.buffer_size,
                                      .num_envs = context.num_envs,
                                      .obs_dim = context.obs_dim,
                                      .act_dim = context.act_dim,
                                      .n_step = static_cast<int>(options.n_step),
                                      .gamma = options.gamma.start,
                                      .reward_scale = options.reward_scale},
                     context.goals);
}

void Experience::Observe(const StepBatch& batch) {
  for (size_t i = 0; i < n_step_.size(); ++i) {
    const spec::StepResult& result = batch.results[i];
    const float reward = static_cast<float>(options_.reward_scale) * batch.rewards[i];
    const auto observation = batch.observations.subspan(i * obs_dim_, obs_dim_);
    const auto action = batch.actions.subspan(i * act_dim_, act_dim_);
    const auto next = batch.next_observations.subspan(i * obs_dim_, obs_dim_);
    n_step_[i].Add(observation, action, reward, next, result.terminated, result.truncated,
                   result.diverged, &replay_);
    if (!result.diverged) rewards_.Include(reward);
    if (hindsight_) {
      hindsight_->Add(static_cast<int>(i), observation, action, next, result.terminated,
                      result.truncated, result.diverged);
    }
  }
}

void Experience::Sample(int size, double progress, Batch* batch) {
  batch->Resize(size, obs_dim_, act_dim_);
  int hindsight_rows = 0;
  if (hindsight_ && !hindsight_->empty()) {
    hindsight_rows = static_cast<int>(std::lround(options_.hindsight * size));
  }
  indices_.resize(size - hindsight_rows);
  if (options_.prioritized) {
    SampleByPriority(hindsight_rows, progress, batch);
  } else {
    replay_.Draw(replay_random_, indices_);
  }
  replay_.Gather(indices_, batch);
  if (hindsight_rows > 0) {
    hindsight_->Fill(static_cast<int>(indices_.size()), hindsight_rows, hindsight_random_, batch);
  }
}

void Experience::SampleByPriority(int hindsight_rows, double progress, Batch* batch) {
  replay_.priorities()->Sample(replay_random_, indices_);
  batch->weights.resize(batch->size);
  const double beta = options_.priority_correction.At(progress);
  replay_.priorities()->ImportanceWeights(indices_, beta, batch->weights);
  // rows that are drawn uniformly weigh 1 before the division
  std::fill_n(batch->weights.end() - hindsight_rows, hindsight_rows, 1.0f);
  const float largest = std::ranges::max(batch->weights);
  for (float& weight : batch->weights) weight /= largest;
}

void Experience::ReportErrors(std::span<const float> errors) {
  replay_.priorities()->Update(indices_, errors.first(indices_.size()));
}

void Experience::Serialize(models::Archive& archive) {
  archive.Value("replay_random", replay_random_);
  rewards_.Serialize(archive, "rewards");
  for (size_t i = 0; i < n_step_.size(); ++i) {
    n_step_[i].Serialize(archive, fmt::format("n_step{}", i));
  }
  replay_.Serialize(archive, "replay");
  if (!hindsight_) return;
  archive.Value("hindsight_random", hindsight_random_);
  hindsight_->Serialize(archive, "hindsight");
}

}  // namespace sinew::agents
