#pragma once

#include <filesystem>
#include <string>

#include "deploy/c_header.h"
#include "deploy/golden.h"
#include "models/policy_file.h"

namespace sinew::deploy {

/// What ExportC wrote.
struct CExport {
  std::filesystem::path folder, header;
  CCost cost;
};

/// Writes a fresh folder with everything that a controller's programmer needs:
///
///   <prefix>_policy.h   the policy: C99, header only, no heap, libm only; raw observation in, N·m
///   out <prefix>_golden.h   golden vectors check.c, Makefile   self-test for the target machine:
///   `make check` README.md           how to call it policy.safetensors  the policy file that the
///   header was made from contract.json       task, observation, joints, limits, hashes
///
/// The prefix is CIdentifier(task name).
/// @throws UserError if the folder exists; Error if the policy cannot be run or the disk is full,
/// in which case no folder is left.
CExport ExportC(const models::PolicyArtifact& artifact, const GoldenVectors& golden,
                const std::filesystem::path& folder);

/// Writes a fresh folder with policy.safetensors and contract.json only.
/// @throws as ExportC.
void ExportSafetensors(const models::PolicyArtifact& artifact, const std::filesystem::path& folder);

/// contract.json of a folder that ExportC made: says which task to build for VerifyC.
struct ExportedContract {
  models::Contract contract;
  std::string prefix;       // of the C names
  std::string policy_hash;  // of policy.safetensors
};
/// @throws UserError if the folder was not made by ExportC or its contract.json is damaged.
ExportedContract ReadExportedContract(const std::filesystem::path& folder);

}  // namespace sinew::deploy
