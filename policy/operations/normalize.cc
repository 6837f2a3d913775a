#include "policy/operations/normalize.h"

#include <algorithm>
#include <cfloat>

namespace sinew::policy {

Shape Normalize::Check(const std::vector<Shape>& inputs) const {
  const int64_t size = ExpectVector(inputs[0]);
  ExpectShape("mean", mean, {size});
  ExpectShape("scale", scale, {size});
  ExpectWithin("clip", clip, FLT_MIN, FLT_MAX);
  return {size};
}

std::unique_ptr<Step> Normalize::Prepare(const StepPlace& place) const {
  return MakeStep([=, mean = mean.values, scale = scale.values, limit = clip, x = place.inputs[0],
                   y = place.output] {
    for (size_t i = 0; i < mean.size(); ++i) {
      y[i] = std::clamp((x[i] - mean[i]) * scale[i], -limit, limit);
    }
  });
}

}  // namespace sinew::policy
