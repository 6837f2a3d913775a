#pragma once

#include "robots/mjcf/mjcf.h"

namespace sinew::robots {

/// Writes what default classes say into every element that they hold for, and takes the classes
/// out, so that each element stands for itself. Actuators become <general> with all that their
/// shortcut stands for, in the way of today's MuJoCo: what has no place in <general> stays as the
/// attributes `inheritrange` and `dampratio`.
/// @throws UserError for an unknown class.
void ApplyDefaults(Mjcf* mjcf);

/// `over` on top of `base`: a shorter list of numbers replaces the first of a longer one.
Element::Attributes Merge(Element::Attributes base, const Element::Attributes& over);

}  // namespace sinew::robots
