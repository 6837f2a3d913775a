#include "deploy/torchscript/torchscript.h"

#include <fmt/format.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/types.h>

#include <limits>
#include <sstream>

#include "core/error.h"
#include "deploy/base/backend.h"
#include "deploy/base/golden.h"
#include "deploy/torchscript/torchscript_operations.h"
#include "policy/policy_file.h"

namespace sinew::deploy {
namespace {

constexpr const char* kForward = R"(
def forward(self, observation: Tensor{arguments}) -> {result}:
    finite = torch.le(torch.abs(observation), 3.4028234663852886e38)
    good_input = torch.all(finite, 1, True)
    v_observation = torch.where(finite, observation, torch.zeros_like(observation))
{noise}{lines}    x = {output}
    good_output = torch.all(torch.le(torch.abs(x), 3.4028234663852886e38), 1, True)
    good = torch.logical_and(good_input, good_output)
    v_action = torch.clamp(x, -1.0, 1.0)
    {word} = self.{word}_start + (v_action + 1.0) * self.{word}_half_range
    {word} = torch.maximum(torch.minimum({word}, self.{word}_high), self.{word}_low)
    zero = torch.zeros_like(v_action)
    bad_output = torch.logical_not(good_output).int() * 2
    status = torch.where(good_input, bad_output, torch.ones_like(bad_output))
{remember}    return torch.where(good, {word}, {fallback}), torch.where(good, v_action, zero), status{state}
)";

constexpr const char* kNoise =
    "    finite_noise = torch.le(torch.abs(noise), 3.4028234663852886e38)\n"
    "    good_input = torch.logical_and(good_input, torch.all(finite_noise, 1, True))\n"
    "    good_noise = torch.where(finite_noise, noise, torch.zeros_like(noise))\n";

constexpr const char* kInitialState = R"(
def initial_state(self, batch: int) -> Tensor:
    return torch.unsqueeze(self.state_at_start, 0).repeat([batch, 1])
)";

at::Tensor Copy(std::span<const float> values, std::vector<int64_t> shape) {
  const at::Tensor tensor = torch::empty(shape);
  std::ranges::copy(values, tensor.data_ptr<float>());
  return tensor;
}

at::Tensor Copy(std::span<const float> values) {
  return Copy(values, {static_cast<int64_t>(values.size())});
}

// Puts the module together, line by line.
class ModuleBuilder {
 public:
  ModuleBuilder(const policy::PolicyGraph& graph, bool stochastic)
      : graph_(graph), stochastic_(stochastic), shapes_(policy::CheckGraph(graph)) {}

  torch::jit::Module Build() {
    ReadState();
    Fill(policy::kObservation);
    for (const policy::Node& node : graph_.nodes) {
      const TorchScriptCode code = OperationInTorchScript(node, shapes_, stochastic_);
      for (const auto& [name, tensor] : code.parameters) {
        module_.register_parameter(name, Copy(tensor.values, tensor.shape), false);
      }
      lines_ += code.lines;
      Fill(node.output);
    }
    AddLimits();
    const bool state = policy::HasState(graph_);
    if (state) {
      module_.register_buffer("state_at_start", Copy(policy::InitialState(graph_)));
      module_.define(kInitialState);
    }
    module_.define(fmt::format(
        fmt::runtime(kForward), fmt::arg("word", spec::CommandWord(graph_.contract.action)),
        fmt::arg("fallback", IsTorqueOnly(graph_.contract) ? "zero" : "zero + self.fallback"),
        fmt::arg("arguments", std::string(stochastic_ ? ", noise: Tensor" : "") +
                                  (state ? ", state: Tensor" : "")),
        fmt::arg("result",
                 state ? "Tuple[Tensor, Tensor, Tensor, Tensor]" : "Tuple[Tensor, Tensor, Tensor]"),
        fmt::arg("noise", stochastic_ ? kNoise : ""), fmt::arg("lines", lines_),
        fmt::arg("output", TorchScriptName(graph_.action)), fmt::arg("remember", NextState()),
        fmt::arg("state", state ? ", torch.where(good, next_state, state)" : "")));
    return module_;
  }

 private:
  void Line(const std::string& line) { lines_ += "    " + line + "\n"; }

  // slots are columns of the one argument
  void ReadState() {
    int64_t at = 0;
    if (policy::HasFill(graph_)) {
      Line("begun = torch.gt(state[:, 0:1], 0.5)");
      at = 1;
    }
    for (const policy::StateSlot& slot : graph_.state) {
      const int64_t size = policy::ElementCount(slot.shape);
      Line(fmt::format("{} = state[:, {}:{}]", TorchScriptName(slot.name), at, at + size));
      at += size;
    }
  }

  // at the start of an episode, copies of the value that has just been computed
  void Fill(const std::string& value) {
    for (const policy::StateSlot& slot : graph_.state) {
      if (slot.fill != value) continue;
      const int64_t copies =
          policy::ElementCount(slot.shape) / policy::ElementCount(shapes_.at(value));
      Line(fmt::format("{0} = torch.where(begun, {0}, {1}.repeat([1, {2}]))",
                       TorchScriptName(slot.name), TorchScriptName(value), copies));
    }
  }

  std::string NextState() const {
    if (!policy::HasState(graph_)) return "";
    std::string parts = policy::HasFill(graph_) ? "torch.ones_like(state[:, 0:1])" : "";
    for (const policy::StateSlot& slot : graph_.state) {
      parts += (parts.empty() ? "" : ", ") + TorchScriptName(slot.next);
      const int64_t size = policy::ElementCount(slot.shape);
      const int64_t next = slot.next == policy::kAction
                               ? static_cast<int64_t>(graph_.contract.action.size())
                               : policy::ElementCount(shapes_.at(slot.next));
      if (next < size) {
        parts += fmt::format(", {}[:, 0:{}]", TorchScriptName(slot.name), size - next);
      }
    }
    return fmt::format("    next_state = torch.cat([{}], 1)\n", parts);
  }

  void AddLimits() {
    const spec::Contract& contract = graph_.contract;
    std::vector<float> start, half_range, low, high, fallback;
    for (const spec::ActionElement& joint : contract.action) {
      fallback.push_back(IsHeld(joint) ? std::numeric_limits<float>::quiet_NaN() : 0.0f);
      start.push_back(static_cast<float>(joint.low()));
      half_range.push_back(static_cast<float>(0.5 * (joint.high() - joint.low())));
      low.push_back(WithinLimit(std::min(joint.low(), joint.high())));
      high.push_back(WithinLimit(std::max(joint.low(), joint.high())));
    }
    const std::string word = spec::CommandWord(contract.action);
    module_.register_buffer(word + "_start", Copy(start));
    module_.register_buffer(word + "_half_range", Copy(half_range));
    module_.register_buffer(word + "_low", Copy(low));
    module_.register_buffer(word + "_high", Copy(high));
    // a position's target is held: no number that could be taken for one
    if (!IsTorqueOnly(contract)) module_.register_buffer("fallback", Copy(fallback));
  }

  const policy::PolicyGraph& graph_;
  bool stochastic_;
  policy::Shapes shapes_;
  torch::jit::Module module_{"SinewPolicy"};
  std::string lines_;
};

class TorchScript : public Backend {
 public:
  explicit TorchScript(torch::jit::Module module) : module_(std::move(module)) {
    module_.eval();
    for (const auto& argument : module_.get_method("forward").function().getSchema().arguments()) {
      stochastic_ |= argument.name() == "noise";
      remembers_ |= argument.name() == "state";
    }
    Reset();
  }
  std::string name() const override { return "libtorch"; }

  void Reset() override {
    const c10::InferenceMode guard;
    if (remembers_) state_ = module_.run_method("initial_state", 1).toTensor();
  }

  int Torque(std::span<const float> observation, std::span<const float> noise,
             std::span<float> torque) override {
    const c10::InferenceMode guard;
    std::vector<torch::jit::IValue> inputs{Row(observation)};
    const std::vector<float> zeros(torque.size());
    if (stochastic_) inputs.push_back(Row(noise.empty() ? zeros : noise));
    if (remembers_) inputs.push_back(state_);
    const auto outputs = module_.forward(std::move(inputs)).toTuple();
    const at::Tensor values = outputs->elements()[0].toTensor().contiguous();
    std::copy_n(values.data_ptr<float>(), torque.size(), torque.begin());
    if (remembers_) state_ = outputs->elements()[3].toTensor();
    return outputs->elements()[2].toTensor().item<int>();
  }

 private:
  static at::Tensor Row(std::span<const float> values) {
    return torch::from_blob(const_cast<float*>(values.data()),
                            {1, static_cast<int64_t>(values.size())});
  }

  torch::jit::Module module_;
  at::Tensor state_;
  bool stochastic_ = false, remembers_ = false;
};

}  // namespace

std::string TorchScriptModel(const policy::PolicyGraph& graph, bool stochastic) {
  torch::jit::Module module = ModuleBuilder(graph, stochastic).Build();
  std::ostringstream stream;
  module.save(stream, {{"contract.json", spec::ContractToJson(graph.contract, 2)},
                       {"policy_hash", policy::PolicyHash(graph)}});
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
