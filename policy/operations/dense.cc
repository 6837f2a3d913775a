#include "policy/operations/dense.h"

#include <fmt/format.h>

#include "core/error.h"
#include "policy/operations/dense_kernel.h"

namespace sinew::policy {

Shape Dense::Check(const std::vector<Shape>& values) const {
  const int64_t size = ExpectVector(values[0]);
  if (weight.shape.size() != 2 || weight.shape[0] < 1 || weight.shape[1] != size) {
    throw Error(
        fmt::format("its weight is {}, its input has {} values", ShapeText(weight.shape), size));
  }
  ExpectShape("weight", weight, weight.shape);
  ExpectShape("bias", bias, {outputs()});
  return {outputs()};
}

Cost Dense::Count(const std::vector<Shape>&) const {
  return {ElementCount(weight.shape) + outputs(), ElementCount(weight.shape)};
}

std::unique_ptr<Step> Dense::Prepare(const StepPlace& place) const {
  return MakeStep(
      [layer = PanelLayer(weight, bias), a = activation, x = place.inputs[0], y = place.output] {
        layer.Sum(x, y);
        ApplyActivation(a, y, layer.padded_outputs());
      });
}

}  // namespace sinew::policy
