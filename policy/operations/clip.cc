#include "policy/operations/clip.h"

#include <algorithm>
#include <cfloat>

namespace sinew::policy {

Shape Clip::Check(const std::vector<Shape>& inputs) const {
  ExpectWithin("low", low, -FLT_MAX, FLT_MAX);
  ExpectWithin("high", high, low, FLT_MAX);
  ExpectWithin("scale", scale, -FLT_MAX, FLT_MAX);
  ExpectWithin("offset", offset, -FLT_MAX, FLT_MAX);
  return inputs[0];
}

std::unique_ptr<Step> Clip::Prepare(const StepPlace& place) const {
  return MakeStep([clip = *this, x = place.inputs[0], y = place.output, size = place.size] {
    for (int64_t i = 0; i < size; ++i) {
      y[i] = std::clamp(x[i], clip.low, clip.high) * clip.scale + clip.offset;
    }
  });
}

}  // namespace sinew::policy
