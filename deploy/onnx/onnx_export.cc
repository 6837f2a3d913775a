#include "deploy/onnx/onnx_export.h"

#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/version.h"
#include "deploy/base/golden.h"

namespace sinew::deploy {
namespace {

constexpr int kOpset = 13;
constexpr int kIrVersion = 7;

using Names = std::vector<std::string>;

// Adds constants and nodes to a graph, and names what they give.
class GraphBuilder {
 public:
  explicit GraphBuilder(onnx::GraphProto* graph) : graph_(graph) {}

  std::string Constant(const std::string& name, std::span<const float> values,
                       const std::vector<int64_t>& shape) {
    onnx::TensorProto* tensor = graph_->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    for (const int64_t size : shape) tensor->add_dims(size);
    tensor->set_raw_data(values.data(), values.size_bytes());
    return name;
  }
  std::string Vector(const std::string& name, std::span<const float> values) {
    return Constant(name, values, {static_cast<int64_t>(values.size())});
  }
  std::string Scalar(const std::string& name, float value) {
    return Constant(name, {&value, 1}, {});
  }
  std::string Whole(const std::string& name, int32_t value) {
    onnx::TensorProto* tensor = graph_->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::INT32);
    tensor->set_raw_data(&value, sizeof value);
    return name;
  }

  onnx::NodeProto* Node(const std::string& op, const Names& inputs, const std::string& output) {
    onnx::NodeProto* node = graph_->add_node();
    node->set_op_type(op);
    node->set_name(output);
    for (const std::string& input : inputs) node->add_input(input);
    node->add_output(output);
    return node;
  }
  std::string Op(const std::string& op, const Names& inputs, const std::string& output) {
    Node(op, inputs, output);
    return output;
  }

  // weight [outputs x inputs] as the policy file has it
  std::string Dense(std::span<const float> weight, std::span<const float> bias,
                    const std::string& x, const std::string& name) {
    const auto outputs = static_cast<int64_t>(bias.size());
    const auto inputs = static_cast<int64_t>(weight.size()) / outputs;
    const Names operands{x, Constant(name + ".weight", weight, {outputs, inputs}),
                         Vector(name + ".bias", bias)};
    SetInt(Node("Gemm", operands, name), "transB", 1);
    return name;
  }

  // true [batch, act_dim or obs_dim] where x is finite: NaN compares as false
  std::string Finite(const std::string& x) {
    const std::string size = Op("Abs", {x}, x + ".size");
    return Op("LessOrEqual", {size, "largest"}, x + ".finite");
  }

  // true [batch, 1] where every element of a row is
  std::string All(const std::string& condition) {
    onnx::NodeProto* cast = Node("Cast", {condition}, condition + ".number");
    SetInt(cast, "to", onnx::TensorProto::FLOAT);
    onnx::NodeProto* least = Node("ReduceMin", {cast->output(0)}, condition + ".least");
    SetInt(least, "keepdims", 1);
    onnx::AttributeProto* axes = least->add_attribute();
    axes->set_name("axes");
    axes->set_type(onnx::AttributeProto::INTS);
    axes->add_ints(1);
    return Op("Greater", {least->output(0), "half"}, condition + ".all");
  }

 private:
  static void SetInt(onnx::NodeProto* node, const char* name, int64_t value) {
    onnx::AttributeProto* attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(value);
  }

  onnx::GraphProto* graph_;
};

void SetType(onnx::ValueInfoProto* value, const std::string& name, int64_t width,
             onnx::TensorProto::DataType type, const char* doc) {
  value->set_name(name);
  value->set_doc_string(doc);
  auto* tensor = value->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  tensor->mutable_shape()->add_dim()->set_dim_param("batch");
  tensor->mutable_shape()->add_dim()->set_dim_value(width);
}

std::string Activate(const std::string& activation, const std::string& x, GraphBuilder* graph) {
  if (activation == "relu") return graph->Op("Relu", {x}, x + ".relu");
  if (activation == "tanh") return graph->Op("Tanh", {x}, x + ".tanh");
  return x;
}

// u + exp(log_std) noise
std::string AddNoise(const policy::GaussianHead& head, const std::string& x, const std::string& u,
                     GraphBuilder* graph) {
  std::string log_std;
  if (head.weight.empty()) {
    log_std = graph->Vector("log_std", head.bias);
  } else {
    const std::string raw = graph->Dense(head.weight, head.bias, x, "log_std_head");
    const std::string squashed = graph->Op("Tanh", {raw}, "log_std_squashed");
    const std::string share = graph->Op("Add", {squashed, "one"}, "log_std_share");
    const std::string half_range =
        graph->Scalar("log_std_half_range", 0.5f * (head.high - head.low));
    const std::string above = graph->Op("Mul", {share, half_range}, "log_std_above_low");
    log_std = graph->Op("Add", {above, graph->Scalar("log_std_low", head.low)}, "log_std");
  }
  const std::string std_dev = graph->Op("Exp", {log_std}, "std_dev");
  const std::string deviation = graph->Op("Mul", {std_dev, "finite_noise"}, "deviation");
  return graph->Op("Add", {u, deviation}, "sample");
}

// the last layer's output, before it is bounded
std::string Network(const policy::PolicyArtifact& artifact, bool stochastic, std::string x,
                    GraphBuilder* graph) {
  for (size_t k = 0; k < artifact.layers.size(); ++k) {
    const policy::DenseLayer& layer = artifact.layers[k];
    std::string u = graph->Dense(layer.weight, layer.bias, x, fmt::format("layer{}", k));
    if (stochastic && k + 1 == artifact.layers.size()) {
      u = AddNoise(artifact.gaussian.value(), x, u, graph);
    }
    x = Activate(layer.activation, u, graph);
  }
  return x;
}

std::string Normalized(const policy::PolicyArtifact& artifact, GraphBuilder* graph) {
  const std::string mean = graph->Vector("obs_mean", artifact.obs_mean);
  const std::string finite =
      graph->Op("Where", {"observation.finite", "observation", mean}, "finite_observation");
  const std::string centred = graph->Op("Sub", {finite, mean}, "centred");
  const std::string scaled =
      graph->Op("Mul", {centred, graph->Vector("obs_scale", artifact.obs_scale)}, "scaled");
  const std::string low = graph->Scalar("obs_low", -artifact.obs_clip);
  const std::string high = graph->Scalar("obs_high", artifact.obs_clip);
  return graph->Op("Clip", {scaled, low, high}, "normalized");
}

// action [-1, 1] to N·m
std::string Torque(const spec::Contract& contract, const std::string& action, GraphBuilder* graph) {
  std::vector<float> start, half_range, low, high;
  for (const spec::ActionElement& joint : contract.action) {
    start.push_back(static_cast<float>(joint.torque_low));
    half_range.push_back(static_cast<float>(0.5 * (joint.torque_high - joint.torque_low)));
    low.push_back(WithinLimit(std::min(joint.torque_low, joint.torque_high)));
    high.push_back(WithinLimit(std::max(joint.torque_low, joint.torque_high)));
  }
  const std::string above = graph->Op("Add", {action, "one"}, "action_above_low");
  const std::string scaled =
      graph->Op("Mul", {above, graph->Vector("torque_half_range", half_range)}, "torque_above_low");
  const std::string torque =
      graph->Op("Add", {scaled, graph->Vector("torque_start", start)}, "torque_unbounded");
  const std::string capped =
      graph->Op("Min", {torque, graph->Vector("torque_high", high)}, "torque_capped");
  return graph->Op("Max", {capped, graph->Vector("torque_low", low)}, "torque_bounded");
}

void AddConstants(GraphBuilder* graph) {
  graph->Scalar("zero", 0);
  graph->Scalar("half", 0.5f);
  graph->Scalar("one", 1);
  graph->Scalar("minus_one", -1);
  graph->Scalar("largest", FLT_MAX);
  graph->Whole("ok", 0);
  graph->Whole("bad_observation", 1);
  graph->Whole("bad_output", 2);
}

// whether all inputs of a row are finite [batch, 1]
std::string GoodInput(bool stochastic, GraphBuilder* graph) {
  const std::string observation = graph->All(graph->Finite("observation"));
  if (!stochastic) return observation;
  const std::string noise = graph->Finite("noise");
  graph->Op("Where", {noise, "noise", "zero"}, "finite_noise");
  return graph->Op("And", {observation, graph->All(noise)}, "good_input");
}

void BuildGraph(const policy::PolicyArtifact& artifact, bool stochastic, onnx::GraphProto* proto) {
  GraphBuilder graph(proto);
  AddConstants(&graph);
  const std::string good_input = GoodInput(stochastic, &graph);
  const std::string output = Network(artifact, stochastic, Normalized(artifact, &graph), &graph);
  const std::string good_output = graph.All(graph.Finite(output));
  const std::string good = graph.Op("And", {good_input, good_output}, "good");
  const std::string bounded = graph.Op("Clip", {output, "minus_one", "one"}, "action_bounded");
  const std::string torque = Torque(artifact.contract, bounded, &graph);
  graph.Op("Where", {good, torque, "zero"}, "torque");
  graph.Op("Where", {good, bounded, "zero"}, "action");
  const std::string output_status =
      graph.Op("Where", {good_output, "ok", "bad_output"}, "output_status");
  graph.Op("Where", {good_input, output_status, "bad_observation"}, "status");
}

void AddMetadata(onnx::ModelProto* model, const char* key, const std::string& value) {
  auto* entry = model->add_metadata_props();
  entry->set_key(key);
  entry->set_value(value);
}

}  // namespace

std::string OnnxModel(const policy::PolicyArtifact& artifact, bool stochastic) {
  policy::CheckArtifact(artifact);
  const spec::Contract& contract = artifact.contract;
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
  AddMetadata(&model, kPolicyHashEntry, policy::PolicyHash(artifact));
  AddMetadata(&model, kContractEntry, spec::ContractToJson(contract));
  onnx::GraphProto* graph = model.mutable_graph();
  graph->set_name("policy");
  constexpr auto kFloat = onnx::TensorProto::FLOAT;
  SetType(graph->add_input(), "observation", obs_dim, kFloat, "raw, in the contract's order");
  if (stochastic) SetType(graph->add_input(), "noise", act_dim, kFloat, "standard normal");
  SetType(graph->add_output(), "torque", act_dim, kFloat, "N·m, within the limits");
  SetType(graph->add_output(), "action", act_dim, kFloat, "normalised, -1 to 1");
  SetType(graph->add_output(), "status", 1, onnx::TensorProto::INT32,
          "0: all is well, 1: bad observation, 2: bad output");
  BuildGraph(artifact, stochastic, graph);
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
