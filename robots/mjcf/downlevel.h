#pragma once

#include <filesystem>

#include "robots/mjcf/mjcf.h"

namespace sinew::robots {

/// Makes a model one that the MuJoCo of this program reads, row by row of NewerThings(), with its
/// default classes written out. What cannot be written is refused in the report.
void MakeReadable(Mjcf* mjcf);

}  // namespace sinew::robots
