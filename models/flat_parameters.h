#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace at {
class Tensor;
}

namespace sinew::models {

/// All parameters of one network in one contiguous float32 tensor on the CPU; layers are views into
/// it. So Adam, Polyak averaging, clipping, the finite check and serialisation are each one pass
/// over one array.
class FlatParameters {
 public:
  explicit FlatParameters(int64_t size);
  ~FlatParameters();
  FlatParameters(FlatParameters&&) noexcept;
  FlatParameters& operator=(FlatParameters&&) noexcept;

  int64_t size() const { return size_; }
  std::span<float> values() { return {data_, static_cast<size_t>(size_)}; }
  std::span<const float> values() const { return {data_, static_cast<size_t>(size_)}; }
  /// The same memory as LibTorch sees it, [size].
  const at::Tensor& tensor() const { return *tensor_; }

 private:
  std::unique_ptr<at::Tensor> tensor_;
  float* data_ = nullptr;
  int64_t size_ = 0;
};

/// target <- (1 - tau) target + tau source. Source: Lillicrap et al. 2015, arXiv:1509.02971,
/// Algorithm 1.
void PolyakAverage(std::span<const float> source, float tau, std::span<float> target);

/// Euclidean norm, accumulated in double.
double Norm(std::span<const float> values);

/// True if no value is NaN or infinite; one pass.
bool AllFinite(std::span<const float> values);

}  // namespace sinew::models
