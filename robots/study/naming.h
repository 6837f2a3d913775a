#pragma once

#include "robots/mjcf/mjcf.h"

namespace sinew::robots {

/// Names what has none: observations, actions and checks go by names.
void NameEverything(Mjcf* mjcf);

/// Bodies of the tree in the order of MuJoCo's numbers: [0] is the first worldbody.
std::vector<Element*> BodiesInOrder(Mjcf* mjcf);

}  // namespace sinew::robots
