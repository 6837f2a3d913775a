#pragma once

#include <span>
#include <vector>

#include "models/network.h"

namespace sinew::agents {

/// How a deterministic actor's outputs become actions in [-1, 1], and the remedies against actions
/// that stick to the bounds, where tanh passes no gradient.
///
/// Without a remedy tanh is the network's last activation. `penalty` adds penalty * mean u^2 to
/// the actor's loss, u being what enters tanh. Source: Andrychowicz et al. 2017, arXiv:1707.01495,
/// appendix A. `inverting` leaves tanh out: outputs p are cut to [-1, 1], and the gradient that
/// moves p up is multiplied by (1 - p) / 2, the one that moves it down by (p + 1) / 2, which holds
/// p within its bounds without flattening the way back. Source: Hausknecht & Stone 2016,
/// arXiv:1511.04143, Eq. 11.
struct ActorHead {
  double penalty = 0;
  bool inverting = false;

  /// Whether the network's outputs are the actions.
  bool plain() const { return penalty == 0 && !inverting; }
  models::Activation activation() const {
    return plain() ? models::Activation::kTanh : models::Activation::kIdentity;
  }
  /// @param storage  holds the result unless plain(). @return  actions, in the outputs' layout.
  std::span<const float> Actions(std::span<const float> outputs, std::vector<float>* storage) const;
  /// dLoss/d(outputs), the penalty included.
  /// @param action_gradient  dLoss/d(actions). @param storage  as above.
  std::span<const float> Gradient(std::span<const float> outputs,
                                  std::span<const float> action_gradient,
                                  std::vector<float>* storage) const;
};

/// Adds the gradient of penalty * mean u^2.
/// @param u  what enters tanh, of `rows` rows of `width` numbers that are `stride` apart.
/// @param gradient  in the same layout.
void AddPenaltyGradient(const float* u, int rows, int width, int stride, double penalty,
                        float* gradient);

/// Share of actions beyond 0.99 in magnitude.
double SaturatedShare(std::span<const float> actions);

}  // namespace sinew::agents
