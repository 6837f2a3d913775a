#include "policy/operations/activation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "policy/operations/dense_kernel.h"

namespace sinew::policy {

std::string ActivationName(Activation activation) {
  return std::string(kActivationNames[static_cast<size_t>(activation)]);
}

Activation ParseActivation(std::string_view name) {
  const auto found = std::ranges::find(kActivationNames, name);
  if (found != kActivationNames.end()) {
    return static_cast<Activation>(found - kActivationNames.begin());
  }
  throw Error(
      fmt::format("unknown activation '{}'; known: {}", name, fmt::join(kActivationNames, ", ")));
}

std::unique_ptr<Step> Activate::Prepare(const StepPlace& place) const {
  return MakeStep([x = place.inputs[0], y = place.output, size = place.size, a = activation] {
    std::copy_n(x, size, y);
    ApplyActivation(a, y, static_cast<size_t>(size));
  });
}

}  // namespace sinew::policy
