#include "sim/env.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"

namespace sinew::sim {

Env::Env(std::shared_ptr<const Task> task, uint64_t seed, Starts starts)
    : task_(std::move(task)),
      seed_(seed),
      starts_(starts),
      simulation_(task_->MakeSimulation()),
      random_(seed),
      time_limit_(spec().time_limit),
      servos_(spec(), simulation_.model()) {
  hold_.resize(spec().success.size());
  observation_.resize(spec().observation.size());
  reward_terms_.resize(spec().reward_terms.size());
  for (auto* values : {&input_, &command_, &torque_}) values->resize(spec().action.size());
  if (spec().randomization.enabled())
    randomizer_ = std::make_unique<Randomizer>(spec(), simulation_);
  Reset();
}

void Env::Reset() { ResetToEpisode(next_episode_); }

void Env::ResetToEpisode(uint64_t episode) {
  episode_ = episode;
  next_episode_ = episode + 1;
  random_ = Random(seed_, "episode", episode);
  if (randomizer_) randomizer_->BeginEpisode(seed_, episode, &simulation_);
  simulation_.Reset();
  const StartStates::Start* start = DrawStart();
  start_ = start ? start->id : 0;
  if (start) {
    simulation_.RestoreState(start->state);
  } else if (starts_ == Starts::kTraining) {
    task_->ResetForTraining(simulation_, random_);
  } else {
    task_->Reset(simulation_, random_);
  }
  BeginEpisode();
}

void Env::ResetToState(std::span<const double> qpos, std::span<const double> qvel) {
  const auto check = [](std::span<const double> given, int size, const char* name) {
    if (!given.empty() && static_cast<int>(given.size()) != size) {
      throw UserError(fmt::format("{} has {} values, the model has {}", name, given.size(), size));
    }
  };
  check(qpos, simulation_.model()->nq, "qpos");
  check(qvel, simulation_.model()->nv, "qvel");
  ResetToEpisode(episode_);
  std::ranges::copy(qpos, simulation_.data()->qpos);
  std::ranges::copy(qvel, simulation_.data()->qvel);
  // the constraint solver must not start from the accelerations of the state that the reset drew
  std::fill_n(simulation_.data()->qacc_warmstart, simulation_.model()->nv, 0.0);
  BeginEpisode();
}

void Env::ResetToSaved(const SimulationState& start) {
  start_ = 0;
  if (randomizer_) randomizer_->BeginEpisode(seed_, episode_, &simulation_);
  simulation_.RestoreState(start);
  BeginEpisode();
}

// draws nothing where there are none, so that episodes without a curriculum stay as they are
const StartStates::Start* Env::DrawStart() {
  if (!extra_starts_ || extra_starts_->starts.empty()) return nullptr;
  if (random_.Uniform() >= extra_starts_->share) return nullptr;
  return &extra_starts_->starts[random_.Below(extra_starts_->starts.size())];
}

void Env::CutEpisodes(int64_t steps) {
  time_limit_ = spec().time_limit;
  if (steps > 0) time_limit_ = std::min(time_limit_, steps);
}

std::vector<DrawnValue> Env::drawn_physics() const {
  return randomizer_ ? randomizer_->drawn() : std::vector<DrawnValue>();
}

void Env::BeginEpisode() {
  task_->MoveTargets(simulation_);
  simulation_.Forward();
  step_ = 0;
  episode_return_ = 0;
  std::ranges::fill(hold_, 0);
  std::ranges::fill(reward_terms_, 0.0);
  std::ranges::fill(command_, 0.0);
  std::ranges::fill(torque_, 0.0);
  Observe();
}

void Env::Observe() {
  task_->Observe(simulation_, observation_);
  for (size_t i = 0; i < observation_.size(); ++i) {
    if (std::isfinite(observation_[i])) continue;
    throw Error(fmt::format("{}: observation '{}' is {} at step {} of episode {}", spec().name,
                            spec().observation[i].name, observation_[i], step_, episode_));
  }
  if (randomizer_) randomizer_->DisturbObservation(observation_);
}

void Env::Refresh() {
  simulation_.Forward();
  Observe();
}

spec::StepResult Env::Step(std::span<const float> action) {
  const auto& elements = spec().action;
  for (size_t i = 0; i < elements.size(); ++i) {
    const double a = action[i];
    if (!std::isfinite(a)) {
      throw Error(
          fmt::format("the action of joint '{}' is {} at step {}", elements[i].name(), a, step_));
    }
    const double fraction = 0.5 * (std::clamp(a, -1.0, 1.0) + 1);
    const bool target = elements[i].law == spec::ServoLaw::kController;
    const double low = target ? elements[i].low() : elements[i].ctrl_low;
    const double high = target ? elements[i].high() : elements[i].ctrl_high;
    input_[i] = low + fraction * (high - low);
  }
  servos_run_ = servos_.any();
  return Advance();
}

spec::StepResult Env::StepControl(std::span<const double> ctrl) {
  const auto& elements = spec().action;
  if (ctrl.size() != elements.size()) {
    throw UserError(
        fmt::format("{} controls given, the task has {} actuators", ctrl.size(), elements.size()));
  }
  for (size_t i = 0; i < elements.size(); ++i) {
    if (!std::isfinite(ctrl[i])) {
      throw Error(fmt::format("the control of joint '{}' is {} at step {}", elements[i].name(),
                              ctrl[i], step_));
    }
    const auto [low, high] = std::minmax(elements[i].ctrl_low, elements[i].ctrl_high);
    input_[i] = std::clamp(ctrl[i], low, high);
  }
  servos_run_ = false;
  return Advance();
}

// Controls from what was asked for; targets wait for the substeps.
void Env::Command() {
  const auto& elements = spec().action;
  if (servos_run_) servos_.SetTargets(input_, simulation_);
  for (size_t i = 0; i < elements.size(); ++i) {
    const bool target = servos_run_ && elements[i].law == spec::ServoLaw::kController;
    if (!target) simulation_.data()->ctrl[i] = input_[i];
    command_[i] = target ? input_[i] : elements[i].CommandOfControl(input_[i]);
  }
  if (servos_run_) servos_.Drive(&simulation_);
}

bool Env::Substeps() {
  const int count = spec().substeps;
  bool finite = true;
  for (int i = 0; i < count && finite; ++i) {
    if (servos_run_ && i > 0) servos_.Drive(&simulation_);
    if (before_substep_) before_substep_(i, {simulation_.data()->ctrl, spec().action.size()});
    const bool seen = i + 1 == count && !spec().refresh_kinematics;
    finite = simulation_.Substep(seen ? Simulation::Visuals::kPlaced : Simulation::Visuals::kLeft);
  }
  if (finite) servos_.ReadTorques(simulation_, torque_);
  return finite;
}

spec::StepResult Env::Advance() {
  const spec::TaskSpec& spec = this->spec();
  if (randomizer_) {
    randomizer_->DisturbControl(input_);
    randomizer_->Push(&simulation_);
  }
  Command();
  std::ranges::fill(reward_terms_, 0.0);
  task_->BeforeStep(simulation_, reward_terms_);
  spec::StepResult result;
  ++step_;
  bool finite = Substeps();
  if (finite) task_->MoveTargets(simulation_);
  if (finite && spec.refresh_kinematics) finite = simulation_.RefreshKinematics();
  if (!finite) {
    // the state is MuJoCo's reset one: neither its observation nor its reward means anything
    result.diverged = true;
    std::ranges::fill(reward_terms_, 0.0);
    std::ranges::fill(hold_, 0);
    return result;
  }
  task_->Reward(simulation_, reward_terms_);
  result.reward = std::accumulate(reward_terms_.begin(), reward_terms_.end(), 0.0);
  if (!std::isfinite(result.reward)) ThrowBadReward();
  result.terminated = task_->Terminated(simulation_);
  result.truncated = !result.terminated && step_ >= time_limit_;
  episode_return_ += result.reward;
  if (!spec.success.empty()) {
    const double distance = goal_distance();
    for (size_t k = 0; k < hold_.size(); ++k) {
      hold_[k] = distance <= spec.success[k].tolerance ? hold_[k] + 1 : 0;
    }
  }
  Observe();
  return result;
}

void Env::ThrowBadReward() const {
  for (size_t k = 0; k < reward_terms_.size(); ++k) {
    if (std::isfinite(reward_terms_[k])) continue;
    throw Error(fmt::format("{}: reward term '{}' is {} at step {} of episode {}", spec().name,
                            spec().reward_terms[k].name, reward_terms_[k], step_, episode_));
  }
  throw Error(fmt::format("{}: the sum of the reward terms is not finite at step {} of episode {}",
                          spec().name, step_, episode_));
}

bool Env::success(int criterion) const {
  return criterion < static_cast<int>(hold_.size()) &&
         hold_[criterion] >= spec().success[criterion].hold_steps;
}

EnvState Env::SaveState() const {
  return {simulation_.SaveState(),
          random_.state(),
          episode_,
          start_,
          step_,
          episode_return_,
          hold_,
          observation_,
          randomizer_ ? randomizer_->SaveState() : RandomizationState()};
}

void Env::RestoreState(const EnvState& state) {
  if (state.hold.size() != hold_.size() || state.observation.size() != observation_.size()) {
    throw Error("environment state of another task");
  }
  if (randomizer_) randomizer_->RestoreState(state.randomization, &simulation_);
  simulation_.RestoreState(state.simulation);
  random_.set_state(state.random);
  episode_ = state.episode;
  next_episode_ = state.episode + 1;
  start_ = state.start;
  step_ = state.step;
  episode_return_ = state.episode_return;
  hold_ = state.hold;
  observation_ = state.observation;
}

}  // namespace sinew::sim
