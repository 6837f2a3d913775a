#include "models/autograd_network.h"

#include <torch/torch.h>

#include "core/error.h"

namespace sinew::models {
namespace {

torch::Tensor Wrap(std::span<const float> values, int64_t rows, int64_t columns) {
  // from_blob wants a mutable pointer; the tensor is only read
  return torch::from_blob(const_cast<float*>(values.data()), {rows, columns}, torch::kFloat);
}

void CopyTo(const torch::Tensor& from, std::span<float> to) {
  const torch::Tensor contiguous = from.to(torch::kCPU).contiguous();
  std::copy_n(contiguous.data_ptr<float>(), to.size(), to.data());
}

class AutogradNetwork : public Network {
 public:
  AutogradNetwork(const NetworkSpec& spec, torch::Device device) : Network(spec), device_(device) {}

  std::span<const float> Forward(std::span<const float> input, std::span<const float> late_input,
                                 int batch) override {
    leaf_ = parameters().tensor().detach().to(device_).requires_grad_(true);
    late_ = Wrap(late_input, batch, spec().late_inputs)
                .to(device_)
                .detach()
                .clone()
                .requires_grad_(true);
    torch::Tensor x = Wrap(input, batch, spec().inputs).to(device_);
    for (int layer = 0; layer < spec().layers(); ++layer) {
      if (spec().late_inputs > 0 && layer == spec().late_layer) x = torch::cat({x, late_}, 1);
      x = torch::linear(x, weight(layer), bias(layer));
      const bool last = layer + 1 == spec().layers();
      x = Activate(x, last ? spec().output_activation : spec().hidden_activation);
    }
    output_ = x;
    values_.resize(static_cast<size_t>(batch) * spec().outputs);
    CopyTo(output_.detach(), values_);
    return values_;
  }

  void Backward(std::span<const float> output_gradient, const BackwardOptions& options) override {
    const int64_t batch = output_.size(0);
    const torch::Tensor gradient = Wrap(output_gradient, batch, spec().outputs).to(device_);
    std::vector<torch::Tensor> inputs;
    if (options.parameters) inputs.push_back(leaf_);
    if (options.late_input) inputs.push_back(late_);
    const auto gradients =
        torch::autograd::grad({output_}, inputs, {gradient}, /*retain_graph=*/true);
    if (options.parameters) CopyTo(gradients.front(), this->gradient().values());
    if (options.late_input) {
      late_gradient_.resize(static_cast<size_t>(batch) * spec().late_inputs);
      CopyTo(gradients.back(), late_gradient_);
    }
  }

  std::span<const float> late_gradient() const override { return late_gradient_; }

 private:
  torch::Tensor weight(int layer) const {
    return leaf_.slice(0, spec().weight_offset(layer), spec().bias_offset(layer))
        .view({spec().layer_outputs(layer), spec().layer_inputs(layer)});
  }
  torch::Tensor bias(int layer) const {
    return leaf_.slice(0, spec().bias_offset(layer), spec().weight_offset(layer + 1));
  }
  static torch::Tensor Activate(const torch::Tensor& x, Activation activation) {
    switch (activation) {
      case Activation::kRelu:
        return torch::relu(x);
      case Activation::kTanh:
        return torch::tanh(x);
      default:
        return x;
    }
  }

  torch::Device device_;
  torch::Tensor leaf_, late_, output_;
  std::vector<float> values_, late_gradient_;
};

}  // namespace

std::unique_ptr<Network> MakeAutogradNetwork(const NetworkSpec& spec, const std::string& device) {
  if (device != "cpu" && device != "cuda")
    throw UserError("unknown device '" + device + "'; known: cpu, cuda");
  if (device == "cuda" && !torch::cuda::is_available()) {
    throw UserError("device 'cuda': this LibTorch sees no GPU; use device 'cpu'");
  }
  return std::make_unique<AutogradNetwork>(spec, torch::Device(device));
}

}  // namespace sinew::models
