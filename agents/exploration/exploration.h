#pragma once

#include <span>

#include "agents/base/figures.h"
#include "models/archive.h"

namespace sinew::agents {

/// When in a run an agent explores.
struct ExplorationMoment {
  bool warming_up = false;  // nothing has been learned yet
  double progress = 0;      // share of the run that is over, 0 to 1
  double factor = 1;        // on the noise, of a person who watches
};

/// How an off-policy agent makes its policy try what it would not do. All observations are
/// normalised, all matrices row-major.
class Exploration {
 public:
  virtual ~Exploration() = default;

  /// @param observations  [num_envs x obs_dim]. @param actions  [num_envs x act_dim], filled in.
  virtual void Act(std::span<const float> observations, const ExplorationMoment& moment,
                   std::span<float> actions) = 0;
  /// Actions in states that no environment is in, each with noise of its own.
  /// @param observations  [rows x obs_dim]. @param actions  [rows x act_dim], filled in.
  virtual void ActAnywhere(std::span<const float> observations, const ExplorationMoment& moment,
                           std::span<float> actions) = 0;
  /// The episode of environment `env` has ended.
  virtual void EndEpisode(int env) = 0;
  /// Figures as of now.
  virtual Metrics Gauges(const ExplorationMoment& moment) const = 0;
  virtual void Serialize(models::Archive& archive) = 0;
};

}  // namespace sinew::agents
