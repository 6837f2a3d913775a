#include "agents/model_based/imagination.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agents/base/common_options.h"
#include "core/error.h"

namespace sinew::agents {
namespace {

constexpr int64_t kImaginedCapacity = 10'000;  // older ones come from older models and policies

}  // namespace

void ImaginationOptions::Describe(OptionTable& table) {
  table.BeginGroup(kRarelyUsed);
  table.Add("imagination", &imagination, {0, 50},
            "steps of each rollout of a fitted local model, and updates from such rollouts beside "
            "each update, against few samples (0: none; tasks with a goal)");
  table.Add("imagination_refit", &imagination_refit, {1, 1000},
            "episodes between two fits of that model");
  table.Add("imagination_until", &imagination_until, {0, 1},
            "share of the run after which it is switched off");
  table.BeginGroup("");
}

Imagination::Imagination(const ImaginationOptions& options, const ImaginedTransitions& transitions,
                         std::shared_ptr<const spec::GoalModel> goals)
    : options_(options),
      transitions_(transitions),
      goals_(std::move(goals)),
      random_(transitions.seed, "imagination"),
      under_way_(transitions.num_envs),
      dynamics_(transitions.obs_dim, transitions.act_dim),
      imagined_({.capacity = kImaginedCapacity,
                 .obs_dim = transitions.obs_dim,
                 .act_dim = transitions.act_dim}) {
  if (goals_) return;
  throw UserError(fmt::format(
      "agent.imagination = {}: the reward of this task is not known as a function of observation "
      "and action, only 0 is valid",
      options.imagination));
}

void Imagination::Observe(const StepBatch& batch) {
  for (int env = 0; env < transitions_.num_envs; ++env) Collect(env, batch);
  if (episodes_ < options_.imagination_refit) return;
  fitted_ = std::exchange(finished_, {});
  episodes_ = 0;
  dynamics_.Fit(fitted_);
}

void Imagination::Collect(int env, const StepBatch& batch) {
  const int obs_dim = transitions_.obs_dim, act_dim = transitions_.act_dim;
  const spec::StepResult& result = batch.results[env];
  TimedSteps& steps = under_way_[env];
  if (!result.diverged) {
    steps.Add(steps.size(), batch.observations.subspan(env * obs_dim, obs_dim),
              batch.actions.subspan(env * act_dim, act_dim),
              batch.next_observations.subspan(env * obs_dim, obs_dim));
  }
  if (!result.done() || steps.size() == 0) return;
  finished_.Append(steps);
  steps = {};
  ++episodes_;
}

void Imagination::Imagine(const Policy& policy) {
  if (!dynamics_.fitted()) return;
  const int obs_dim = transitions_.obs_dim, act_dim = transitions_.act_dim;
  const int rows = transitions_.num_envs;
  states_.resize(static_cast<size_t>(rows) * obs_dim);
  next_states_.resize(states_.size());
  actions_.resize(static_cast<size_t>(rows) * act_dim);
  std::vector<int64_t> times(rows);
  std::vector<char> live(rows, 1);
  std::vector<NStep> returns(rows, {transitions_.n_step, transitions_.gamma, obs_dim, act_dim});
  std::vector<float> goal(goals_->goal_dim());
  for (int row = 0; row < rows; ++row) {
    const auto start = static_cast<int64_t>(random_.Below(fitted_.size()));
    times[row] = fitted_.times[start];
    std::copy_n(fitted_.observations.begin() + start * obs_dim, obs_dim,
                states_.begin() + row * obs_dim);
  }
  for (int64_t step = 0; step < options_.imagination; ++step) {
    policy(states_, rows, actions_);
    for (int row = 0; row < rows; ++row) {
      if (!live[row]) continue;
      const std::span<const float> state(states_.data() + row * obs_dim, obs_dim);
      const std::span<const float> action(actions_.data() + row * act_dim, act_dim);
      const std::span<const float> next(next_states_.data() + row * obs_dim, obs_dim);
      goals_->Desired(state, goal);
      live[row] = Step(row, times[row]++, goal);
      const double reward =
          live[row] ? transitions_.reward_scale * goals_->Reward(state, action, next) : 0;
      returns[row].Add(state, action, static_cast<float>(reward), next, false,
                       step + 1 == options_.imagination, !live[row], &imagined_);
    }
    std::swap(states_, next_states_);
  }
}

bool Imagination::Step(int64_t row, int64_t time, std::span<const float> goal) {
  const int obs_dim = transitions_.obs_dim, act_dim = transitions_.act_dim;
  const std::span<float> next(next_states_.data() + row * obs_dim, obs_dim);
  const bool inside = dynamics_.Predict(time, {states_.data() + row * obs_dim, size_t(obs_dim)},
                                        {actions_.data() + row * act_dim, size_t(act_dim)}, next);
  goals_->Replace(goal, next);
  return inside;
}

void Imagination::SerializeSteps(models::Archive& archive, const std::string& name,
                                 TimedSteps* steps) {
  archive.Values(name + ".times", steps->times);
  archive.Values(name + ".observations", steps->observations);
  archive.Values(name + ".actions", steps->actions);
  archive.Values(name + ".next_observations", steps->next_observations);
}

void Imagination::Serialize(models::Archive& archive, const std::string& name) {
  archive.Value(name + ".random", random_);
  archive.Value(name + ".episodes", episodes_);
  for (size_t env = 0; env < under_way_.size(); ++env) {
    SerializeSteps(archive, fmt::format("{}.under_way{}", name, env), &under_way_[env]);
  }
  SerializeSteps(archive, name + ".finished", &finished_);
  SerializeSteps(archive, name + ".fitted", &fitted_);
  imagined_.Serialize(archive, name + ".imagined");
  // the same steps give the same model
  if (archive.loading() && fitted_.size() > 0) dynamics_.Fit(fitted_);
}

}  // namespace sinew::agents
