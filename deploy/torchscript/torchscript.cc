#include "deploy/torchscript/torchscript.h"

#include <fmt/format.h>
#include <torch/script.h>

#include <sstream>

#include "core/error.h"
#include "deploy/base/golden.h"

namespace sinew::deploy {
namespace {

constexpr const char* kForward = R"(
def forward(self, observation: Tensor{noise_argument}) -> Tuple[Tensor, Tensor, Tensor]:
    finite = torch.le(torch.abs(observation), 3.4028234663852886e38)
    good_input = torch.all(finite, 1, True)
    x = torch.where(finite, observation, self.obs_mean)
    x = torch.clamp((x - self.obs_mean) * self.obs_scale, {low_clip:.9g}, {clip:.9g})
{layers}
    good_output = torch.all(torch.le(torch.abs(x), 3.4028234663852886e38), 1, True)
    good = torch.logical_and(good_input, good_output)
    action = torch.clamp(x, -1.0, 1.0)
    torque = self.torque_start + (action + 1.0) * self.torque_half_range
    torque = torch.maximum(torch.minimum(torque, self.torque_high), self.torque_low)
    zero = torch.zeros_like(action)
    bad_output = torch.logical_not(good_output).int() * 2
    status = torch.where(good_input, bad_output, torch.ones_like(bad_output))
    return torch.where(good, torque, zero), torch.where(good, action, zero), status
)";

at::Tensor Copy(std::span<const float> values, std::vector<int64_t> shape) {
  const at::Tensor tensor = torch::empty(shape);
  std::ranges::copy(values, tensor.data_ptr<float>());
  return tensor;
}

at::Tensor Copy(std::span<const float> values) {
  return Copy(values, {static_cast<int64_t>(values.size())});
}

// [outputs x inputs] as `forward` needs it
void AddDense(torch::jit::Module* module, const std::string& name, std::span<const float> weight,
              std::span<const float> bias) {
  const auto outputs = static_cast<int64_t>(bias.size());
  const auto inputs = static_cast<int64_t>(weight.size()) / outputs;
  module->register_parameter(name + "_weight", Copy(weight, {outputs, inputs}), false);
  module->register_parameter(name + "_bias", Copy(bias), false);
}

std::string DenseCode(const std::string& name, const char* x) {
  return fmt::format("torch.addmm(self.{0}_bias, {1}, torch.t(self.{0}_weight))", name, x);
}

// lines that add the noise to u; x is what the last layer reads
std::string NoiseCode(const policy::GaussianHead& head) {
  if (head.weight.empty()) return "    u = u + torch.exp(self.log_std) * good_noise\n";
  return fmt::format(
      "    log_std = {:.9g} + {:.9g} * (1.0 + torch.tanh({}))\n"
      "    u = u + torch.exp(log_std) * good_noise\n",
      head.low, 0.5f * (head.high - head.low), DenseCode("log_std", "x"));
}

std::string LayerCode(const policy::PolicyArtifact& artifact, bool stochastic) {
  std::string code;
  if (stochastic) {
    code +=
        "    finite_noise = torch.le(torch.abs(noise), 3.4028234663852886e38)\n"
        "    good_input = torch.logical_and(good_input, torch.all(finite_noise, 1, True))\n"
        "    good_noise = torch.where(finite_noise, noise, torch.zeros_like(noise))\n";
  }
  for (size_t k = 0; k < artifact.layers.size(); ++k) {
    code += fmt::format("    u = {}\n", DenseCode(fmt::format("layer{}", k), "x"));
    if (stochastic && k + 1 == artifact.layers.size()) code += NoiseCode(*artifact.gaussian);
    const std::string& activation = artifact.layers[k].activation;
    code +=
        activation == "identity" ? "    x = u\n" : fmt::format("    x = torch.{}(u)\n", activation);
  }
  code.pop_back();
  return code;
}

void AddTorqueLimits(torch::jit::Module* module, const spec::Contract& contract) {
  std::vector<float> start, half_range, low, high;
  for (const spec::ActionElement& joint : contract.action) {
    start.push_back(static_cast<float>(joint.torque_low));
    half_range.push_back(static_cast<float>(0.5 * (joint.torque_high - joint.torque_low)));
    low.push_back(WithinLimit(std::min(joint.torque_low, joint.torque_high)));
    high.push_back(WithinLimit(std::max(joint.torque_low, joint.torque_high)));
  }
  module->register_buffer("torque_start", Copy(start));
  module->register_buffer("torque_half_range", Copy(half_range));
  module->register_buffer("torque_low", Copy(low));
  module->register_buffer("torque_high", Copy(high));
}

class TorchScript : public Backend {
 public:
  explicit TorchScript(torch::jit::Module module) : module_(std::move(module)) {
    module_.eval();
    stochastic_ = module_.get_method("forward").function().getSchema().arguments().size() > 2;
  }
  std::string name() const override { return "libtorch"; }

  int Torque(std::span<const float> observation, std::span<const float> noise,
             std::span<float> torque) override {
    const c10::InferenceMode guard;
    std::vector<torch::jit::IValue> inputs{Row(observation)};
    const std::vector<float> zeros(torque.size());
    if (stochastic_) inputs.push_back(Row(noise.empty() ? zeros : noise));
    const auto outputs = module_.forward(std::move(inputs)).toTuple();
    const at::Tensor values = outputs->elements()[0].toTensor().contiguous();
    std::copy_n(values.data_ptr<float>(), torque.size(), torque.begin());
    return outputs->elements()[2].toTensor().item<int>();
  }

 private:
  static at::Tensor Row(std::span<const float> values) {
    return torch::from_blob(const_cast<float*>(values.data()),
                            {1, static_cast<int64_t>(values.size())});
  }

  torch::jit::Module module_;
  bool stochastic_ = false;
};

}  // namespace

std::string TorchScriptModel(const policy::PolicyArtifact& artifact, bool stochastic) {
  policy::CheckArtifact(artifact);
  torch::jit::Module module("SinewPolicy");
  module.register_buffer("obs_mean", Copy(artifact.obs_mean));
  module.register_buffer("obs_scale", Copy(artifact.obs_scale));
  for (size_t k = 0; k < artifact.layers.size(); ++k) {
    AddDense(&module, fmt::format("layer{}", k), artifact.layers[k].weight,
             artifact.layers[k].bias);
  }
  if (stochastic) {
    const policy::GaussianHead& head = artifact.gaussian.value();
    if (head.weight.empty()) {
      module.register_parameter("log_std", Copy(head.bias), false);
    } else {
      AddDense(&module, "log_std", head.weight, head.bias);
    }
  }
  AddTorqueLimits(&module, artifact.contract);
  module.define(fmt::format(fmt::runtime(kForward), fmt::arg("clip", artifact.obs_clip),
                            fmt::arg("low_clip", -artifact.obs_clip),
                            fmt::arg("noise_argument", stochastic ? ", noise: Tensor" : ""),
                            fmt::arg("layers", LayerCode(artifact, stochastic))));
  std::ostringstream stream;
  module.save(stream, {{"contract.json", spec::ContractToJson(artifact.contract, 2)},
                       {"policy_hash", policy::PolicyHash(artifact)}});
  return std::move(stream).str();
}

std::unique_ptr<Backend> LoadTorchScript(const std::string& bytes) {
  std::istringstream stream(bytes);
  try {
    return std::make_unique<TorchScript>(torch::jit::load(stream));
  } catch (const std::exception& error) {
    const std::string message = error.what();
    throw UserError("not a TorchScript policy: " + message.substr(0, message.find('\n')));
  }
}

}  // namespace sinew::deploy
