#include "models/kernels.h"

#include <cblas.h>

#include <cmath>
#include <cstring>

#include "models/gemm.h"
#include "models/vector_tanh.h"

namespace sinew::models {
namespace {

// below this many outputs plain loops beat any blocking
constexpr int kSkinny = 4;
// below this many rows packing the weights costs more than it gains
constexpr int kFewRows = 8;

// C = A B + bias, `finish` called for every block
template <class Finish>
void Product(const GemmShape& shape, const MatrixView& a, const MatrixView& b, const float* bias,
             float* c, int64_t c_stride, Finish finish) {
  static const bool own = BlockedGemmIsFast();
  if (own && shape.m >= kFewRows) return BlockedGemm(shape, a, b, bias, c, c_stride, finish);
  for (int i = 0; i < shape.m && bias; ++i) {
    std::memcpy(c + i * c_stride, bias, sizeof(float) * shape.n);
  }
  cblas_sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
              b.transposed ? CblasTrans : CblasNoTrans, shape.m, shape.n, shape.k, 1, a.data,
              static_cast<int>(a.stride), b.data, static_cast<int>(b.stride), bias ? 1 : 0, c,
              static_cast<int>(c_stride));
  finish(GemmBlock{0, 0, shape.m, shape.n});
}

template <class Function>
void ForBlock(const GemmBlock& block, float* y, int64_t stride, Function function) {
  for (int i = block.row; i < block.row + block.rows; ++i) {
    float* row = y + i * stride + block.column;
#pragma omp simd
    for (int j = 0; j < block.columns; ++j) row[j] = function(row[j]);
  }
}

void Activate(const GemmBlock& block, Activation activation, float* y, int64_t stride) {
  switch (activation) {
    case Activation::kIdentity:
      return;
    case Activation::kRelu:
      // as a comparison that NaN fails, so that a broken parameter is not passed on as a zero
      return ForBlock(block, y, stride, [](float v) { return v < 0 ? 0.0f : v; });
    case Activation::kTanh:
      return ForBlock(block, y, stride, [](float v) { return VectorTanh(v); });
  }
}

// one row of gradient * activation'(pre-activation)
void MultiplyBySlope(const float* gradient, const float* value, int width, Activation activation,
                     float* delta) {
  switch (activation) {
    case Activation::kIdentity:
      if (delta != gradient) std::memcpy(delta, gradient, sizeof(float) * width);
      return;
    case Activation::kRelu:
#pragma omp simd
      for (int j = 0; j < width; ++j) delta[j] = value[j] <= 0 ? 0.0f : gradient[j];
      return;
    case Activation::kTanh:
#pragma omp simd
      for (int j = 0; j < width; ++j) delta[j] = gradient[j] * (1 - value[j] * value[j]);
      return;
  }
}

float Dot(const float* a, const float* b, int size) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

void CopyColumns(const float* from, int columns, int rows, float* to, int stride) {
  for (int i = 0; i < rows; ++i) {
    std::memcpy(to + static_cast<int64_t>(i) * stride, from + static_cast<int64_t>(i) * columns,
                sizeof(float) * columns);
  }
}

void DenseForward(const float* x, int inputs, const float* weight, const float* bias, int outputs,
                  int batch, Activation activation, float* y, int stride) {
  if (outputs >= kSkinny) {
    return Product({batch, outputs, inputs}, {x, inputs}, {weight, inputs, true}, bias, y, stride,
                   [=](const GemmBlock& block) { Activate(block, activation, y, stride); });
  }
  for (int i = 0; i < batch; ++i) {
    for (int j = 0; j < outputs; ++j) {
      y[static_cast<int64_t>(i) * stride + j] =
          Dot(x + static_cast<int64_t>(i) * inputs, weight + j * inputs, inputs) + bias[j];
    }
  }
  Activate({0, 0, batch, outputs}, activation, y, stride);
}

void ActivationBackward(const float* gradient, const float* value, int batch, int width,
                        Activation activation, float* delta) {
  MultiplyBySlope(gradient, value, batch * width, activation, delta);
}

void DenseWeightGradient(const float* delta, int outputs, const float* x, int inputs, int batch,
                         float* weight_gradient, float* bias_gradient) {
  std::memset(bias_gradient, 0, sizeof(float) * outputs);
  for (int i = 0; i < batch; ++i) {
    const float* d = delta + static_cast<int64_t>(i) * outputs;
#pragma omp simd
    for (int j = 0; j < outputs; ++j) bias_gradient[j] += d[j];
  }
  if (outputs >= kSkinny) {
    return Product({outputs, inputs, batch}, {delta, outputs, true}, {x, inputs}, nullptr,
                   weight_gradient, inputs, [](const GemmBlock&) {});
  }
  std::memset(weight_gradient, 0, sizeof(float) * outputs * inputs);
  for (int i = 0; i < batch; ++i) {
    for (int j = 0; j < outputs; ++j) {
      const float d = delta[static_cast<int64_t>(i) * outputs + j];
      const float* row = x + static_cast<int64_t>(i) * inputs;
      float* to = weight_gradient + j * inputs;
#pragma omp simd
      for (int k = 0; k < inputs; ++k) to[k] += d * row[k];
    }
  }
}

void DenseInputGradient(const float* delta, int outputs, const float* weight, int weight_stride,
                        int width, int batch, float* input_gradient, const Slope& slope) {
  const auto finish = [=](const GemmBlock& block) {
    if (slope.activation == Activation::kIdentity) return;
    for (int i = block.row; i < block.row + block.rows; ++i) {
      float* row = input_gradient + static_cast<int64_t>(i) * width + block.column;
      MultiplyBySlope(row, slope.value + i * slope.stride + block.column, block.columns,
                      slope.activation, row);
    }
  };
  if (outputs >= kSkinny) {
    return Product({batch, width, outputs}, {delta, outputs}, {weight, weight_stride}, nullptr,
                   input_gradient, width, finish);
  }
  for (int i = 0; i < batch; ++i) {
    float* row = input_gradient + static_cast<int64_t>(i) * width;
    std::memset(row, 0, sizeof(float) * width);
    for (int j = 0; j < outputs; ++j) {
      const float d = delta[static_cast<int64_t>(i) * outputs + j];
      const float* w = weight + static_cast<int64_t>(j) * weight_stride;
#pragma omp simd
      for (int k = 0; k < width; ++k) row[k] += d * w[k];
    }
    finish({i, 0, 1, width});
  }
}

}  // namespace sinew::models
