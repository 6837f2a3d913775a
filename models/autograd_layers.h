#pragma once

#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <span>
#include <string>

#include "models/network.h"

// What the networks on LibTorch's autograd share; only their sources include it.

namespace sinew::models {

/// The device of this name. @throws UserError if it is not there.
torch::Device DeviceOf(const std::string& name);

/// [rows x columns] over someone else's memory, which is only read.
torch::Tensor WrapMatrix(std::span<const float> values, int64_t rows, int64_t columns);

/// The tensor's elements, from any device.
void CopyElements(const torch::Tensor& from, std::span<float> to);

/// All layers on `x` [batch x inputs]. @param flat  [parameter_count], as FlatParameters holds
/// them. @param late  [batch x late_inputs].
torch::Tensor DenseLayers(const NetworkSpec& spec, const torch::Tensor& flat, torch::Tensor x,
                          const torch::Tensor& late);
/// The same for a network of residual blocks.
torch::Tensor ResidualLayers(const NetworkSpec& spec, const torch::Tensor& flat,
                             const torch::Tensor& x, const torch::Tensor& late);

/// LibTorch 2 can walk the graph in the calling thread; otherwise it hands a GPU's graph to a
/// thread of its own, which warns that it finds no CUDA context.
class BackwardInThisThread {
#if TORCH_VERSION_MAJOR >= 2
 public:
  BackwardInThisThread() { State().set_multithreading_enabled(false); }
  ~BackwardInThisThread() { State().set_multithreading_enabled(before_); }
  BackwardInThisThread(const BackwardInThisThread&) = delete;

 private:
  static c10::AutogradState& State() { return c10::AutogradState::get_tls_state(); }
  bool before_ = State().get_multithreading_enabled();
#endif
};

}  // namespace sinew::models
