#include "sim/rollout_loop.h"

namespace sinew::sim {

RolloutLoop::RolloutLoop(Env* env, spec::Policy* policy)
    : env_(*env),
      policy_(*policy),
      looks_(dynamic_cast<SimulationPolicy*>(policy)),
      observation_(env->spec().obs_dim()),
      action_(env->spec().act_dim()) {}

void RolloutLoop::Begin(uint64_t episode) {
  env_.ResetToEpisode(episode);
  policy_.Reset(episode);
}

void RolloutLoop::Decide() {
  ReadObservation(env_, observation_);
  if (looks_) looks_->See(env_.simulation());
  policy_.Act(observation_, action_);
}

}  // namespace sinew::sim
