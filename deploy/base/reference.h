#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "policy/graph.h"

namespace sinew::deploy {

/// What a policy means, in float64: every operation written out plainly. Float32 implementations,
/// whatever order they sum in, are measured against this and not against each other.
class Reference {
 public:
  /// @param graph  must outlive this. @throws Error as policy::CheckGraph.
  explicit Reference(const policy::PolicyGraph& graph);

  /// To the start of an episode.
  void Reset();
  /// One step. @param observation  [obs_dim], raw, finite. @param noise  [act_dim], standard
  /// normal; empty: the deterministic action. @return [act_dim], in [-1, 1].
  std::vector<double> Act(std::span<const float> observation, std::span<const float> noise = {});

  /// Every value of the last step by its name; the action is not clipped.
  const std::map<std::string, std::vector<double>>& values() const { return values_; }

 private:
  void Remember(const std::vector<double>& action);

  const policy::PolicyGraph& graph_;
  policy::Shapes shapes_;
  std::map<std::string, std::vector<double>> values_, state_;
  bool begun_ = false;
};

/// One step from the start of an episode.
std::vector<double> ReferenceAction(const policy::PolicyGraph& graph,
                                    std::span<const float> observation,
                                    std::span<const float> noise = {});

}  // namespace sinew::deploy
