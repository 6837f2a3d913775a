#include "viewer/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <span>
#include <utility>

#include "core/error.h"

namespace sinew::viewer {
namespace {

using Clock = std::chrono::steady_clock;

// exponential average over about 20 steps; the first value counts in full
void Smooth(double* average_ms, Clock::time_point begin, Clock::time_point end) {
  const double ms = std::chrono::duration<double, std::milli>(end - begin).count();
  *average_ms = *average_ms == 0 ? ms : 0.95 * *average_ms + 0.05 * ms;
}

}  // namespace

Session::Session(std::shared_ptr<const sim::Task> task, std::unique_ptr<PolicySource> source,
                 const SessionOptions& options)
    : source_(std::move(source)),
      env_(std::move(task), options.seed),
      history_(options.history_frames, options.history_bytes),
      observation_(spec().obs_dim()),
      action_(spec().act_dim()) {
  PollPolicy();
  if (!policy_) throw Error("the viewer was given no policy");
  BeginEpisode(0);
}

void Session::PollPolicy() {
  if (auto newer = source_->Poll()) {
    policy_ = std::move(newer);
    policy_in_sync_ = false;
  }
}

void Session::BeginEpisode(uint64_t episode) {
  trouble_.reset();
  PollPolicy();
  env_.ResetToEpisode(episode);
  log_ = std::make_shared<ObservationLog>();
  policy_in_sync_ = false;
  std::ranges::fill(action_, 0.0f);
  Record({}, {});
}

void Session::RestartEpisode() { BeginEpisode(frame().state.episode); }
void Session::NextEpisode() { BeginEpisode(frame().state.episode + 1); }

bool Session::StepBack() {
  if (history_.cursor() == 0) return false;
  Seek(history_.cursor() - 1);
  return true;
}

void Session::Seek(size_t index) {
  history_.Seek(index);
  env_.RestoreState(frame().state);
  log_ = frame().log;
  policy_in_sync_ = false;
  trouble_.reset();
}

void Session::SyncPolicy() {
  if (policy_in_sync_) return;
  const size_t obs_dim = observation_.size();
  log_->values.resize(frame().state.step * obs_dim);
  policy_->Reset(frame().state.episode);
  const std::span<const float> seen(log_->values);
  for (size_t at = 0; at < seen.size(); at += obs_dim) {
    policy_->Act(seen.subspan(at, obs_dim), action_);
  }
  policy_in_sync_ = true;
}

bool Session::Step(const Wrench& push) {
  if (frame().result.done()) {
    NextEpisode();
    return true;
  }
  trouble_.reset();
  const auto result = TryStep(push);
  if (result) Record(*result, push);
  return result.has_value();
}

std::optional<sim::StepResult> Session::TryStep(const Wrench& push) {
  sim::StepResult result;
  try {
    PollPolicy();
    SyncPolicy();
    const auto begin = Clock::now();
    std::ranges::transform(env_.observation(), observation_.begin(),
                           [](double value) { return static_cast<float>(value); });
    log_->values.insert(log_->values.end(), observation_.begin(), observation_.end());
    policy_->Act(observation_, action_);
    const auto acted = Clock::now();
    const ScopedWrench scoped(env_.simulation().data(), push);
    result = env_.Step(action_);
    Smooth(&timing_.policy_ms, begin, acted);
    Smooth(&timing_.physics_ms, acted, Clock::now());
  } catch (const std::exception& error) {
    Fail(error.what());
    return std::nullopt;
  }
  if (result.diverged) {
    const auto& divergence = env_.simulation().divergence();
    Fail(divergence ? divergence->Describe() : "the simulation diverged");
    return std::nullopt;
  }
  return result;
}

void Session::Fail(std::string cause) {
  env_.RestoreState(frame().state);
  policy_in_sync_ = false;
  trouble_ = std::move(cause);
}

void Session::Record(const sim::StepResult& result, const Wrench& push) {
  Frame next;
  next.state = env_.SaveState();
  next.result = result;
  next.action = action_;
  next.torque.assign(env_.torque().begin(), env_.torque().end());
  next.reward_terms.assign(env_.reward_terms().begin(), env_.reward_terms().end());
  next.goal_distance = env_.goal_distance();
  next.time = static_cast<double>(env_.step()) * spec().control_dt;
  next.success = env_.success();
  next.push = push;
  next.log = log_;
  history_.Push(std::move(next));
}

}  // namespace sinew::viewer
