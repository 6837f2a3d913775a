#pragma once

#include <variant>

#include "policy/operations/action_table.h"
#include "policy/operations/activation.h"
#include "policy/operations/arrange.h"
#include "policy/operations/clip.h"
#include "policy/operations/conv2d.h"
#include "policy/operations/dense.h"
#include "policy/operations/gaussian.h"
#include "policy/operations/gru.h"
#include "policy/operations/norm.h"
#include "policy/operations/normalize.h"

namespace sinew::policy {

/// Every operation that a policy may be made of. Each is a struct with
///
///   kKind      its name in files and messages
///   kArity     how many values it reads
///   Describe   its fields, named, for whoever reads or writes them
///   Check      whether parameters and inputs fit, and the shape of what it gives
///   Count      what it costs
///   Prepare    the step of the interpreter
///
/// A new one is a pair of files in this folder, a line here, and a row in each emitter of deploy/
/// that can have it.
using Operation = std::variant<Normalize, Dense, Activate, LayerNorm, RmsNorm, Add, Concatenate,
                               Slice, Conv2d, Flatten, Picture, Gru, Gaussian, ActionTable, Clip>;

inline std::string_view KindOf(const Operation& operation) {
  return std::visit([](const auto& op) { return op.kKind; }, operation);
}

/// Visitors made of lambdas.
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

}  // namespace sinew::policy
