#include "models/kernels.h"

#include <cblas.h>

#include <cmath>
#include <cstring>

#include "models/vector_tanh.h"

namespace sinew::models {
namespace {

// below this many output columns a plain loop beats the packing that BLAS does
constexpr int kSkinny = 4;

template <class Function>
void BiasAndActivation(float* y, int stride, const float* bias, int outputs, int batch,
                       Function function) {
  for (int i = 0; i < batch; ++i) {
    float* row = y + static_cast<int64_t>(i) * stride;
#pragma omp simd
    for (int j = 0; j < outputs; ++j) row[j] = function(row[j] + bias[j]);
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
  if (outputs < kSkinny) {
    for (int i = 0; i < batch; ++i) {
      for (int j = 0; j < outputs; ++j) {
        y[static_cast<int64_t>(i) * stride + j] =
            Dot(x + static_cast<int64_t>(i) * inputs, weight + j * inputs, inputs);
      }
    }
  } else {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch, outputs, inputs, 1, x, inputs,
                weight, inputs, 0, y, stride);
  }
  // relu as a comparison that NaN fails, so that a broken parameter is not passed on as a zero
  switch (activation) {
    case Activation::kIdentity:
      return BiasAndActivation(y, stride, bias, outputs, batch, [](float v) { return v; });
    case Activation::kRelu:
      return BiasAndActivation(y, stride, bias, outputs, batch,
                               [](float v) { return v < 0 ? 0.0f : v; });
    case Activation::kTanh:
      return BiasAndActivation(y, stride, bias, outputs, batch,
                               [](float v) { return VectorTanh(v); });
  }
}

void ActivationBackward(const float* gradient, int gradient_stride, const float* value,
                        int value_stride, int batch, int width, Activation activation,
                        float* delta) {
  for (int i = 0; i < batch; ++i) {
    const float* g = gradient + static_cast<int64_t>(i) * gradient_stride;
    const float* v = value + static_cast<int64_t>(i) * value_stride;
    float* d = delta + static_cast<int64_t>(i) * width;
    switch (activation) {
      case Activation::kIdentity:
        if (d != g) std::memcpy(d, g, sizeof(float) * width);
        break;
      case Activation::kRelu:
#pragma omp simd
        for (int j = 0; j < width; ++j) d[j] = v[j] <= 0 ? 0.0f : g[j];
        break;
      case Activation::kTanh:
#pragma omp simd
        for (int j = 0; j < width; ++j) d[j] = g[j] * (1 - v[j] * v[j]);
        break;
    }
  }
}

void DenseWeightGradient(const float* delta, int outputs, const float* x, int inputs, int batch,
                         float* weight_gradient, float* bias_gradient) {
  std::memset(bias_gradient, 0, sizeof(float) * outputs);
  for (int i = 0; i < batch; ++i) {
    const float* d = delta + static_cast<int64_t>(i) * outputs;
#pragma omp simd
    for (int j = 0; j < outputs; ++j) bias_gradient[j] += d[j];
  }
  if (outputs < kSkinny) {
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
    return;
  }
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, outputs, inputs, batch, 1, delta, outputs, x,
              inputs, 0, weight_gradient, inputs);
}

void DenseInputGradient(const float* delta, int outputs, const float* weight, int weight_stride,
                        int width, int batch, float* input_gradient) {
  if (outputs < kSkinny) {
    for (int i = 0; i < batch; ++i) {
      float* row = input_gradient + static_cast<int64_t>(i) * width;
      std::memset(row, 0, sizeof(float) * width);
      for (int j = 0; j < outputs; ++j) {
        const float d = delta[static_cast<int64_t>(i) * outputs + j];
        const float* w = weight + static_cast<int64_t>(j) * weight_stride;
#pragma omp simd
        for (int k = 0; k < width; ++k) row[k] += d * w[k];
      }
    }
    return;
  }
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch, width, outputs, 1, delta, outputs,
              weight, weight_stride, 0, input_gradient, width);
}

}  // namespace sinew::models
