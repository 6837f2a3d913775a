#include "tasks/parts/tolerance.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace sinew::tasks {
namespace {

double Fall(double d, Falloff falloff, double v) {
  switch (falloff) {
    case Falloff::kGaussian:
      return std::exp(std::log(v) * d * d);
    case Falloff::kLinear:
      return std::max(0.0, 1 - d * (1 - v));
    case Falloff::kQuadratic:
      return std::max(0.0, 1 - d * d * (1 - v));
    case Falloff::kLongTail:
      return 1 / (1 + d * d * (1 / v - 1));
  }
  return 0;
}

}  // namespace

double Tolerance(double x, Range bounds, double margin, Falloff falloff, double value_at_margin) {
  assert(bounds.low <= bounds.high && margin >= 0);
  const double distance = std::max({bounds.low - x, x - bounds.high, 0.0});
  if (distance == 0) return 1;
  return margin == 0 ? 0 : Fall(distance / margin, falloff, value_at_margin);
}

}  // namespace sinew::tasks
