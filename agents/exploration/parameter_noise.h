#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agents/base/learner.h"
#include "core/random.h"
#include "models/archive.h"
#include "models/network.h"

namespace sinew::agents {

struct ParameterNoiseOptions {
  int num_envs = 1;
  int act_dim = 0;
  uint64_t seed = 0;
  std::vector<double> shares{};  // [num_envs], of sigma and of the perturbation; empty: all 1
};

/// Exploration by a policy whose parameters are perturbed, anew for every episode of every
/// environment, so that the same state gets the same action throughout an episode. The perturbation
/// is scaled such that the actions differ from the unperturbed policy's by `sigma` (root mean
/// square over action elements and recently seen states): the scale grows by 1 % with every
/// perturbation that fell short and shrinks by as much with every other.
///
/// Source: Plappert et al. 2017, arXiv:1706.01905, section 3 and appendix C.2 (delta =
/// sigma, 1.01). Departures: the networks have no layer normalisation, so a layer's perturbation is
/// divided by the root of its inputs' number; the distance is taken over the last 64 states acted
/// in instead of a minibatch, which needs no replay buffer; the first scale is searched for, as the
/// paper names none.
class ParameterNoise {
 public:
  /// Actions from the network's outputs, [rows x outputs] to [rows x act_dim].
  using Head = std::function<void(std::span<const float> outputs, std::span<float> actions)>;

  ParameterNoise(const models::NetworkSpec& spec, const LearnerOptions& network, Head head,
                 const ParameterNoiseOptions& options);

  /// @param observations  [num_envs x inputs]. @param actions  [num_envs x act_dim], filled in.
  /// @param sigma  distance that is aimed at, in units of the action.
  void Act(models::Network& online, std::span<const float> observations, double sigma,
           std::span<float> actions);
  /// The episode of environment `env` has ended.
  void Reset(int env) { perturbed_yet_[env] = 0; }
  /// Of the perturbation, before a layer's own factor.
  double scale() const { return scale_; }
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  static constexpr int kRecent = 64;

  void Remember(std::span<const float> observations);
  void Perturb(int env, models::Network& online, double sigma);
  void Apply(int env, const models::Network& online);
  double Distance(models::Network& online, models::Network& perturbed);

  models::NetworkSpec spec_;
  Head head_;
  ParameterNoiseOptions options_;
  std::vector<std::unique_ptr<models::Network>> perturbed_;  // one an environment
  std::vector<Random> random_;                               // one an environment
  std::vector<int64_t> perturbed_yet_;                       // in the episode under way
  double scale_ = 0;                                         // 0: to be searched for
  std::vector<float> recent_;  // [kRecent x inputs], of which the first recent_rows_ are filled in
  int64_t recent_rows_ = 0, recent_next_ = 0;
  std::vector<float> direction_, actions_, perturbed_actions_;
};

}  // namespace sinew::agents
