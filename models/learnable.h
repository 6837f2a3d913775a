#pragma once

#include <cstdint>

#include "models/flat_parameters.h"

namespace sinew::models {

/// What an optimiser steps: parameters, and the gradient that the last pass backward left, of equal
/// size and order.
class Learnable {
 public:
  explicit Learnable(int64_t size) : parameters_(size), gradient_(size) {}
  virtual ~Learnable() = default;

  FlatParameters& parameters() { return parameters_; }
  const FlatParameters& parameters() const { return parameters_; }
  FlatParameters& gradient() { return gradient_; }

 private:
  FlatParameters parameters_, gradient_;
};

}  // namespace sinew::models
