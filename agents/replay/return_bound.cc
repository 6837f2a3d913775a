#include "agents/replay/return_bound.h"

#include <algorithm>

namespace sinew::agents {

double ReturnBound::factor() const {
  const double size = std::max(returns_.std_dev(), returns_.largest() / bound_);
  return size > 0 ? 1 / size : 1;
}

void ReturnBound::Serialize(models::Archive& archive, const std::string& name) {
  returns_.Serialize(archive, name);
  returns_.SerializeLargest(archive, name);
}

}  // namespace sinew::agents
