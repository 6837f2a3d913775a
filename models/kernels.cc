#include "models/kernels.h"

#include <cblas.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "models/gemm.h"

namespace sinew::models {
namespace {

// below this many outputs plain loops beat any blocking
constexpr int kSkinny = 4;
// below this many rows packing the weights costs more than it gains
constexpr int kFewRows = 8;

// C = epilogue(A B)
void Product(const GemmShape& shape, const MatrixView& a, const MatrixView& b,
             const Epilogue& epilogue, float* c, int64_t c_stride) {
  static const bool own = BlockedGemmIsFast();
  if (own && shape.m >= kFewRows) return BlockedGemm(shape, a, b, epilogue, c, c_stride);
  for (int i = 0; i < shape.m && epilogue.bias; ++i) {
    std::memcpy(c + i * c_stride, epilogue.bias, sizeof(float) * shape.n);
  }
  cblas_sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
              b.transposed ? CblasTrans : CblasNoTrans, shape.m, shape.n, shape.k, 1, a.data,
              static_cast<int>(a.stride), b.data, static_cast<int>(b.stride), epilogue.bias ? 1 : 0,
              c, static_cast<int>(c_stride));
  Finish(epilogue, {0, 0, shape.m, shape.n}, c, c_stride);
}

// rows that skinny products work on side by side: one sum alone waits for itself
constexpr int kRows = 4;

// sums[i] = rows[i] . w
void Dots(const std::array<const float*, kRows>& rows, const float* w, int size,
          std::array<float, kRows>* sums) {
  const auto [a, b, c, d] = rows;
  float by_a = 0, by_b = 0, by_c = 0, by_d = 0;
#pragma omp simd reduction(+ : by_a, by_b, by_c, by_d)
  for (int i = 0; i < size; ++i) {
    by_a += a[i] * w[i];
    by_b += b[i] * w[i];
    by_c += c[i] * w[i];
    by_d += d[i] * w[i];
  }
  *sums = {by_a, by_b, by_c, by_d};
}

// to = sum over kCount rows of factors[i] * rows[i, :], or that added to it
template <int kCount, bool kAdd>
void Combine(const float* rows, int64_t stride, const float* factors, int width, float* to) {
  std::array<float, kCount> factor;
  std::copy_n(factors, kCount, factor.begin());
#pragma omp simd
  for (int j = 0; j < width; ++j) {
    float sum = kAdd ? to[j] : 0;
#pragma GCC unroll 4
    for (int i = 0; i < kCount; ++i) sum += factor[i] * rows[i * stride + j];
    to[j] = sum;
  }
}

// to = sum over all rows of factor * row. @param factors  of kRows rows from a given one on.
template <class Factors>
void AddRows(const float* rows, int width, const Factors& factors, int count, float* to) {
  std::memset(to, 0, sizeof(float) * width);
  int i = 0;
  for (; i + kRows <= count; i += kRows) {
    const std::array<float, kRows> here = factors(i);
    Combine<kRows, true>(rows + static_cast<int64_t>(i) * width, width, here.data(), width, to);
  }
  const std::array<float, kRows> rest = factors(i);
  for (int r = 0; i + r < count; ++r) {
    Combine<1, true>(rows + static_cast<int64_t>(i + r) * width, width, &rest[r], width, to);
  }
}

}  // namespace

void CopyColumns(const float* from, int columns, int rows, float* to, int stride) {
  for (int i = 0; i < rows; ++i) {
    std::memcpy(to + static_cast<int64_t>(i) * stride, from + static_cast<int64_t>(i) * columns,
                sizeof(float) * columns);
  }
}

void DenseForward(const float* x, int inputs, const float* weight, const float* bias, int outputs,
                  int batch, Activation activation, float* y, int stride, RowBits bits) {
  const Epilogue epilogue{.bias = bias, .activation = activation};
  if (outputs >= kSkinny) {
    const auto multiply = bits == RowBits::kSame ? BlockedGemm : Product;
    return multiply({batch, outputs, inputs}, {x, inputs}, {weight, inputs, true}, epilogue, y,
                    stride);
  }
  for (int i = 0; i < batch; i += kRows) {
    // behind the last row it is repeated, so that where a row stands does not change its result
    std::array<const float*, kRows> rows;
    for (int r = 0; r < kRows; ++r) {
      rows[r] = x + static_cast<int64_t>(std::min(i + r, batch - 1)) * inputs;
    }
    for (int j = 0; j < outputs; ++j) {
      std::array<float, kRows> sums;
      Dots(rows, weight + j * inputs, inputs, &sums);
      for (int r = 0; r < kRows && i + r < batch; ++r) {
        y[static_cast<int64_t>(i + r) * stride + j] = sums[r] + bias[j];
      }
    }
  }
  Finish(epilogue, {0, 0, batch, outputs}, y, stride);
}

void ActivationBackward(const float* gradient, const float* value, int batch, int width,
                        Activation activation, float* delta) {
  if (delta != gradient) {
    std::memcpy(delta, gradient, sizeof(float) * static_cast<size_t>(batch) * width);
  }
  Finish({.slope = {activation, value, width}}, {0, 0, batch, width}, delta, width);
}

void DenseWeightGradient(const float* delta, int outputs, const float* x, int inputs, int batch,
                         float* weight_gradient, float* bias_gradient) {
  const auto ones = [](int) { return std::array<float, kRows>{1, 1, 1, 1}; };
  AddRows(delta, outputs, ones, batch, bias_gradient);
  if (outputs >= kSkinny) {
    return Product({outputs, inputs, batch}, {delta, outputs, true}, {x, inputs}, {},
                   weight_gradient, inputs);
  }
  for (int j = 0; j < outputs; ++j) {
    const auto factors = [&](int row) {
      std::array<float, kRows> values{};
      for (int r = 0; r < kRows && row + r < batch; ++r) {
        values[r] = delta[static_cast<int64_t>(row + r) * outputs + j];
      }
      return values;
    };
    AddRows(x, inputs, factors, batch, weight_gradient + static_cast<int64_t>(j) * inputs);
  }
}

void DenseInputGradient(const float* delta, int outputs, const float* weight, int weight_stride,
                        int width, int batch, float* input_gradient, const Slope& slope) {
  const Epilogue epilogue{.slope = slope};
  if (outputs >= kSkinny) {
    return Product({batch, width, outputs}, {delta, outputs}, {weight, weight_stride}, epilogue,
                   input_gradient, width);
  }
  const auto combine = outputs == 1   ? Combine<1, false>
                       : outputs == 2 ? Combine<2, false>
                                      : Combine<3, false>;
  for (int i = 0; i < batch; ++i) {
    float* row = input_gradient + static_cast<int64_t>(i) * width;
    combine(weight, weight_stride, delta + static_cast<int64_t>(i) * outputs, width, row);
    Finish(epilogue, {i, 0, 1, width}, input_gradient, width);
  }
}

}  // namespace sinew::models
