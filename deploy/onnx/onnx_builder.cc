#include "deploy/onnx/onnx_builder.h"

namespace sinew::deploy {

std::string OnnxBuilder::Constant(const std::string& name, std::span<const float> values,
                                  const std::vector<int64_t>& shape) {
  onnx::TensorProto* tensor = graph_->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(onnx::TensorProto::FLOAT);
  for (const int64_t size : shape) tensor->add_dims(size);
  tensor->set_raw_data(values.data(), values.size_bytes());
  return name;
}

std::string OnnxBuilder::Vector(const std::string& name, std::span<const float> values) {
  return Constant(name, values, {static_cast<int64_t>(values.size())});
}

std::string OnnxBuilder::Scalar(const std::string& name, float value) {
  return Constant(name, {&value, 1}, {});
}

std::string OnnxBuilder::Places(const std::string& name, const std::vector<int64_t>& values) {
  onnx::TensorProto* tensor = graph_->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(onnx::TensorProto::INT64);
  tensor->add_dims(static_cast<int64_t>(values.size()));
  tensor->set_raw_data(values.data(), values.size() * sizeof(int64_t));
  return name;
}

std::string OnnxBuilder::Whole(const std::string& name, int32_t value) {
  onnx::TensorProto* tensor = graph_->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(onnx::TensorProto::INT32);
  tensor->set_raw_data(&value, sizeof value);
  return name;
}

onnx::NodeProto* OnnxBuilder::Node(const std::string& op, const Names& inputs,
                                   const std::string& output) {
  onnx::NodeProto* node = graph_->add_node();
  node->set_op_type(op);
  node->set_name(output);
  for (const std::string& input : inputs) node->add_input(input);
  node->add_output(output);
  return node;
}

std::string OnnxBuilder::Op(const std::string& op, const Names& inputs, const std::string& output) {
  Node(op, inputs, output);
  return output;
}

void OnnxBuilder::SetInt(onnx::NodeProto* node, const char* name, int64_t value) {
  onnx::AttributeProto* attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::INT);
  attribute->set_i(value);
}

void OnnxBuilder::SetInts(onnx::NodeProto* node, const char* name,
                          const std::vector<int64_t>& values) {
  onnx::AttributeProto* attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::INTS);
  for (const int64_t value : values) attribute->add_ints(value);
}

std::string OnnxBuilder::Dense(const policy::Tensor& weight, const policy::Tensor& bias,
                               const std::string& x, const std::string& name) {
  const Names operands{x, Constant(name + ".weight", weight.values, weight.shape),
                       Vector(name + ".bias", bias.values)};
  SetInt(Node("Gemm", operands, name), "transB", 1);
  return name;
}

std::string OnnxBuilder::Activate(policy::Activation activation, const std::string& x,
                                  const std::string& name) {
  switch (activation) {
    case policy::Activation::kIdentity:
      return x;
    case policy::Activation::kRelu:
      return Op("Relu", {x}, name);
    case policy::Activation::kTanh:
      return Op("Tanh", {x}, name);
    case policy::Activation::kSigmoid:
      return Op("Sigmoid", {x}, name);
    case policy::Activation::kSilu:
      break;
  }
  return Op("Mul", {x, Op("Sigmoid", {x}, name + ".gate")}, name);
}

std::string OnnxBuilder::Columns(const std::string& x, int64_t begin, int64_t end,
                                 const std::string& name) {
  return Op("Slice", {x, Places(name + ".begin", {begin}), Places(name + ".end", {end}), "columns"},
            name);
}

std::string OnnxBuilder::Concatenate(const Names& values, const std::string& name) {
  SetInt(Node("Concat", values, name), "axis", 1);
  return name;
}

std::string OnnxBuilder::RowMean(const std::string& x, const std::string& name) {
  onnx::NodeProto* mean = Node("ReduceMean", {x}, name);
  SetInt(mean, "keepdims", 1);
  SetInts(mean, "axes", {1});
  return name;
}

std::string OnnxBuilder::Finite(const std::string& x) {
  const std::string size = Op("Abs", {x}, x + ".size");
  return Op("LessOrEqual", {size, "largest"}, x + ".finite");
}

std::string OnnxBuilder::All(const std::string& condition) {
  onnx::NodeProto* cast = Node("Cast", {condition}, condition + ".number");
  SetInt(cast, "to", onnx::TensorProto::FLOAT);
  onnx::NodeProto* least = Node("ReduceMin", {cast->output(0)}, condition + ".least");
  SetInt(least, "keepdims", 1);
  SetInts(least, "axes", {1});
  return Op("Greater", {least->output(0), "half"}, condition + ".all");
}

}  // namespace sinew::deploy
