#pragma once

namespace sinew::models {

/// Added to a mean square before its root is taken; that of policy::RmsNorm and LayerNorm.
inline constexpr float kNormEpsilon = 1e-5f;

/// A norm over each row of a matrix. RMS: y = x / sqrt(mean x^2 + epsilon) gain. Source: Zhang and
/// Sennrich 2019, arXiv:1910.07467, Eq. 4. Layer: the row's mean is taken off first and `bias`
/// added behind. Source: Ba et al. 2016, arXiv:1607.06450, Eq. 4.
struct RowNorm {
  const float* gain = nullptr;  // [width]
  const float* bias = nullptr;  // [width]; null: the RMS norm
};

/// What a norm's way forward leaves for its way back, [batch] each.
struct RowScales {
  float* mean = nullptr;     // used by the layer norm
  float* inverse = nullptr;  // 1 / deviation
};

/// x += added, then y = norm(x), in one pass over each row.
/// @param added  [batch x width], or null. @param x, y  [batch x width].
void AddAndNorm(const RowNorm& norm, const float* added, int width, int batch, float* x, float* y,
                const RowScales& scales);

/// The way back of a norm.
/// @param y_gradient  dLoss/dy. @param x, scales  of the way forward.
/// @param x_gradient  dLoss/dx is added to it.
/// @param gain_gradient, bias_gradient  [width], overwritten; null: not asked for.
void NormBackward(const RowNorm& norm, const float* y_gradient, const float* x,
                  const RowScales& scales, int width, int batch, float* x_gradient,
                  float* gain_gradient, float* bias_gradient);

/// x += added, both [size].
void AddTo(const float* added, int size, float* x);

/// Every row of the matrix gets length 1; a row of zeros stays. @param rows  [count x width].
void UnitRows(float* rows, int count, int width);

}  // namespace sinew::models
