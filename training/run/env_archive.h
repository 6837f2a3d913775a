#pragma once

#include <string>

#include "models/archive.h"
#include "sim/vec_env.h"

namespace sinew::training {

/// Saves or restores every environment, in the middle of its episode.
void SerializeEnvironments(models::Archive& archive, const std::string& name, sim::VecEnv* envs);

}  // namespace sinew::training
