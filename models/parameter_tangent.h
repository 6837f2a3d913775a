#pragma once

#include <span>
#include <vector>

#include "models/network.h"

namespace sinew::models {

/// How a network's outputs change along a direction of its parameters, J v with J = d outputs /
/// d parameters: one pass forward that carries values and their derivatives, layer by layer
///
///     dz = W dh + V h + c,   dh' = activation'(z) dz,
///
/// where V and c are the direction's share of weights and biases. Together with Backward, which
/// gives J' u, it makes products with a Gauss-Newton or Fisher matrix without the matrix.
/// For networks without a late input. Not thread-safe; allocates only when the batch grows.
/// Source: Pearlmutter 1994, "Fast exact multiplication by the Hessian", Neural Computation 6(1).
class ParameterTangent {
 public:
  /// Takes parameters and layers' values of `network` at `input`, [batch x inputs], as they are.
  void Begin(const Network& network, std::span<const float> input, int batch);
  /// @param direction  [parameters]. @return  [batch x outputs], valid until the next call.
  std::span<const float> Product(std::span<const float> direction);

 private:
  struct Layer {
    std::vector<float> weights;  // [outputs x inputs] of W and, beside it, V; layer 0 has V alone
    std::vector<float> rows;     // [batch x inputs] of dh and, beside it, h; layer 0 has h alone
    std::vector<float> values;   // [batch x outputs], behind the activation
    std::vector<float> tangent;  // [batch x outputs]
  };
  Activation ActivationOf(int layer) const;

  NetworkSpec spec_;
  int batch_ = 0;
  std::vector<Layer> layers_;
};

}  // namespace sinew::models
