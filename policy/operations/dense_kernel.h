#pragma once

#include <cstddef>
#include <vector>

#include "policy/operations/activation.h"
#include "policy/operations/operation.h"

namespace sinew::policy {

/// Sixteen numbers side by side, in as many registers as the CPU needs for them.
inline constexpr size_t kLanes = 16;
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));

constexpr size_t RoundUp(size_t size, size_t step) { return (size + step - 1) / step * step; }

/// y = W x + b, cut into panels of sixteen outputs, within which the weights follow the inputs: one
/// pass over memory in its own order, no sum across lanes. Padded with zeros.
class PanelLayer {
 public:
  /// @param weight  [outputs x inputs]. @param bias  [outputs].
  PanelLayer(const Tensor& weight, const Tensor& bias);

  /// @param x  [inputs] and zeros up to a multiple of four. @param y  [outputs], whole aligned
  /// panels are written.
  void Sum(const float* x, float* y) const;
  size_t padded_outputs() const { return panels_ * kLanes; }

 private:
  void SumPanel(size_t panel, const float* x, float* y) const;

  size_t inputs_, panels_;
  std::vector<Lanes> weight_, bias_;
};

/// In place. @param count  numbers.
void ApplyActivation(Activation activation, float* y, size_t count);

}  // namespace sinew::policy
