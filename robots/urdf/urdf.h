#pragma once

#include "robots/mjcf/mjcf.h"

namespace sinew::robots {

/// What a URDF says, as an MJCF: links as bodies under their own names, joints, torque motors with
/// the joints' efforts, mimic joints as constraints, shapes in groups 2 (seen) and 3 (touched).
/// @param base  kGuess: floating for what walks and is not fixed to a link called world.
/// @throws UserError with the place of what is wrong, for xacro with the command that expands it.
Mjcf ReadUrdf(const Element& robot, BaseKind base, const FileAccess& files, Report* report,
              const Limits& limits);

}  // namespace sinew::robots
