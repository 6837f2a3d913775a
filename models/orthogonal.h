#pragma once

#include "core/random.h"
#include "models/network.h"

namespace sinew::models {

/// Every layer's weight matrix gets orthonormal rows or columns (whichever are fewer), uniformly
/// distributed, times a gain; biases start at 0.
///
/// @param hidden_gain  sqrt(2) is usual; @param final_gain  of the last layer: small for a policy
///                     whose first actions shall hardly depend on the state.
/// Source: Saxe, McClelland & Ganguli 2013, arXiv:1312.6120, section 3.
void InitializeOrthogonal(Network& network, Random& random, double hidden_gain, double final_gain);

/// One such matrix. @param weight  [rows x columns], overwritten.
void FillOrthogonal(Random& random, int rows, int columns, double gain, float* weight);
/// The layers of a network of this shape. @param parameters  [spec.parameter_count()], overwritten.
void FillOrthogonal(const NetworkSpec& spec, Random& random, double hidden_gain, double final_gain,
                    std::span<float> parameters);

}  // namespace sinew::models
