#include "viewer/analysis/survival.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <numbers>
#include <utility>

#include "viewer/session/pilot.h"
#include "viewer/session/push_plan.h"

namespace sinew::viewer {

SurvivalMap::SurvivalMap(std::shared_ptr<const sim::Task> task, uint64_t seed, Frame start,
                         const SurvivalOptions& options)
    : task_(std::move(task)),
      seed_(seed),
      start_(std::move(start)),
      options_(options),
      cells_(static_cast<size_t>(options.directions) * options.levels) {
  // the session goes on writing to the episode's log
  start_.log = std::make_shared<EpisodeLog>(*start_.log);
  thread_ = std::thread([this] { Work(); });
}

SurvivalMap::~SurvivalMap() {
  stop_ = true;
  thread_.join();
}

double SurvivalMap::Newtons(int level) const {
  return options_.max_newtons * (level + 1) / options_.levels;
}

double SurvivalMap::Azimuth(int direction) const {
  return 2 * std::numbers::pi * direction / options_.directions;
}

SurvivalCell SurvivalMap::cell(int direction, int level) const {
  const std::lock_guard lock(mutex_);
  return cells_[static_cast<size_t>(direction) * options_.levels + level];
}

double SurvivalMap::SurvivedShare() const {
  const std::lock_guard lock(mutex_);
  int survived = 0, known = 0;
  for (const SurvivalCell& cell : cells_) {
    survived += cell.outcome == SurvivalCell::Outcome::kSurvived;
    known += cell.outcome != SurvivalCell::Outcome::kPending;
  }
  return known > 0 ? static_cast<double>(survived) / known : 0;
}

void SurvivalMap::Work() {
  const Run free = Try(0, -1);
  // weak pushes first: their cells lie in the middle of the picture
  for (int level = 0; level < options_.levels; ++level) {
    for (int direction = 0; direction < options_.directions && !stop_; ++direction) {
      const Run run = Try(direction, level);
      const bool survived = !run.failed && (run.success || !free.success);
      const std::lock_guard lock(mutex_);
      cells_[static_cast<size_t>(direction) * options_.levels + level] = {
          survived ? SurvivalCell::Outcome::kSurvived : SurvivalCell::Outcome::kFailed,
          free.episode_return - run.episode_return};
      ++done_;
    }
  }
}

// level -1: no push
SurvivalMap::Run SurvivalMap::Try(int direction, int level) {
  Run run;
  try {
    sim::Env env(task_, seed_);
    Pilot pilot(env.spec().obs_dim(), env.spec().act_dim());
    pilot.Use(start_.policy);
    pilot.Resume(start_.log, start_.state.episode, start_.state.step);
    env.RestoreState(start_.state);
    Pusher pusher(0);
    if (level >= 0) {
      pusher.plan = {.body = options_.body,
                     .azimuth = Azimuth(direction),
                     .elevation = options_.elevation,
                     .newtons = Newtons(level),
                     .duration_ms = options_.duration_ms};
      pusher.Fire();
    }
    const double dt = env.spec().control_dt;
    const int steps = std::max(1, static_cast<int>(std::lround(options_.horizon_s / dt)));
    for (int i = 0; i < steps && !run.failed; ++i) {
      const auto action = pilot.Decide(env);
      const Wrench push = pusher.Next(dt);
      const ScopedWrenches scoped(env.simulation().data(), std::span(&push, 1));
      const spec::StepResult result = env.Step(action);
      run.failed = result.terminated || result.diverged;
    }
    run.episode_return = env.episode_return();
    run.success = env.success();
  } catch (const std::exception&) {
    // a policy or a reward that is not finite any more has not come through
    run.failed = true;
  }
  return run;
}

}  // namespace sinew::viewer
