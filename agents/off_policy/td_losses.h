#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agents/replay/reward_range.h"

namespace sinew::agents {

/// y = R + d V(s'): the return that a critic is to predict.
/// @param rewards    [batch], summed over n steps.
/// @param discounts  [batch], gamma^n, 0 behind a terminal state.
/// @param targets    [batch], holds the values V(s') and receives y.
void BootstrappedReturn(std::span<const float> rewards, std::span<const float> discounts,
                        std::span<float> targets);

/// Makes values of successors into targets.
struct Bootstrap {
  double gamma = 0.99;
  bool bounded = false;   // within what any sequence of the rewards so far is worth
  RewardRange rewards{};  // so far

  /// y = R + d V(s'). HER (Andrychowicz et al. 2017, arXiv:1707.01495, appendix A) clips to the
  /// returns that its known rewards allow; here the rewards are those that were seen.
  /// @param bonus    what a step can be worth besides its reward.
  /// @param targets  [batch], holds V(s') and receives y.
  void Targets(std::span<const float> reward, std::span<const float> discounts, double bonus,
               std::span<float> targets) const;
};

/// A loss over a minibatch, and what its predictions were.
struct TdLoss {
  double loss = 0;        // mean over the batch
  double mean_q = 0;      // of the predictions
  double mean_abs_q = 0;  // of their magnitudes
};

/// mean w (q - y)^2.
/// @param q         [batch]. @param targets  [batch].
/// @param weights   [batch], w; empty: all 1.
/// @param gradient  [batch], receives dLoss/dq.
TdLoss SquaredTdError(std::span<const float> q, std::span<const float> targets,
                      std::span<const float> weights, std::span<float> gradient);

/// mean w h(q - y), h(e) = e^2/2 where |e| <= width, width (|e| - width/2) beyond: no single
/// transition pulls harder than `width`. Source: Huber 1964, doi:10.1214/aoms/1177703732.
TdLoss HuberTdError(std::span<const float> q, std::span<const float> targets,
                    std::span<const float> weights, double width, std::span<float> gradient);

/// Gradients of -mean min(q0, q1), which a policy climbs. @param q0, q1  [batch].
/// @param slopes0, slopes1  resized to [batch]. @return  the mean itself.
double ClimbSmaller(std::span<const float> q0, std::span<const float> q1,
                    std::vector<float>* slopes0, std::vector<float>* slopes1);

/// errors <- |q - y|, before a step changes q. @param errors  resized to [batch].
void AbsoluteTdError(std::span<const float> q, std::span<const float> targets,
                     std::vector<float>* errors);

}  // namespace sinew::agents
