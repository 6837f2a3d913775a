#pragma once

#include <string_view>

#include "policy/graph.h"

namespace sinew::deploy {

/// A format has no way to express an operation. @throws UserError naming the format, the operation
/// and what the format has.
[[noreturn]] void RefuseOperation(std::string_view format, const policy::Node& node,
                                  std::string_view known);

}  // namespace sinew::deploy
