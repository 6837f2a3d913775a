#pragma once

#include "core/options.h"

namespace sinew::tasks {

/// How the value falls off outside the bounds, as a function of d = distance / margin.
enum class Falloff {
  kGaussian,   // exp(-(d s)^2 / 2), s^2 = -2 ln v
  kLinear,     // max(0, 1 - d (1 - v))
  kQuadratic,  // max(0, 1 - d^2 (1 - v))
  kLongTail,   // 1 / (1 + d^2 (1 / v - 1))
};

/// A soft "is x within bounds": 1 inside, and outside a value that falls from 1 and passes
/// v = value_at_margin at the distance `margin` from the nearest bound. For rewards whose largest
/// value is 1.
///
/// @param bounds  closed; either end may be infinite.
/// @param margin  >= 0, in x's unit; 0: the value is 0 everywhere outside.
/// @param value_at_margin  in (0, 1); 0 is allowed too for the linear and the quadratic one.
/// Source: Tassa et al. 2018, arXiv:1801.00690, section 4.2, and dm_control's `utils/rewards.py`.
double Tolerance(double x, Range bounds, double margin = 0, Falloff falloff = Falloff::kGaussian,
                 double value_at_margin = 0.1);

}  // namespace sinew::tasks
