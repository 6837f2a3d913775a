#pragma once

#include <filesystem>
#include <vector>

#include "deploy/base/golden.h"
#include "deploy/base/manifest.h"
#include "policy/policy_file.h"

namespace sinew::deploy {

struct ExportOptions {
  std::vector<Format> formats{Format::kC};
  bool stochastic = false;  // actions are sampled by noise that the caller gives
};

/// Writes a fresh folder with everything that a controller's programmer needs, in every format from
/// the one contract:
///
///   c            <prefix>_policy.h, <prefix>_golden.h, check.c
///   c-int16      <prefix>_int16_policy.h, <prefix>_int16_golden.h, check_int16.c
///   onnx         policy.onnx
///   torchscript  policy.pt
///   safetensors  policy.safetensors, always there: what the others are held against
///
/// and README.md, Makefile (`make` runs the self-tests of the C headers), golden.safetensors, and
/// contract.json, which ties them together. The prefix is CIdentifier(task name).
///
/// @throws UserError if the folder exists or the policy is not fit for export (CheckExportable);
/// Error if a format cannot express it or the disk is full. No folder is left then.
ExportManifest ExportPolicy(const policy::PolicyGraph& graph, const GoldenVectors& golden,
                            const ExportOptions& options, const std::filesystem::path& folder);

/// @throws UserError if the policy was never trained, if its parameters are not finite, if it is to
/// be sampled and is deterministic, or as CheckFormat for one of the formats.
void CheckExportable(const policy::PolicyGraph& graph, const ExportOptions& options);

/// @throws UserError in one line if the format cannot have an operation of the policy, or its
/// state.
void CheckFormat(const policy::PolicyGraph& graph, Format format);

}  // namespace sinew::deploy
