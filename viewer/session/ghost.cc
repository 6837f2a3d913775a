#include "viewer/session/ghost.h"

#include <utility>

namespace sinew::viewer {

Ghost::Ghost(std::shared_ptr<const sim::Task> task, uint64_t seed, PolicyHandle policy)
    : env_(std::move(task), seed), pilot_(env_.spec().obs_dim(), env_.spec().act_dim()) {
  pilot_.Use(std::move(policy));
}

void Ghost::Fork(const Frame& frame) {
  env_.RestoreState(frame.state);
  pilot_.Resume(std::make_shared<EpisodeLog>(*frame.log), frame.state.episode, frame.state.step);
  done_ = frame.result.done();
}

void Ghost::Restore(const GhostFrame& frame) {
  env_.RestoreState(frame.state);
  pilot_.Resume(frame.log, frame.state.episode, frame.state.step);
  done_ = frame.done;
}

void Ghost::Step(std::span<const Wrench> pushes, const std::optional<BodyMove>& move) {
  if (done_) return;
  if (move) {
    PlaceBody(env_.simulation(), *move);
    env_.Refresh();
  }
  const auto good = env_.SaveState();
  const auto action = pilot_.Decide(env_);
  spec::StepResult result;
  {
    const ScopedWrenches scoped(env_.simulation().data(), pushes);
    result = env_.Step(action);
  }
  if (result.diverged) env_.RestoreState(good);
  done_ = result.done();
}

std::shared_ptr<const GhostFrame> Ghost::Save() const {
  return std::make_shared<const GhostFrame>(
      GhostFrame{pilot_.card(), env_.SaveState(), pilot_.log(), done_, env_.success()});
}

}  // namespace sinew::viewer
