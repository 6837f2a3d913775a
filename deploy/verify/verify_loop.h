#pragma once

#include "deploy/verify/verify_backends.h"

namespace sinew::deploy {

/// The observations of the policy's own episodes, to see where others part from them.
struct Trajectories {
  ClosedLoop loop;
  std::vector<std::vector<float>> observation;  // one an episode, [steps x obs_dim]
};

/// Drives the policy file itself through the episodes.
Trajectories DrivePolicy(const VerifySubject& subject, std::shared_ptr<const sim::Task> task,
                         const VerifyOptions& options, bool stochastic);

/// Drives the candidate through the same episodes, step by step beside what the policy file would
/// do, and judges its returns.
void CompareClosedLoop(const VerifySubject& subject, std::shared_ptr<const sim::Task> task,
                       const VerifyOptions& options, const Trajectories& expected,
                       Candidate* candidate);

}  // namespace sinew::deploy
