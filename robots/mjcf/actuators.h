#pragma once

#include <string>

#include "robots/mjcf/mjcf.h"

namespace sinew::robots {

/// Whether a tag is one of MJCF's actuators that <general> can stand for.
bool IsActuator(const std::string& tag);

/// The attributes of the <general> that an actuator of any tag stands for, on top of those of its
/// default class. What <general> has no place for stays: `inheritrange`, and `dampratio` in place
/// of the velocity's coefficient in biasprm.
Element::Attributes ToGeneral(Element::Attributes base, const Element& actuator);

/// Writes <general> as <motor>, <position> or <velocity> where these say all of it.
void UseShortcuts(Mjcf* mjcf);

/// Writes the range of the joint or tendon as the control's, for actuators with `inheritrange`.
void WriteInheritedRanges(Mjcf* mjcf);

/// Writes `dampratio` as a coefficient of the velocity: 2 dampratio sqrt(kp m), m the inertia that
/// the actuator feels at qpos0. @param model_file  where the model may be written and compiled.
void WriteDampingRatios(Mjcf* mjcf, const std::filesystem::path& model_file);

/// Gives a control range to actuators without one: their force range, their joint's range, ...
void WriteControlRanges(Mjcf* mjcf);

/// The force range of each joint (and tendon) as that of the one actuator that drives it.
void MoveJointForceRanges(Mjcf* mjcf);

/// The range of a joint or tendon in radians or metres; {0, 0} without one.
std::vector<double> RangeOf(Mjcf* mjcf, const std::string& section, const Element& target);

}  // namespace sinew::robots
