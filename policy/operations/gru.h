#pragma once

#include <string_view>

#include "policy/operations/operation.h"

namespace sinew::policy {

/// A gated recurrent unit (Cho et al. 2014, arXiv:1406.1078) with the gates, order and biases of
/// PyTorch's GRUCell:
///
///   r  = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
///   z  = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
///   n  = tanh(W_in x + b_in + r (W_hn h + b_hn))
///   h' = (1 - z) n + z h
///
/// Inputs x [I] and h [H], usually a state slot that holds h' in the next step.
struct Gru {
  static constexpr std::string_view kKind = "gru";
  static constexpr Arity kArity{2, 2};

  Tensor weight_ih;         // [3H x I], rows of r, z, n
  Tensor weight_hh;         // [3H x H]
  Tensor bias_ih, bias_hh;  // [3H]

  int64_t inputs() const { return weight_ih.shape[1]; }
  int64_t size() const { return weight_hh.shape[1]; }

  static void Describe(auto& self, auto& fields) {
    fields("weight_ih", self.weight_ih);
    fields("weight_hh", self.weight_hh);
    fields("bias_ih", self.bias_ih);
    fields("bias_hh", self.bias_hh);
  }
  Shape Check(const std::vector<Shape>& inputs) const;
  Cost Count(const std::vector<Shape>& inputs) const;
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const Gru&) const = default;
};

}  // namespace sinew::policy
