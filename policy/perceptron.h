#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/graph.h"

namespace sinew::policy {

/// One dense layer y = activation(W x + b); W is row-major [outputs x inputs].
struct DenseLayer {
  int inputs = 0, outputs = 0;
  std::vector<float> weight, bias;
  std::string activation;  // "relu", "tanh", "identity"
};

/// Standard deviations of a stochastic policy; see the operation Gaussian.
struct GaussianHead {
  std::vector<float> weight;  // [act_dim x inputs of the last layer]; empty: the same everywhere
  std::vector<float> bias;    // [act_dim]
  float low = 0, high = 0;
  bool operator==(const GaussianHead&) const = default;
};

/// The shape that most policies have: a normaliser, dense layers one behind the other, and perhaps
/// a Gaussian head, whose noise enters before the last layer's activation. Version 1 of the policy
/// file holds exactly this, and 16-bit C computes nothing else.
struct Perceptron {
  std::vector<float> obs_mean, obs_scale;  // [obs_dim]; scale = 1 / std
  float obs_clip = 10;
  std::vector<DenseLayer> layers;
  std::optional<GaussianHead> gaussian = {};
};

/// The operation of a layer. @throws Error if its activation is not known.
Dense DenseOf(const DenseLayer& layer);

/// @throws Error if an activation is not known; what else is wrong, CheckGraph tells.
PolicyGraph GraphOf(const spec::Contract& contract, const Perceptron& perceptron);

/// Nothing if the graph has another shape, or an activation that version 1 has not.
std::optional<Perceptron> AsPerceptron(const PolicyGraph& graph);

}  // namespace sinew::policy
