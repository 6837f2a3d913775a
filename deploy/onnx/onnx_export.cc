#include "deploy/onnx/onnx_export.h"

#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <cfloat>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"
#include "core/version.h"
#include "deploy/base/backend.h"
#include "deploy/base/golden.h"
#include "deploy/onnx/onnx_builder.h"
#include "policy/policy_file.h"

namespace sinew::deploy {
namespace {

constexpr int kOpset = 13;
constexpr int kIrVersion = 7;

void SetType(onnx::ValueInfoProto* value, const std::string& name, int64_t width,
             onnx::TensorProto::DataType type, const std::string& doc) {
  value->set_name(name);
  value->set_doc_string(doc);
  auto* tensor = value->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  tensor->mutable_shape()->add_dim()->set_dim_param("batch");
  tensor->mutable_shape()->add_dim()->set_dim_value(width);
}

// action [-1, 1] to commands
std::string Command(const spec::Contract& contract, const std::string& action, OnnxBuilder* graph) {
  std::vector<float> start, half_range, low, high;
  for (const spec::ActionElement& joint : contract.action) {
    start.push_back(static_cast<float>(joint.low()));
    half_range.push_back(static_cast<float>(0.5 * (joint.high() - joint.low())));
    low.push_back(WithinLimit(std::min(joint.low(), joint.high())));
    high.push_back(WithinLimit(std::max(joint.low(), joint.high())));
  }
  const std::string word = spec::CommandWord(contract.action);
  const std::string above = graph->Op("Add", {action, "one"}, "action_above_low");
  const std::string scaled = graph->Op(
      "Mul", {above, graph->Vector(word + "_half_range", half_range)}, word + "_above_low");
  const std::string command =
      graph->Op("Add", {scaled, graph->Vector(word + "_start", start)}, word + "_unbounded");
  const std::string capped =
      graph->Op("Min", {command, graph->Vector(word + "_high", high)}, word + "_capped");
  return graph->Op("Max", {capped, graph->Vector(word + "_low", low)}, word + "_bounded");
}

// What stands in for the commands where something is not finite: zero, and for a position's target,
// which a drive is to hold, no number that it could be taken for.
std::string Fallback(const spec::Contract& contract, OnnxBuilder* graph) {
  if (std::ranges::none_of(contract.action, IsHeld)) return "zero";
  std::vector<float> values;
  for (const spec::ActionElement& joint : contract.action)
    values.push_back(IsHeld(joint) ? std::numeric_limits<float>::quiet_NaN() : 0.0f);
  return graph->Vector("fallback", values);
}

void AddConstants(OnnxBuilder* graph) {
  graph->Scalar("zero", 0);
  graph->Scalar("half", 0.5f);
  graph->Scalar("one", 1);
  graph->Scalar("minus_one", -1);
  graph->Scalar("largest", FLT_MAX);
  graph->Places("columns", {1});
  graph->Whole("ok", 0);
  graph->Whole("bad_observation", 1);
  graph->Whole("bad_output", 2);
}

// whether all inputs of a row are finite [batch, 1]
std::string GoodInput(bool stochastic, OnnxBuilder* graph) {
  const std::string observation = graph->All(graph->Finite("observation"));
  if (!stochastic) return observation;
  const std::string noise = graph->Finite("noise");
  graph->Op("Where", {noise, "noise", "zero"}, "finite_noise");
  return graph->Op("And", {observation, graph->All(noise)}, "good_input");
}

// The policy's values in the ONNX graph, by their names in the policy.
class Values {
 public:
  Values(const policy::PolicyGraph& policy, OnnxBuilder* graph)
      : policy_(policy), shapes_(policy::CheckGraph(policy)), graph_(*graph) {}

  // slots are columns of the one input
  void ReadState() {
    int64_t at = 0;
    if (policy::HasFill(policy_)) {
      const std::string begun = graph_.Columns("state", 0, 1, "state.begun");
      graph_.Op("Greater", {begun, "half"}, "has_begun");
      at = 1;
    }
    for (const policy::StateSlot& slot : policy_.state) {
      const int64_t size = policy::ElementCount(slot.shape);
      names_[slot.name] = graph_.Columns("state", at, at + size, "state." + slot.name);
      at += size;
    }
    Set(policy::kObservation, "finite_observation");
  }

  void Evaluate(const std::string& noise) {
    for (const policy::Node& node : policy_.nodes) {
      OnnxBuilder::Names inputs;
      for (const std::string& input : node.inputs) inputs.push_back(names_.at(input));
      Set(node.output, OperationInOnnx(node, shapes_, inputs, noise, &graph_));
    }
  }

  const std::string& output() const { return names_.at(policy_.action); }

  // @param action  the bounded one. @param good  [batch x 1]: other rows stay as they were
  void WriteState(const std::string& action, const std::string& good) {
    names_[policy::kAction] = action;
    OnnxBuilder::Names next;
    if (policy::HasFill(policy_)) {
      onnx::NodeProto* begun = graph_.Node("Cast", {good}, "next.begun");
      OnnxBuilder::SetInt(begun, "to", onnx::TensorProto::FLOAT);
      next.push_back(begun->output(0));
    }
    for (const policy::StateSlot& slot : policy_.state) {
      next.push_back(names_.at(slot.next));
      const auto joints = static_cast<int64_t>(policy_.contract.action.size());
      const int64_t written =
          slot.next == policy::kAction ? joints : policy::ElementCount(shapes_.at(slot.next));
      const int64_t size = policy::ElementCount(slot.shape);
      if (written == size) continue;
      next.push_back(
          graph_.Columns(names_.at(slot.name), 0, size - written, "next." + slot.name + ".rest"));
    }
    graph_.Op("Where", {good, graph_.Concatenate(next, "next"), "state"}, "next_state");
  }

 private:
  // with the slots that this value fills at the start of an episode
  void Set(const std::string& value, const std::string& name) {
    names_[value] = name;
    for (const policy::StateSlot& slot : policy_.state) {
      if (slot.fill != value) continue;
      const auto copies = static_cast<size_t>(policy::ElementCount(slot.shape) /
                                              policy::ElementCount(shapes_.at(value)));
      const std::string filled =
          graph_.Concatenate(OnnxBuilder::Names(copies, name), "fill." + slot.name);
      names_[slot.name] =
          graph_.Op("Where", {"has_begun", names_.at(slot.name), filled}, "filled." + slot.name);
    }
  }

  const policy::PolicyGraph& policy_;
  policy::Shapes shapes_;
  OnnxBuilder& graph_;
  std::map<std::string, std::string> names_;
};

void BuildGraph(const policy::PolicyGraph& policy, bool stochastic, onnx::GraphProto* proto) {
  OnnxBuilder graph(proto);
  AddConstants(&graph);
  const std::string good_input = GoodInput(stochastic, &graph);
  graph.Op("Where", {"observation.finite", "observation", "zero"}, "finite_observation");
  Values values(policy, &graph);
  values.ReadState();
  values.Evaluate(stochastic ? "finite_noise" : "");
  const std::string good_output = graph.All(graph.Finite(values.output()));
  const std::string good = graph.Op("And", {good_input, good_output}, "good");
  const std::string bounded =
      graph.Op("Clip", {values.output(), "minus_one", "one"}, "action_bounded");
  const std::string command = Command(policy.contract, bounded, &graph);
  graph.Op("Where", {good, command, Fallback(policy.contract, &graph)},
           spec::CommandWord(policy.contract.action));
  graph.Op("Where", {good, bounded, "zero"}, "action");
  const std::string output_status =
      graph.Op("Where", {good_output, "ok", "bad_output"}, "output_status");
  graph.Op("Where", {good_input, output_status, "bad_observation"}, "status");
  if (policy::HasState(policy)) values.WriteState(bounded, good);
}

// what a caller needs to know of the state vector
std::string StateJson(const policy::PolicyGraph& policy) {
  auto slots = nlohmann::json::array();
  if (policy::HasFill(policy)) slots.push_back({{"name", "begun"}, {"shape", {1}}});
  for (const policy::StateSlot& slot : policy.state) {
    slots.push_back({{"name", slot.name}, {"shape", slot.shape}});
  }
  return nlohmann::json{{"slots", slots}, {"initial", policy::InitialState(policy)}}.dump();
}

void AddMetadata(onnx::ModelProto* model, const char* key, const std::string& value) {
  auto* entry = model->add_metadata_props();
  entry->set_key(key);
  entry->set_value(value);
}

}  // namespace

std::string OnnxModel(const policy::PolicyGraph& policy, bool stochastic) {
  policy::CheckGraph(policy);
  const spec::Contract& contract = policy.contract;
  const auto obs_dim = static_cast<int64_t>(contract.observation.size());
  const auto act_dim = static_cast<int64_t>(contract.action.size());
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("sinew");
  model.set_producer_version(Version());
  model.set_doc_string(
      fmt::format("policy for the task {}, learned by {}", contract.task, contract.agent));
  model.add_opset_import()->set_version(kOpset);
  AddMetadata(&model, kFormatEntry, "sinew-onnx-1");
  AddMetadata(&model, kPolicyHashEntry, policy::PolicyHash(policy));
  AddMetadata(&model, kContractEntry, spec::ContractToJson(contract));
  onnx::GraphProto* graph = model.mutable_graph();
  graph->set_name("policy");
  constexpr auto kFloat = onnx::TensorProto::FLOAT;
  SetType(graph->add_input(), "observation", obs_dim, kFloat, "raw, in the contract's order");
  if (stochastic) SetType(graph->add_input(), "noise", act_dim, kFloat, "standard normal");
  const int64_t state_dim = policy::StateSize(policy);
  if (state_dim > 0) {
    AddMetadata(&model, kStateEntry, StateJson(policy));
    SetType(graph->add_input(), "state", state_dim, kFloat, "next_state of the step before");
  }
  SetType(graph->add_output(), spec::CommandWord(contract.action), act_dim, kFloat,
          spec::CommandUnit(contract.action) + ", within the limits");
  SetType(graph->add_output(), "action", act_dim, kFloat, "normalised, -1 to 1");
  SetType(graph->add_output(), "status", 1, onnx::TensorProto::INT32,
          "0: all is well, 1: bad observation, 2: bad output");
  if (state_dim > 0) {
    SetType(graph->add_output(), "next_state", state_dim, kFloat, "state of the next step");
  }
  BuildGraph(policy, stochastic, graph);
  try {
    onnx::checker::check_model(model);
    onnx::shape_inference::InferShapes(model);
    onnx::checker::check_model(model);
  } catch (const std::exception& error) {
    throw Error(fmt::format("the ONNX model is not valid: {}", error.what()));
  }
  return model.SerializeAsString();
}

}  // namespace sinew::deploy
