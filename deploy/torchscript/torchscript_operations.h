#pragma once

#include <string>
#include <utility>
#include <vector>

#include "policy/graph.h"

namespace sinew::deploy {

/// What an operation is in TorchScript: a line of the method `forward`, indented, and the
/// parameters that it reads as self.<name>. Every value is [batch x numbers], pictures too.
struct TorchScriptCode {
  std::string lines;
  std::vector<std::pair<std::string, policy::Tensor>> parameters;
};

/// Name of a value's variable.
std::string TorchScriptName(const std::string& value);

/// The row of the node's operation in this emitter's table. @param stochastic  a tensor good_noise
/// [batch x act_dim] is there.
TorchScriptCode OperationInTorchScript(const policy::Node& node, const policy::Shapes& shapes,
                                       bool stochastic);

}  // namespace sinew::deploy
