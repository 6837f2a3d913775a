#include "viewer/session/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <span>
#include <utility>

#include "core/error.h"
#include "sim/rollout_loop.h"

namespace sinew::viewer {
namespace {

using Clock = std::chrono::steady_clock;

// exponential average over about 20 steps; the first value counts in full
void Measure(Clock::time_point begin, Clock::time_point end, double* average_ms, double* all_ms) {
  const double ms = std::chrono::duration<double, std::milli>(end - begin).count();
  *average_ms = *average_ms == 0 ? ms : 0.95 * *average_ms + 0.05 * ms;
  *all_ms += ms;
}

}  // namespace

Session::Session(std::shared_ptr<const sim::Task> task, std::unique_ptr<PolicySource> source,
                 const SessionOptions& options)
    : pusher(options.seed),
      task_(std::move(task)),
      source_(std::move(source)),
      options_(options),
      env_(task_, options.seed),
      pilot_(spec().obs_dim(), spec().act_dim()),
      history_(options.history_frames, options.history_bytes),
      noise_(options.seed, "viewer noise"),
      seen_(spec().obs_dim()),
      action_(spec().act_dim()),
      intent_(spec().act_dim()) {
  pusher.plan.body = BodyToPush(env_.simulation().model());
  take_over.taken.assign(action_.size(), 0);
  take_over.action.assign(action_.size(), 0.0f);
  PolicyHandle first = source_->Poll();
  if (!first) throw Error("the viewer was given no policy");
  Adopt(std::move(first));
  BeginEpisode(0);
}

void Session::Adopt(PolicyHandle policy) {
  auto value = policy->make_value ? policy->make_value() : nullptr;
  pilot_.Use(std::move(policy));
  value_ = std::move(value);
}

void Session::UsePolicy(PolicyHandle policy) {
  Adopt(std::move(policy));
  trouble_.reset();
}

void Session::UseGhost(PolicyHandle policy) {
  ghost_.reset();
  if (!policy) return;
  ghost_.emplace(task_, options_.seed, std::move(policy));
  ghost_->Fork(frame());
}

void Session::PollPolicy() {
  if (!follow_newest || rewound_) return;
  if (auto newer = source_->Poll()) Adopt(std::move(newer));
}

void Session::BeginEpisode(uint64_t episode) {
  env_.ResetToEpisode(episode);
  rewound_ = false;
  remembered_.clear();
  PollPolicy();
  BeginFrom(env_.SaveState(), {});
}

void Session::BeginFrom(const sim::EnvState& state, EpisodeLog log) {
  trouble_.reset();
  move_.reset();
  env_.RestoreState(state);
  pilot_.Resume(std::make_shared<EpisodeLog>(std::move(log)), state.episode, state.step);
  std::ranges::fill(action_, 0.0f);
  std::ranges::fill(intent_, 0.0f);
  // a new episode follows what was watched last, it does not replace it
  history_.Seek(history_.size() > 0 ? history_.size() - 1 : 0);
  Frame first;
  first.begins = true;
  first.value = first.action_value = std::numeric_limits<double>::quiet_NaN();
  if (ghost_) {
    first.state = env_.SaveState();
    first.log = pilot_.log();
    ghost_->Fork(first);
  }
  Record(std::move(first));
}

void Session::RestartEpisode() {
  const size_t begin = history_.EpisodeBegin();
  const uint64_t episode = frame().state.episode;
  remembered_.clear();
  if (repeat_pushes) RememberPushes(begin);
  auto remembered = std::move(remembered_);
  BeginEpisode(episode);
  remembered_ = std::move(remembered);
}

// the pushes of the frames behind `begin` up to the end of their episode
void Session::RememberPushes(size_t begin) {
  for (size_t i = begin + 1; i < history_.EpisodeEnd(); ++i) {
    const Frame& frame = history_[i];
    if (!frame.pushes.empty()) remembered_[frame.state.step - 1] = frame.pushes;
  }
}

void Session::NextEpisode() { BeginEpisode(frame().state.episode + 1); }

bool Session::StepBack() {
  if (history_.cursor() == 0) return false;
  Seek(history_.cursor() - 1);
  return true;
}

bool Session::WalksHistory() const {
  return !history_.at_newest() && pilot_.card() == frame().policy && !move_ &&
         pusher.Save() == frame().push_state;
}

bool Session::StepForward(const Wrench& push) {
  if (push || !WalksHistory()) return Step(push);
  Seek(history_.cursor() + 1);
  return true;
}

void Session::Seek(size_t index) {
  history_.Seek(index);
  rewound_ = !history_.at_newest();
  if (frame().policy != pilot_.card()) Adopt(frame().policy);
  RestoreCursor();
  trouble_.reset();
}

void Session::SwitchTo(size_t branch) {
  history_.SwitchTo(branch);
  Seek(history_.cursor());
}

// everything that the next step depends on
void Session::RestoreCursor() {
  env_.RestoreState(frame().state);
  pilot_.Resume(frame().log, frame().state.episode, frame().state.step);
  noise_.set_state(frame().noise);
  pusher.Restore(frame().push_state);
  move_.reset();
  if (!ghost_) return;
  if (frame().ghost && frame().ghost->policy == ghost_->policy()) {
    ghost_->Restore(*frame().ghost);
  } else {
    ghost_->Fork(frame());
  }
}

void Session::MoveBody(const BodyMove& move) {
  move_ = move;
  PlaceBody(env_.simulation(), move);
  env_.Refresh();
}

bool Session::Step(const Wrench& push) {
  if (frame().result.done()) {
    NextEpisode();
    return true;
  }
  if (!history_.at_newest()) {
    remembered_.clear();
    if (repeat_pushes) RememberPushes(history_.cursor());
  }
  std::vector<Wrench> pushes;
  if (push) pushes.push_back(push);
  if (const auto again = remembered_.find(frame().state.step); again != remembered_.end()) {
    pushes.insert(pushes.end(), again->second.begin(), again->second.end());
  }
  if (const Wrench planned = pusher.Next(spec().control_dt)) pushes.push_back(planned);
  return Attempt({}, std::move(pushes));
}

bool Session::StepWith(std::span<const float> action, std::span<const Wrench> pushes,
                       const std::optional<BodyMove>& move) {
  move_ = move;
  return Attempt(action, {pushes.begin(), pushes.end()});
}

bool Session::Attempt(std::span<const float> given, std::vector<Wrench> pushes) {
  trouble_.reset();
  Frame next;
  next.pushes = std::move(pushes);
  next.move = move_;
  try {
    PollPolicy();
    if (move_) {
      // however the target came there: the state of the frame and the last place are what counts
      env_.RestoreState(frame().state);
      PlaceBody(env_.simulation(), *move_);
      env_.Refresh();
    }
    const auto begin = Clock::now();
    Decide(&next);
    if (!given.empty()) std::ranges::copy(given, action_.begin());
    const auto decided = Clock::now();
    {
      const ScopedWrenches scoped(env_.simulation().data(), next.pushes);
      next.result = env_.Step(action_);
    }
    Measure(begin, decided, &timing_.policy_ms, &timing_.all_policy_ms);
    Measure(decided, Clock::now(), &timing_.physics_ms, &timing_.all_physics_ms);
    ++timing_.steps;
    if (ghost_ && !next.result.diverged) ghost_->Step(next.pushes, next.move);
  } catch (const std::exception& error) {
    Fail(error.what());
    return false;
  }
  if (next.result.diverged) {
    const auto& divergence = env_.simulation().divergence();
    Fail(divergence ? divergence->Describe() : "the simulation diverged");
    return false;
  }
  move_.reset();
  Record(std::move(next));
  if (frame().result.done()) episodes_.Add(history_);
  return true;
}

// from what is seen to the action that is applied
void Session::Decide(Frame* next) {
  sim::ReadObservation(env_, seen_);
  DisturbObservation(disturbance, spec(), noise_, seen_);
  std::ranges::copy(pilot_.Act(env_.simulation(), seen_), intent_.begin());
  Explore(disturbance, noise_, intent_);
  pilot_.Log(seen_, intent_);
  pilot_.IntentBefore(disturbance.latency_steps, action_);
  DisturbAction(disturbance, take_over, noise_, action_);
  Rate(seen_, next);
}

void Session::Rate(std::span<const float> observation, Frame* next) {
  next->value = next->action_value = std::numeric_limits<double>::quiet_NaN();
  if (!value_) return;
  next->value = value_->Value(observation);
  if (value_->rates_actions()) next->action_value = value_->ActionValue(observation, action_);
}

void Session::Fail(std::string cause) {
  RestoreCursor();
  trouble_ = std::move(cause);
}

void Session::Record(Frame next) {
  next.state = env_.SaveState();
  next.action = action_;
  next.intent = intent_;
  next.torque.assign(env_.torque().begin(), env_.torque().end());
  next.reward_terms.assign(env_.reward_terms().begin(), env_.reward_terms().end());
  next.goal_distance = env_.goal_distance();
  next.time = static_cast<double>(env_.step()) * spec().control_dt;
  next.success = env_.success();
  next.noise = noise_.state();
  next.push_state = pusher.Save();
  next.policy = pilot_.card();
  next.log = pilot_.log();
  if (ghost_) next.ghost = ghost_->Save();
  history_.Push(std::move(next));
}

}  // namespace sinew::viewer
