#include "models/kernels/norm_kernels.h"

#include <cmath>
#include <cstdint>
#include <cstring>

namespace sinew::models {
namespace {

float Sum(const float* x, int width) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int j = 0; j < width; ++j) sum += x[j];
  return sum;
}

float SumOfSquares(const float* x, float centre, int width) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int j = 0; j < width; ++j) sum += (x[j] - centre) * (x[j] - centre);
  return sum;
}

// one row of NormBackward; kLayer: the row's mean was taken off
template <bool kLayer>
void RowBackward(const float* gain, const float* dy, const float* x, float mean, float inverse,
                 int width, float* dx) {
  float along = 0, level = 0;
#pragma omp simd reduction(+ : along, level)
  for (int j = 0; j < width; ++j) {
    const float pulled = dy[j] * gain[j];
    along += pulled * (x[j] - mean) * inverse;
    if constexpr (kLayer) level += pulled;
  }
  along /= static_cast<float>(width);
  level /= static_cast<float>(width);
#pragma omp simd
  for (int j = 0; j < width; ++j) {
    dx[j] += inverse * (dy[j] * gain[j] - level - (x[j] - mean) * inverse * along);
  }
}

}  // namespace

void AddTo(const float* added, int size, float* x) {
#pragma omp simd
  for (int j = 0; j < size; ++j) x[j] += added[j];
}

void AddAndNorm(const RowNorm& norm, const float* added, int width, int batch, float* x, float* y,
                const RowScales& scales) {
  const float* gain = norm.gain;
  const float* bias = norm.bias;
  const float share = 1 / static_cast<float>(width);
  for (int i = 0; i < batch; ++i, x += width, y += width) {
    if (added) AddTo(added + static_cast<int64_t>(i) * width, width, x);
    const float mean = bias ? Sum(x, width) * share : 0;
    const float inverse = 1 / std::sqrt(SumOfSquares(x, mean, width) * share + kNormEpsilon);
    scales.mean[i] = mean;
    scales.inverse[i] = inverse;
    if (bias) {
#pragma omp simd
      for (int j = 0; j < width; ++j) y[j] = (x[j] - mean) * inverse * gain[j] + bias[j];
    } else {
#pragma omp simd
      for (int j = 0; j < width; ++j) y[j] = x[j] * inverse * gain[j];
    }
  }
}

void NormBackward(const RowNorm& norm, const float* y_gradient, const float* x,
                  const RowScales& scales, int width, int batch, float* x_gradient,
                  float* gain_gradient, float* bias_gradient) {
  if (gain_gradient) std::memset(gain_gradient, 0, sizeof(float) * width);
  if (bias_gradient) std::memset(bias_gradient, 0, sizeof(float) * width);
  for (int i = 0; i < batch; ++i) {
    const int64_t row = static_cast<int64_t>(i) * width;
    const float *dy = y_gradient + row, *in = x + row;
    const float mean = scales.mean[i], inverse = scales.inverse[i];
    if (gain_gradient) {
#pragma omp simd
      for (int j = 0; j < width; ++j) gain_gradient[j] += dy[j] * (in[j] - mean) * inverse;
    }
    if (bias_gradient) AddTo(dy, width, bias_gradient);
    const auto backward = norm.bias ? RowBackward<true> : RowBackward<false>;
    backward(norm.gain, dy, in, mean, inverse, width, x_gradient + row);
  }
}

void UnitRows(float* rows, int count, int width) {
  for (int i = 0; i < count; ++i, rows += width) {
    const float length = std::sqrt(SumOfSquares(rows, 0, width));
    if (length == 0) continue;
    const float factor = 1 / length;
#pragma omp simd
    for (int j = 0; j < width; ++j) rows[j] *= factor;
  }
}

}  // namespace sinew::models
