#pragma once

#include <map>
#include <string>
#include <vector>

#include "deploy/onnx/onnx_graph.h"

namespace sinew::deploy {

/// In one result, and in all results of a graph together: keeps a small damaged file from asking
/// for all the memory there is.
inline constexpr int64_t kMostElements = int64_t{1} << 24;

/// Why an operation cannot be carried out.
struct BadOperation {
  std::string what;
};

/// @param attributes  whole numbers by name: transB, to, keepdims, axes, axis, strides, pads.
/// @return the only output. @throws BadOperation if the operator is not known, or the number or
/// sizes of its inputs do not fit.
OnnxTensor ApplyOperator(const std::string& op, const std::vector<const OnnxTensor*>& inputs,
                         const std::map<std::string, std::vector<int64_t>>& attributes);

bool IsKnownOperator(const std::string& op);

}  // namespace sinew::deploy
