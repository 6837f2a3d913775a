#pragma once

#include <onnx/onnx_pb.h>

#include <span>
#include <string>
#include <vector>

#include "policy/graph.h"

namespace sinew::deploy {

/// Adds constants and nodes to an ONNX graph, and names what they give. Every value is a matrix
/// [batch x numbers], pictures too.
class OnnxBuilder {
 public:
  using Names = std::vector<std::string>;

  explicit OnnxBuilder(onnx::GraphProto* graph) : graph_(graph) {}

  std::string Constant(const std::string& name, std::span<const float> values,
                       const std::vector<int64_t>& shape);
  std::string Vector(const std::string& name, std::span<const float> values);
  std::string Scalar(const std::string& name, float value);
  /// Whole numbers as sizes and places are given.
  std::string Places(const std::string& name, const std::vector<int64_t>& values);
  /// A 32-bit whole number.
  std::string Whole(const std::string& name, int32_t value);

  onnx::NodeProto* Node(const std::string& op, const Names& inputs, const std::string& output);
  std::string Op(const std::string& op, const Names& inputs, const std::string& output);
  static void SetInt(onnx::NodeProto* node, const char* name, int64_t value);
  static void SetInts(onnx::NodeProto* node, const char* name, const std::vector<int64_t>& values);

  /// weight x + bias, weight [outputs x inputs].
  std::string Dense(const policy::Tensor& weight, const policy::Tensor& bias, const std::string& x,
                    const std::string& name);
  std::string Activate(policy::Activation activation, const std::string& x,
                       const std::string& name);
  /// The columns [begin, end).
  std::string Columns(const std::string& x, int64_t begin, int64_t end, const std::string& name);
  /// Side by side.
  std::string Concatenate(const Names& values, const std::string& name);
  /// The mean of each row [batch x 1].
  std::string RowMean(const std::string& x, const std::string& name);
  /// True [batch x n] where x is finite: NaN compares as false.
  std::string Finite(const std::string& x);
  /// True [batch x 1] where every element of a row is.
  std::string All(const std::string& condition);

 private:
  onnx::GraphProto* graph_;
};

/// The nodes of one operation: the row in this emitter's table.
/// @param inputs  names in the ONNX graph. @param noise  [batch x act_dim]; empty: the
/// deterministic action. @return the name of what it gives.
std::string OperationInOnnx(const policy::Node& node, const policy::Shapes& shapes,
                            const std::vector<std::string>& inputs, const std::string& noise,
                            OnnxBuilder* builder);

}  // namespace sinew::deploy
