#pragma once

#include "robots/mjcf/mjcf.h"

namespace sinew::robots {

/// Makes the robot's base fixed or floating, if that is asked for and it is not.
void SetBase(Mjcf* mjcf, BaseKind base);

/// Puts torque motors without a range on the hinges and slides of a model without actuators.
void AddMotors(Mjcf* mjcf);

/// The body below the world on which most joints hang. @throws UserError if there is none.
Element& RootBody(Mjcf* mjcf);

bool IsFreeJoint(const Element& e);

}  // namespace sinew::robots
