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
  std::map<std::string, std::vector<int64_t>> attributes;
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

// numbers in a row of a constant, and its sizes where there are several; 0 if they are nonsense
int64_t RowSize(const onnx::TensorProto& proto, int64_t elements, std::vector<int64_t>* shape) {
  const int dims = proto.dims_size();
  if (dims <= 2) return dims == 0 ? 1 : proto.dims(dims - 1);
  int64_t size = 1;
  for (int k = 1; k < dims; ++k) {
    if (proto.dims(k) < 1 || proto.dims(k) > elements / size) return 0;
    size *= proto.dims(k);
    shape->push_back(proto.dims(k));
  }
  return size;
}

// floats and whole numbers, raw; anything else is not ours. More than two sizes are those of a
// kernel
OnnxTensor ReadTensor(const onnx::TensorProto& proto) {
  const auto type = proto.data_type();
  const bool wide = type == onnx::TensorProto::INT64;
  const bool number = type == onnx::TensorProto::FLOAT || type == onnx::TensorProto::INT32 || wide;
  const int dims = proto.dims_size();
  if (!number || (dims > 2 && dims != 4) || !proto.has_raw_data()) {
    throw BadModel{
        fmt::format("constant '{}' is no raw matrix of numbers", Printable(proto.name()))};
  }
  const std::string& raw = proto.raw_data();
  const size_t width = wide ? 8 : 4;
  const int64_t elements = static_cast<int64_t>(raw.size() / width);
  OnnxTensor tensor;
  tensor.rows = dims >= 2 ? proto.dims(0) : 1;
  tensor.columns = RowSize(proto, elements, &tensor.row_shape);
  const bool fits = tensor.rows > 0 && tensor.columns > 0 && raw.size() % width == 0 &&
                    tensor.columns <= elements && tensor.rows == elements / tensor.columns &&
                    elements % tensor.columns == 0;
  if (!fits) {
    throw BadModel{fmt::format("constant '{}' has {} bytes, which are not {} x {} numbers",
                               Printable(proto.name()), raw.size(), tensor.rows, tensor.columns)};
  }
  tensor.values.resize(static_cast<size_t>(elements));
  if (type == onnx::TensorProto::FLOAT) {
    std::memcpy(tensor.values.data(), raw.data(), raw.size());
    return tensor;
  }
  for (size_t i = 0; i < tensor.values.size(); ++i) {
    int32_t value = 0;
    int64_t place = 0;
    std::memcpy(&value, raw.data() + width * i, sizeof value);
    if (wide) std::memcpy(&place, raw.data() + width * i, sizeof place);
    tensor.values[i] = wide ? static_cast<float>(place) : static_cast<float>(value);
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
    constexpr int kMost = 8;
    const bool list = attribute.type() == onnx::AttributeProto::INTS && attribute.ints_size() > 0 &&
                      attribute.ints_size() <= kMost;
    if (!list && attribute.type() != onnx::AttributeProto::INT) {
      throw BadModel{fmt::format("attribute '{}' of operator '{}' is not known",
                                 Printable(attribute.name()), node.op)};
    }
    auto& values = node.attributes[attribute.name()];
    values.assign(attribute.ints().begin(), attribute.ints().end());
    if (!list) values = {attribute.i()};
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
  Interpreter(OnnxGraph graph, std::vector<float> initial_state)
      : graph_(std::move(graph)), initial_(std::move(initial_state)), state_(initial_) {}
  std::string name() const override { return "onnx interpreter"; }
  void Reset() override { state_ = initial_; }

  int Torque(std::span<const float> observation, std::span<const float> noise,
             std::span<float> torque) override {
    std::map<std::string, OnnxTensor> inputs{{"observation", Row(observation)}};
    if (!noise.empty()) {
      inputs["noise"] = Row(noise);
    } else if (graph_.has_input("noise")) {
      inputs["noise"] = Row(std::vector<float>(torque.size()));
    }
    if (!state_.empty()) inputs["state"] = Row(state_);
    const auto outputs = graph_.Run(std::move(inputs));
    const auto command = std::ranges::find_if(
        kCommandNames, [&outputs](const char* name) { return outputs.contains(name); });
    if (command == kCommandNames.end() || !outputs.contains("status") ||
        outputs.at(*command).values.size() != torque.size() ||
        outputs.at("status").values.size() != 1) {
      throw Error(
          fmt::format("{}: commands and status are not what was exported", graph_.source()));
    }
    if (!state_.empty()) {
      const auto next = outputs.find("next_state");
      if (next == outputs.end() || next->second.values.size() != state_.size()) {
        throw Error(fmt::format("{}: next_state is not what was exported", graph_.source()));
      }
      state_ = next->second.values;
    }
    std::ranges::copy(outputs.at(*command).values, torque.begin());
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
  std::vector<float> initial_, state_;
};

}  // namespace

std::unique_ptr<Backend> MakeOnnxInterpreter(OnnxGraph graph, std::vector<float> initial_state) {
  return std::make_unique<Interpreter>(std::move(graph), std::move(initial_state));
}

}  // namespace sinew::deploy
