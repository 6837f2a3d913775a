#include "models/recurrent/autograd_recurrent.h"

#include <torch/types.h>

#include "models/autograd_layers.h"

namespace sinew::models {
namespace {

class AutogradRecurrent : public RecurrentNetwork {
 public:
  AutogradRecurrent(const RecurrentSpec& spec, torch::Device device)
      : RecurrentNetwork(spec), device_(device) {}

  std::span<const float> Forward(const Sequences& sequences) override {
    const auto rows = static_cast<int64_t>(sequences.rows());
    leaf_ = parameters().tensor().detach().to(device_).requires_grad_(true);
    late_ = WrapMatrix(sequences.late_inputs, rows, spec().late_inputs)
                .to(device_)
                .detach()
                .clone()
                .requires_grad_(true);
    torch::Tensor read = WrapMatrix(sequences.inputs, rows, spec().inputs).to(device_);
    if (!spec().encoder.empty()) {
      read = DenseLayers(spec().encoder_layers(), leaf_.slice(0, 0, spec().gru_offset()), read, {});
    }
    const torch::Tensor states = Remember(sequences, read);
    output_ =
        DenseLayers(spec().head_layers(), leaf_.slice(0, spec().head_offset()), states, late_);
    Keep(states, &states_);
    return Keep(output_, &values_);
  }

  std::span<const float> states() const override { return states_; }

  void Backward(std::span<const float> output_gradient, const BackwardOptions& options) override {
    const torch::Tensor gradient =
        WrapMatrix(output_gradient, output_.size(0), spec().outputs).to(device_);
    std::vector<torch::Tensor> inputs;
    if (options.parameters) inputs.push_back(leaf_);
    if (options.late_input) inputs.push_back(late_);
    [[maybe_unused]] const BackwardInThisThread this_thread;
    const auto gradients =
        torch::autograd::grad({output_}, inputs, {gradient}, /*retain_graph=*/true);
    if (options.parameters) CopyElements(gradients.front(), this->gradient().values());
    if (options.late_input) Keep(gradients.back(), &late_gradient_);
  }

  std::span<const float> late_gradient() const override { return late_gradient_; }

 private:
  /// The states behind all steps, [rows x memory]. @param read  [rows x inputs of the memory].
  torch::Tensor Remember(const Sequences& sequences, const torch::Tensor& read) const {
    const GruSpec gru = spec().gru();
    const int64_t first = spec().gru_offset(), gates = 3 * gru.width;
    const auto part = [&](int64_t begin, int64_t end) {
      return leaf_.slice(0, first + begin, first + end);
    };
    const auto input_weight = part(0, gru.state_weight()).view({gates, gru.inputs});
    const auto state_weight = part(gru.state_weight(), gru.input_bias()).view({gates, gru.width});
    const auto input_bias = part(gru.input_bias(), gru.state_bias());
    const auto state_bias = part(gru.state_bias(), gru.parameter_count());
    torch::Tensor state = torch::zeros({sequences.count, gru.width}, device_);
    if (!sequences.state.empty()) {
      state = WrapMatrix(sequences.state, sequences.count, gru.width).to(device_).clone();
    }
    std::vector<torch::Tensor> states;
    for (int64_t step = 0; step < sequences.steps; ++step) {
      const int64_t row = step * sequences.count;
      state = torch::gru_cell(read.slice(0, row, row + sequences.count),
                              state * Continues(sequences, row), input_weight, state_weight,
                              input_bias, state_bias);
      states.push_back(state);
    }
    return torch::cat(states);
  }

  /// 0 where an episode begins, else 1, [count x 1]. @param row  the step's first.
  torch::Tensor Continues(const Sequences& sequences, int64_t row) const {
    torch::Tensor factor = torch::ones({sequences.count, 1});
    for (int64_t i = 0; i < sequences.count && !sequences.begins.empty(); ++i) {
      if (sequences.begins[row + i] != 0) factor[i][0] = 0;
    }
    return factor.to(device_);
  }

  static std::span<const float> Keep(const torch::Tensor& from, std::vector<float>* to) {
    to->resize(from.numel());
    CopyElements(from.detach(), *to);
    return *to;
  }

  torch::Device device_;
  torch::Tensor leaf_, late_, output_;
  std::vector<float> values_, states_, late_gradient_;
};

}  // namespace

std::unique_ptr<RecurrentNetwork> MakeAutogradRecurrent(const RecurrentSpec& spec,
                                                        const std::string& device) {
  return std::make_unique<AutogradRecurrent>(spec, DeviceOf(device));
}

}  // namespace sinew::models
