#pragma once

#include "robots/mjcf/versions.h"

namespace sinew::robots {

// One for each row of the table in versions.cc.

/// Takes the element or attribute out.
void Drop(Downlevel& d, const Newer& newer);
/// Says that it cannot be written.
void RefuseIt(Downlevel& d, const Newer& newer);
/// Only reports: it was written out with the default classes.
void WrittenOut(Downlevel& d, const Newer& newer);

void HandleAttach(Downlevel& d, const Newer& newer);
void HandleReplicate(Downlevel& d, const Newer& newer);
void HandleFrame(Downlevel& d, const Newer& newer);
void HandleAutolimits(Downlevel& d, const Newer& newer);
void HandleLengthRange(Downlevel& d, const Newer& newer);
void HandleImplicitFast(Downlevel& d, const Newer& newer);
void HandleDisabledGroups(Downlevel& d, const Newer& newer);
void HandleFlag(Downlevel& d, const Newer& newer);
void HandleLightType(Downlevel& d, const Newer& newer);
void HandleMaterialLayer(Downlevel& d, const Newer& newer);
void HandleFocal(Downlevel& d, const Newer& newer);
void HandleMeshInertia(Downlevel& d, const Newer& newer);
void HandleDeformable(Downlevel& d, const Newer& newer);
void HandleGravcomp(Downlevel& d, const Newer& newer);
void HandleInheritRange(Downlevel& d, const Newer& newer);
void HandleForceRange(Downlevel& d, const Newer& newer);
void HandleFilterExact(Downlevel& d, const Newer& newer);
void HandleReflected(Downlevel& d, const Newer& newer);
void HandleEqualitySites(Downlevel& d, const Newer& newer);
void HandleJointActuatorForce(Downlevel& d, const Newer& newer);
void HandleSpringLength(Downlevel& d, const Newer& newer);

}  // namespace sinew::robots
