#pragma once

#include <string>

#include "deploy/base/manifest.h"
#include "deploy/c/c_contract.h"

namespace sinew::deploy {

/// README.md of an export folder: how each format that is in it is called, cost, observation and
/// joints.
/// @param costs  of the formats, as far as they are C. @param state_dim  numbers that the policy
/// remembers between steps.
std::string ExportReadme(const ExportManifest& manifest,
                         const std::vector<std::pair<Format, CCost>>& costs, int64_t state_dim);

/// Makefile that compiles and runs the self-tests.
std::string ExportMakefile(const ExportManifest& manifest);

}  // namespace sinew::deploy
