#pragma once

#include "models/gemm.h"
#include "models/network.h"

/// The dense layer's arithmetic on row-major float32 matrices: blocked products with bias and
/// activation applied while a block is in the cache, plain loops where there are but one or two
/// outputs, BLAS for a handful of rows (acting) and on CPUs without fused multiply-adds.
namespace sinew::models {

/// to[i, :columns] = from[i, :] for each of `rows` rows; rows of `to` are `stride` apart.
void CopyColumns(const float* from, int columns, int rows, float* to, int stride);

/// Which code multiplies: what is fastest for the number of rows, or what gives a row the same bits
/// however many stand beside it.
enum class RowBits { kFastest, kSame };

/// y = activation(x W' + b).
/// @param x       [batch x inputs]. @param weight  [outputs x inputs]. @param bias  [outputs].
/// @param y       [batch x outputs], rows `stride` apart.
void DenseForward(const float* x, int inputs, const float* weight, const float* bias, int outputs,
                  int batch, Activation activation, float* y, int stride,
                  RowBits bits = RowBits::kFastest);

/// delta = gradient * activation'(pre-activation), from the activation's value.
/// @param gradient, value, delta  [batch x width]; gradient may be delta itself.
void ActivationBackward(const float* gradient, const float* value, int batch, int width,
                        Activation activation, float* delta);

/// weight_gradient = delta' x, bias_gradient = column sums of delta.
/// @param delta  [batch x outputs]. @param x  [batch x inputs].
void DenseWeightGradient(const float* delta, int outputs, const float* x, int inputs, int batch,
                         float* weight_gradient, float* bias_gradient);

/// input_gradient = (delta W[:, :width]) * slope, where rows of W are `weight_stride` apart.
/// @param delta  [batch x outputs]. @param input_gradient  [batch x width], contiguous.
void DenseInputGradient(const float* delta, int outputs, const float* weight, int weight_stride,
                        int width, int batch, float* input_gradient, const Slope& slope = {});

}  // namespace sinew::models
