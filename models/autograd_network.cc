#include "models/autograd_network.h"

#include <torch/torch.h>
#include <torch/version.h>

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
    output_ = Outputs(leaf_, Wrap(input, batch, spec().inputs).to(device_), late_);
    return Values(output_.detach());
  }

  std::span<const float> Evaluate(std::span<const float> input, std::span<const float> late_input,
                                  int batch) override {
    const torch::NoGradGuard no_graph;
    return Values(Outputs(parameters().tensor().to(device_),
                          Wrap(input, batch, spec().inputs).to(device_),
                          Wrap(late_input, batch, spec().late_inputs).to(device_)));
  }

  void Backward(std::span<const float> output_gradient, const BackwardOptions& options) override {
    const int64_t batch = output_.size(0);
    const torch::Tensor gradient = Wrap(output_gradient, batch, spec().outputs).to(device_);
    std::vector<torch::Tensor> inputs;
    if (options.parameters) inputs.push_back(leaf_);
    if (options.late_input) inputs.push_back(late_);
    [[maybe_unused]] const BackwardInThisThread this_thread;
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
  /// All layers on `x` [batch x inputs]; `flat` holds the parameters as FlatParameters does.
  torch::Tensor Outputs(const torch::Tensor& flat, torch::Tensor x,
                        const torch::Tensor& late) const {
    for (int layer = 0; layer < spec().layers(); ++layer) {
      if (spec().late_inputs > 0 && layer == spec().late_layer) x = torch::cat({x, late}, 1);
      const int64_t weights = spec().weight_offset(layer), biases = spec().bias_offset(layer);
      x = torch::linear(x,
                        flat.slice(0, weights, biases)
                            .view({spec().layer_outputs(layer), spec().layer_inputs(layer)}),
                        flat.slice(0, biases, spec().weight_offset(layer + 1)));
      const bool last = layer + 1 == spec().layers();
      x = Activate(x, last ? spec().output_activation : spec().hidden_activation);
    }
    return x;
  }
  std::span<const float> Values(const torch::Tensor& outputs) {
    values_.resize(outputs.numel());
    CopyTo(outputs, values_);
    return values_;
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

bool CudaIsAvailable() { return torch::cuda::is_available(); }

std::unique_ptr<Network> MakeAutogradNetwork(const NetworkSpec& spec, const std::string& device) {
  if (device != "cpu" && device != "cuda")
    throw UserError("unknown device '" + device + "'; known: cpu, cuda");
  if (device == "cuda" && !CudaIsAvailable()) {
    throw UserError("device 'cuda': this LibTorch sees no GPU; use device 'cpu'");
  }
  return std::make_unique<AutogradNetwork>(spec, torch::Device(device));
}

}  // namespace sinew::models
