#pragma once

#include <span>
#include <vector>

namespace sinew::agents {

/// Shape of the network that parameterises Q(s, a) = V - |L'(a - mu)|^2 / 2: outputs a row are
/// V, act_dim numbers m with mu = tanh(m), and the act_dim (act_dim + 1) / 2 entries of the
/// lower-triangular L by rows. Its diagonal is exp(bound tanh(x / bound)): positive, between
/// exp(-bound) and exp(bound), and exp(x) near 0.
/// Source: Gu et al. 2016, arXiv:1603.00748, Eq. 2 to 4. Departure: there the diagonal is exp(x),
/// which overflows where the action's curvature is steep.
struct QuadraticShape {
  int act_dim = 0;
  double bound = 3;

  int triangle() const { return act_dim * (act_dim + 1) / 2; }
  int outputs() const { return 1 + act_dim + triangle(); }
};

/// What the gradient needs again of the last batch. Sizes grow with the batch and stay.
struct Quadratic {
  std::vector<float> q;          // [batch]
  std::vector<float> mu;         // [batch x act_dim], the actions of greatest Q
  std::vector<float> deviation;  // [batch x act_dim], a - mu
  std::vector<float> weighted;   // [batch x act_dim], w = L'(a - mu)
  std::vector<float> triangle;   // [batch x triangle], L by rows
};

/// Computes Q(s, a).
/// @param outputs  [batch x outputs()]. @param actions  [batch x act_dim].
void EvaluateQuadratic(std::span<const float> outputs, std::span<const float> actions,
                       const QuadraticShape& shape, Quadratic* quadratic);

/// Back-propagates dLoss/dQ: dQ/dV = 1, dQ/dmu = L w, dQ/dL_ij = -w_j (a - mu)_i.
/// @param q_gradient  [batch]. @param gradient  [batch x outputs()], receives dLoss/d(outputs).
void QuadraticGradient(std::span<const float> outputs, const Quadratic& quadratic,
                       std::span<const float> q_gradient, const QuadraticShape& shape,
                       std::span<float> gradient);

/// Weights w exp(-|a - mu|^2 / (2 width^2 act_dim)), scaled to a mean of 1 where all w are 1. A
/// quadratic that follows Q near mu cannot follow it everywhere: so it is fitted where the policy
/// acts, and V is not what far and old actions make of it.
/// @param width     of the Gaussian, in units of the action. @param weights  [batch], w; empty: 1.
/// @param local     resized to [batch].
void LocalWeights(const Quadratic& quadratic, const QuadraticShape& shape, double width,
                  std::span<const float> weights, std::vector<float>* local);

}  // namespace sinew::agents
