#include "models/flat_parameters.h"

#include <ATen/ATen.h>

#include <cmath>
#include <cstring>

#include "core/aligned_vector.h"

namespace sinew::models {
namespace {

// a tensor in memory of AlignedVector, which lives as long as the tensor and its views
at::Tensor Zeros(int64_t size) {
  auto memory = std::make_shared<AlignedVector<float>>(size);
  return at::from_blob(
      memory->data(), {size}, [memory](void*) {}, at::kFloat);
}

}  // namespace

FlatParameters::FlatParameters(int64_t size)
    : tensor_(std::make_unique<at::Tensor>(Zeros(size))),
      data_(tensor_->data_ptr<float>()),
      size_(size) {}

FlatParameters::~FlatParameters() = default;
FlatParameters::FlatParameters(FlatParameters&&) noexcept = default;
FlatParameters& FlatParameters::operator=(FlatParameters&&) noexcept = default;

void PolyakAverage(std::span<const float> source, float tau, std::span<float> target) {
  const float* from = source.data();
  float* to = target.data();
#pragma omp simd
  for (size_t i = 0; i < target.size(); ++i) to[i] += tau * (from[i] - to[i]);
}

double Norm(std::span<const float> values) {
  const float* v = values.data();
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (size_t i = 0; i < values.size(); ++i) sum += static_cast<double>(v[i]) * v[i];
  return std::sqrt(sum);
}

bool AllFinite(std::span<const float> values) {
  // the exponent bits are all ones in NaN and infinity alone; integer arithmetic vectorises without
  // fast-math
  const float* v = values.data();
  uint32_t bad = 0;
#pragma omp simd reduction(| : bad)
  for (size_t i = 0; i < values.size(); ++i) {
    uint32_t bits;
    std::memcpy(&bits, v + i, sizeof bits);
    bad |= (bits & 0x7f800000u) == 0x7f800000u ? 1u : 0u;
  }
  return bad == 0;
}

}  // namespace sinew::models
