#pragma once

#include <string>
#include <vector>

#include "robots/mjcf/compile.h"
#include "robots/mjcf/mjcf.h"
#include "robots/study/study.h"

namespace sinew::robots {

/// Takes out keyframes whose lists have not the length that the model has now.
void DropUnfitKeyframes(Mjcf* mjcf, const mjModel* without_keyframes);

/// A pose to start from.
struct Home {
  std::string keyframe;      // its name
  std::vector<double> qpos;  // [nq]
};

/// The model's keyframe for it (home, stand, the first that fits), or one that is written: the
/// neutral pose, with a floating robot's lowest point on the ground.
Home FindHome(Mjcf* mjcf, const mjModel* m, const Anatomy& anatomy);

/// Excludes contacts between bodies that touch in the home pose or in nearly every pose.
void ExcludeTouching(Mjcf* mjcf, const mjModel* m, const std::vector<double>& home);

/// A floor and a light, for a robot that stands on something.
void AddFloor(Mjcf* mjcf);

}  // namespace sinew::robots
