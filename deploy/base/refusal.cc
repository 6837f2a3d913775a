#include "deploy/base/refusal.h"

#include <fmt/format.h>

#include "core/error.h"

namespace sinew::deploy {

void RefuseOperation(std::string_view format, const policy::Node& node, std::string_view known) {
  throw UserError(
      fmt::format("{} cannot have the policy's {} ({}): it has {}; export other formats", format,
                  node.output, policy::KindOf(node.operation), known));
}

}  // namespace sinew::deploy
