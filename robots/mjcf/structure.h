#pragma once

#include <filesystem>
#include <string>

#include "robots/mjcf/mjcf.h"
#include "robots/mjcf/pose.h"

namespace sinew::robots {

/// Puts what <attach> names, of models in <asset>, in its place, with its prefix.
void ExpandAttachments(Mjcf* mjcf);
/// Writes out the copies that <replicate> stands for, and those of what refers to them.
void ExpandReplicas(Mjcf* mjcf);
/// Moves what frames hold to the body around them.
void FoldFrames(Mjcf* mjcf);
/// Writes all angles in radians and orientations as quaternions.
void UseRadians(Mjcf* mjcf);

/// Hangs the bodies of another MJCF on a body or a site of this one. Free joints of what is
/// attached are taken out.
/// @throws UserError for an unknown place, naming those that there are.
void AttachModel(Mjcf* mjcf, const std::filesystem::path& file, const std::string& place);

/// Moves a geom, site, camera, light, joint or body from an inner frame to the outer one.
void Move(Element* element, const Pose& frame, const CompilerSettings& compiler);

}  // namespace sinew::robots
