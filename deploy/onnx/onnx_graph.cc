#include "deploy/onnx/onnx_graph.h"

#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "core/error.h"
#include "deploy/onnx/onnx_operators.h"

namespace sinew::deploy {
namespace {

struct Node {
  std::string op, output;
  std::vector<std::string> inputs;
  std::map<std::string, int64_t> attributes;
};

struct Port {
  std::string name;
  int64_t width = 0;
};

// why a file is refused
struct BadModel {
  std::string what;
};

// names end up in messages of one line
std::string Printable(std::string text) {
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  constexpr size_t kLongest = 200;
  return text.substr(0, kLongest);
}

// numbers of 32 bits, raw; anything else is not ours
OnnxTensor ReadTensor(const onnx::TensorProto& proto) {
  const bool number = proto.data_type() == onnx::TensorProto::FLOAT ||
                      proto.data_type() == onnx::TensorProto::INT32;
  if (!number || proto.dims_size() > 2 || !proto.has_raw_data()) {
    throw BadModel{
        fmt::format("constant '{}' is no raw matrix of 32-bit numbers", Printable(proto.name()))};
  }
  const std::string& raw = proto.raw_data();
  const int64_t elements = static_cast<int64_t>(raw.size() / 4);
  const int dims = proto.dims_size();
  OnnxTensor tensor;
  tensor.rows = dims == 2 ? proto.dims(0) : 1;
  tensor.columns = dims == 0 ? 1 : proto.dims(dims - 1);
  const bool fits = tensor.rows > 0 && tensor.columns > 0 && raw.size() % 4 == 0 &&
                    tensor.columns <= elements && tensor.rows == elements / tensor.columns &&
                    elements % tensor.columns == 0;
  if (!fits) {
    throw BadModel{fmt::format("constant '{}' has {} bytes, which are not {} x {} numbers",
                               Printable(proto.name()), raw.size(), tensor.rows, tensor.columns)};
  }
  tensor.values.resize(static_cast<size_t>(elements));
  if (proto.data_type() == onnx::TensorProto::FLOAT) {
    std::memcpy(tensor.values.data(), raw.data(), raw.size());
    return tensor;
  }
  for (size_t i = 0; i < tensor.values.size(); ++i) {
    int32_t value = 0;
    std::memcpy(&value, raw.data() + 4 * i, 4);
    tensor.values[i] = static_cast<float>(value);
  }
  return tensor;
}

Node ReadNode(const onnx::NodeProto& proto) {
  if (!proto.domain().empty() || !IsKnownOperator(proto.op_type()) || proto.output_size() != 1) {
    throw BadModel{fmt::format("operator '{}' is not known", Printable(proto.op_type()))};
  }
  Node node{proto.op_type(), proto.output(0), {}, {}};
  node.inputs.assign(proto.input().begin(), proto.input().end());
  for (const auto& attribute : proto.attribute()) {
    const bool one = attribute.type() == onnx::AttributeProto::INTS && attribute.ints_size() == 1;
    if (!one && attribute.type() != onnx::AttributeProto::INT) {
      throw BadModel{fmt::format("attribute '{}' of operator '{}' is not known",
                                 Printable(attribute.name()), node.op)};
    }
    node.attributes[attribute.name()] = one ? attribute.ints(0) : attribute.i();
  }
  return node;
}

std::vector<Port> ReadPorts(
    const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& values) {
  std::vector<Port> ports;
  for (const auto& value : values) {
    const auto& shape = value.type().tensor_type().shape();
    if (shape.dim_size() != 2 || shape.dim(1).dim_value() < 1) {
      throw BadModel{fmt::format("'{}' is not a matrix of known width", Printable(value.name()))};
    }
    ports.push_back({value.name(), shape.dim(1).dim_value()});
  }
  return ports;
}

}  // namespace

struct OnnxGraph::Impl {
  std::string source;
  std::map<std::string, std::string> metadata;
  std::map<std::string, OnnxTensor> constants;
  std::vector<Node> nodes;  // each behind those that it reads
  std::vector<Port> inputs, outputs;

  void Read(const onnx::ModelProto& model) {
    for (const auto& entry : model.metadata_props()) metadata[entry.key()] = entry.value();
    const onnx::GraphProto& graph = model.graph();
    for (const auto& tensor : graph.initializer()) constants[tensor.name()] = ReadTensor(tensor);
    for (const auto& node : graph.node()) nodes.push_back(ReadNode(node));
    inputs = ReadPorts(graph.input());
    outputs = ReadPorts(graph.output());
    CheckOrder();
  }

  void CheckOrder() const {
    std::set<std::string> known;
    for (const auto& [name, tensor] : constants) known.insert(name);
    for (const Port& input : inputs) known.insert(input.name);
    for (const Node& node : nodes) {
      for (const std::string& input : node.inputs) {
        if (known.contains(input)) continue;
        throw BadModel{fmt::format("'{}' is read before anything gives it", Printable(input))};
      }
      known.insert(node.output);
    }
    for (const Port& output : outputs) {
      if (known.contains(output.name)) continue;
      throw BadModel{fmt::format("nothing gives the output '{}'", Printable(output.name))};
    }
  }
};

OnnxGraph::OnnxGraph(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OnnxGraph::~OnnxGraph() = default;
OnnxGraph::OnnxGraph(OnnxGraph&&) noexcept = default;

OnnxGraph OnnxGraph::Parse(const std::string& bytes, const std::string& source) {
  auto impl = std::make_unique<Impl>();
  impl->source = source;
  onnx::ModelProto model;
  try {
    if (!model.ParseFromString(bytes)) throw BadModel{"not an ONNX file, or truncated"};
    // first, since the checker would open other files that a tensor may refer to
    impl->Read(model);
    onnx::checker::check_model(model);
  } catch (const BadModel& bad) {
    throw UserError(fmt::format("{}: {}", source, bad.what));
  } catch (const std::exception& error) {
    throw UserError(fmt::format("{}: {}", source, Printable(error.what())));
  }
  return OnnxGraph(std::move(impl));
}

const std::string& OnnxGraph::source() const { return impl_->source; }
const std::map<std::string, std::string>& OnnxGraph::metadata() const { return impl_->metadata; }

bool OnnxGraph::has_input(const std::string& name) const {
  return std::ranges::find(impl_->inputs, name, &Port::name) != impl_->inputs.end();
}

int64_t OnnxGraph::Width(const std::string& name) const {
  for (const auto* ports : {&impl_->inputs, &impl_->outputs}) {
    const auto found = std::ranges::find(*ports, name, &Port::name);
    if (found != ports->end()) return found->width;
  }
  throw UserError(fmt::format("{}: the model has no input or output '{}'", impl_->source, name));
}

std::map<std::string, OnnxTensor> OnnxGraph::Run(std::map<std::string, OnnxTensor> values) const {
  for (const Port& port : impl_->inputs) {
    const auto found = values.find(port.name);
    if (found == values.end() || found->second.columns != port.width) {
      throw UserError(fmt::format("{}: input '{}' needs {} columns", impl_->source,
                                  Printable(port.name), port.width));
    }
  }
  const auto at = [&](const std::string& name) {
    const auto constant = impl_->constants.find(name);
    return constant == impl_->constants.end() ? &values.at(name) : &constant->second;
  };
  int64_t elements = 0;
  for (const Node& node : impl_->nodes) {
    std::vector<const OnnxTensor*> operands;
    for (const std::string& input : node.inputs) operands.push_back(at(input));
    try {
      OnnxTensor result = ApplyOperator(node.op, operands, node.attributes);
      elements += static_cast<int64_t>(result.values.size());
      if (elements > kMostElements) throw BadOperation{"all results together are too large"};
      values[node.output] = std::move(result);
    } catch (const BadOperation& bad) {
      throw UserError(
          fmt::format("{}: {} '{}': {}", impl_->source, node.op, Printable(node.output), bad.what));
    }
  }
  std::map<std::string, OnnxTensor> results;
  for (const Port& port : impl_->outputs) results[port.name] = *at(port.name);
  return results;
}

namespace {

class Interpreter : public Backend {
 public:
  explicit Interpreter(OnnxGraph graph) : graph_(std::move(graph)) {}
  std::string name() const override { return "onnx interpreter"; }

  int Torque(std::span<const float> observation, std::span<const float> noise,
             std::span<float> torque) override {
    std::map<std::string, OnnxTensor> inputs{{"observation", Row(observation)}};
    if (!noise.empty()) {
      inputs["noise"] = Row(noise);
    } else if (graph_.has_input("noise")) {
      inputs["noise"] = Row(std::vector<float>(torque.size()));
    }
    const auto outputs = graph_.Run(std::move(inputs));
    if (!outputs.contains("torque") || !outputs.contains("status") ||
        outputs.at("torque").values.size() != torque.size() ||
        outputs.at("status").values.size() != 1) {
      throw Error(fmt::format("{}: torque and status are not what was exported", graph_.source()));
    }
    std::ranges::copy(outputs.at("torque").values, torque.begin());
    const float status = outputs.at("status").values.front();
    if (!(status >= 0 && status <= 2)) {
      throw Error(fmt::format("{}: the status is {}, expected 0, 1 or 2", graph_.source(), status));
    }
    return static_cast<int>(status);
  }

 private:
  static OnnxTensor Row(std::span<const float> values) {
    return {1, static_cast<int64_t>(values.size()), {values.begin(), values.end()}};
  }

  OnnxGraph graph_;
};

}  // namespace

std::unique_ptr<Backend> MakeOnnxInterpreter(OnnxGraph graph) {
  return std::make_unique<Interpreter>(std::move(graph));
}

}  // namespace sinew::deploy
