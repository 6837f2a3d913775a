#include "models/kernels.h"

#include <cblas.h>

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
  const Epilogue epilogue{.bias = bias, .activation = activation};
  if (outputs >= kSkinny) {
    return Product({batch, outputs, inputs}, {x, inputs}, {weight, inputs, true}, epilogue, y,
                   stride);
  }
  for (int i = 0; i < batch; ++i) {
    for (int j = 0; j < outputs; ++j) {
      y[static_cast<int64_t>(i) * stride + j] =
          Dot(x + static_cast<int64_t>(i) * inputs, weight + j * inputs, inputs) + bias[j];
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
  std::memset(bias_gradient, 0, sizeof(float) * outputs);
  for (int i = 0; i < batch; ++i) {
    const float* d = delta + static_cast<int64_t>(i) * outputs;
#pragma omp simd
    for (int j = 0; j < outputs; ++j) bias_gradient[j] += d[j];
  }
  if (outputs >= kSkinny) {
    return Product({outputs, inputs, batch}, {delta, outputs, true}, {x, inputs}, {},
                   weight_gradient, inputs);
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
  const Epilogue epilogue{.slope = slope};
  if (outputs >= kSkinny) {
    return Product({batch, width, outputs}, {delta, outputs}, {weight, weight_stride}, epilogue,
                   input_gradient, width);
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
    Finish(epilogue, {i, 0, 1, width}, input_gradient, width);
  }
}

}  // namespace sinew::models
