#include "models/autograd_network.h"

#include <torch/cuda.h>
#include <torch/types.h>

#include "core/error.h"
#include "models/autograd_layers.h"

namespace sinew::models {
namespace {

torch::Tensor Activate(const torch::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::kRelu:
      return torch::relu(x);
    case Activation::kTanh:
      return torch::tanh(x);
    default:
      return x;
  }
}

class AutogradNetwork : public Network {
 public:
  AutogradNetwork(const NetworkSpec& spec, torch::Device device) : Network(spec), device_(device) {}

  std::span<const float> Forward(std::span<const float> input, std::span<const float> late_input,
                                 int batch) override {
    leaf_ = parameters().tensor().detach().to(device_).requires_grad_(true);
    late_ = WrapMatrix(late_input, batch, spec().late_inputs)
                .to(device_)
                .detach()
                .clone()
                .requires_grad_(true);
    output_ =
        DenseLayers(spec(), leaf_, WrapMatrix(input, batch, spec().inputs).to(device_), late_);
    return Values(output_.detach());
  }

  std::span<const float> Evaluate(std::span<const float> input, std::span<const float> late_input,
                                  int batch) override {
    const torch::NoGradGuard no_graph;
    return Values(DenseLayers(spec(), parameters().tensor().to(device_),
                              WrapMatrix(input, batch, spec().inputs).to(device_),
                              WrapMatrix(late_input, batch, spec().late_inputs).to(device_)));
  }

  void Backward(std::span<const float> output_gradient, const BackwardOptions& options) override {
    const int64_t batch = output_.size(0);
    const torch::Tensor gradient = WrapMatrix(output_gradient, batch, spec().outputs).to(device_);
    std::vector<torch::Tensor> inputs;
    if (options.parameters) inputs.push_back(leaf_);
    if (options.late_input) inputs.push_back(late_);
    [[maybe_unused]] const BackwardInThisThread this_thread;
    const auto gradients =
        torch::autograd::grad({output_}, inputs, {gradient}, /*retain_graph=*/true);
    if (options.parameters) CopyElements(gradients.front(), this->gradient().values());
    if (options.late_input) {
      late_gradient_.resize(static_cast<size_t>(batch) * spec().late_inputs);
      CopyElements(gradients.back(), late_gradient_);
    }
  }

  std::span<const float> late_gradient() const override { return late_gradient_; }

 private:
  std::span<const float> Values(const torch::Tensor& outputs) {
    values_.resize(outputs.numel());
    CopyElements(outputs, values_);
    return values_;
  }

  torch::Device device_;
  torch::Tensor leaf_, late_, output_;
  std::vector<float> values_, late_gradient_;
};

}  // namespace

bool CudaIsAvailable() { return torch::cuda::is_available(); }

torch::Device DeviceOf(const std::string& name) {
  if (name != "cpu" && name != "cuda")
    throw UserError("unknown device '" + name + "'; known: cpu, cuda");
  if (name == "cuda" && !CudaIsAvailable()) {
    throw UserError("device 'cuda': this LibTorch sees no GPU; use device 'cpu'");
  }
  return torch::Device(name);
}

torch::Tensor WrapMatrix(std::span<const float> values, int64_t rows, int64_t columns) {
  // from_blob wants a mutable pointer; the tensor is only read
  return torch::from_blob(const_cast<float*>(values.data()), {rows, columns}, torch::kFloat);
}

void CopyElements(const torch::Tensor& from, std::span<float> to) {
  const torch::Tensor contiguous = from.to(torch::kCPU).contiguous();
  std::copy_n(contiguous.data_ptr<float>(), to.size(), to.data());
}

torch::Tensor DenseLayers(const NetworkSpec& spec, const torch::Tensor& flat, torch::Tensor x,
                          const torch::Tensor& late) {
  if (spec.residual.blocks > 0) return ResidualLayers(spec, flat, x, late);
  for (int layer = 0; layer < spec.layers(); ++layer) {
    if (spec.late_inputs > 0 && layer == spec.late_layer) x = torch::cat({x, late}, 1);
    const int64_t weights = spec.weight_offset(layer), biases = spec.bias_offset(layer);
    x = torch::linear(
        x,
        flat.slice(0, weights, biases).view({spec.layer_outputs(layer), spec.layer_inputs(layer)}),
        flat.slice(0, biases, spec.weight_offset(layer + 1)));
    const bool last = layer + 1 == spec.layers();
    x = Activate(x, last ? spec.output_activation : spec.hidden_activation);
  }
  return x;
}

std::unique_ptr<Network> MakeAutogradNetwork(const NetworkSpec& spec, const std::string& device) {
  return std::make_unique<AutogradNetwork>(spec, DeviceOf(device));
}

}  // namespace sinew::models
