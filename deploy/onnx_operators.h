#pragma once

#include <map>
#include <string>
#include <vector>

#include "deploy/onnx_graph.h"

namespace sinew::deploy {

/// Why an operation cannot be carried out.
struct BadOperation {
  std::string what;
};

/// @param attributes  whole numbers by name: transB, to, keepdims, axes (its only element).
/// @return the only output. @throws BadOperation if the operator is not known, or the number or
/// sizes of its inputs do not fit.
OnnxTensor ApplyOperator(const std::string& op, const std::vector<const OnnxTensor*>& inputs,
                         const std::map<std::string, int64_t>& attributes);

bool IsKnownOperator(const std::string& op);

}  // namespace sinew::deploy
