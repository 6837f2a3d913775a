#include "sim/vec_env.h"

#include "core/error.h"
#include "sim/rollout_loop.h"

namespace sinew::sim {

VecEnv::VecEnv(std::shared_ptr<const Task> task, int num_envs, uint64_t seed, ThreadPool* pool,
               Starts starts)
    : pool_(pool) {
  for (int i = 0; i < num_envs; ++i) {
    // environments draw from streams of their own, far from those of neighbouring seeds
    envs_.push_back(std::make_unique<Env>(task, Random(seed, "environment", i).Bits(), starts));
  }
  const size_t size = static_cast<size_t>(num_envs) * task->spec().obs_dim();
  observations_.resize(size);
  next_observations_.resize(size);
  rewards_.resize(num_envs);
  results_.resize(num_envs);
  finished_by_env_.resize(num_envs);
  has_finished_.resize(num_envs);
  episode_begins_.resize(num_envs);
  for (int i = 0; i < num_envs; ++i) ShowState(i);
}

std::span<float> VecEnv::RowOf(std::vector<float>& matrix, int index) const {
  const size_t width = spec().obs_dim();
  return std::span(matrix).subspan(index * width, width);
}

void VecEnv::UseStarts(const StartStates* starts) {
  uses_starts_ = starts != nullptr;
  for (const auto& env : envs_) env->UseStarts(starts);
}

void VecEnv::CutEpisodes(int64_t steps) {
  for (const auto& env : envs_) env->CutEpisodes(steps);
}

void VecEnv::Reset() {
  pool_->ParallelFor(num_envs(), [this](int i) {
    envs_[i]->Reset();
    ShowState(i);
  });
  finished_.clear();
}

void VecEnv::Step(std::span<const float> actions) {
  pool_->ParallelFor(num_envs(), [&](int i) { StepOne(i, actions); });
  finished_.clear();
  for (int i = 0; i < num_envs(); ++i) {
    if (has_finished_[i]) finished_.push_back(finished_by_env_[i]);
  }
}

void VecEnv::StepOne(int index, std::span<const float> actions) {
  Env& env = *envs_[index];
  const int act_dim = spec().act_dim();
  const spec::StepResult result = env.Step(actions.subspan(index * act_dim, act_dim));
  results_[index] = result;
  rewards_[index] = static_cast<float>(result.reward);
  ReadObservation(env, RowOf(next_observations_, index));
  has_finished_[index] = result.done();
  if (result.done()) {
    Episode& finished = finished_by_env_[index];
    finished = {index,           env.episode_return(), env.step(), env.success(),
                result.diverged, env.start(),          {},         {}};
    if (result.diverged) finished.divergence = env.simulation().divergence()->Describe();
    if (uses_starts_ && finished.success) finished.end = env.simulation().SaveState();
    env.Reset();
  }
  ShowState(index);
}

// what the policy acts on next
void VecEnv::ShowState(int index) {
  const Env& env = *envs_[index];
  ReadObservation(env, RowOf(observations_, index));
  episode_begins_[index] = env.step() == 0;
}

WarningCounts VecEnv::warnings() const {
  WarningCounts counts;
  for (const auto& env : envs_) {
    if (env->simulation().warnings().any()) counts += env->simulation().warnings();
  }
  return counts;
}

std::vector<EnvState> VecEnv::SaveState() const {
  std::vector<EnvState> states;
  for (const auto& env : envs_) states.push_back(env->SaveState());
  return states;
}

void VecEnv::RestoreState(std::span<const EnvState> states) {
  if (states.size() != envs_.size()) throw Error("saved environments do not match in number");
  for (size_t i = 0; i < envs_.size(); ++i) {
    envs_[i]->RestoreState(states[i]);
    ShowState(i);
  }
  finished_.clear();
}

}  // namespace sinew::sim
