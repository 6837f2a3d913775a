#pragma once

#include <span>
#include <vector>

#include "agents/off_policy/td_losses.h"
#include "models/kernels/categorical.h"

namespace sinew::agents {

/// What a critic's outputs say of the return, and the loss that they are brought to a target by:
/// one number and its squared error, or a distribution over fixed values and its cross-entropy.
/// Source: Bellemare et al. 2017, arXiv:1707.06887 (projected distribution); Farebrother et al.
/// 2024, arXiv:2403.03950 (why a cross-entropy).
struct ValueHead {
  bool categorical = true;
  models::Support support{};

  int outputs() const { return categorical ? support.atoms : 1; }
  /// Outputs read: the values that they say, [batch], and for a categorical head the probabilities,
  /// [batch x outputs].
  struct Reading {
    std::vector<float> values, probabilities;
  };
  void Read(std::span<const float> outputs, Reading* reading) const;

  /// The target distribution, or number, of R + d (Z + bonus).
  /// @param next  Z of each row: its value, and its probabilities where there are any.
  /// @param bonus  [batch]. @param largest_bonus  see Bootstrap::Targets.
  /// @param targets  resized to [batch x outputs].
  struct Successors {
    std::span<const float> rewards, discounts, bonus;
    double largest_bonus = 0;
  };
  void Targets(const Successors& successors, const Bootstrap& bootstrap, const Reading& next,
               std::vector<float>* targets) const;
  /// @param reading  of the predictions. @param gradient  dLoss/d(outputs), resized.
  TdLoss Loss(const Reading& reading, std::span<const float> targets,
              std::span<const float> weights, std::vector<float>* gradient) const;
  /// dL/d(outputs) of what depends on the values alone. @param slopes  [batch], dL/d(value).
  void ValueGradient(const Reading& reading, std::span<const float> slopes,
                     std::vector<float>* gradient) const;
  /// errors <- |value - mean of the target|. @param errors  resized to [batch].
  void Errors(const Reading& reading, std::span<const float> targets,
              std::vector<float>* errors) const;
};

}  // namespace sinew::agents
