#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "deploy/c_contract.h"
#include "deploy/golden.h"
#include "models/policy_file.h"

namespace sinew::deploy {

enum class Format { kC, kCInt16, kOnnx, kTorchScript, kSafetensors };

/// "c", "c-int16", "onnx", "torchscript", "safetensors".
std::string FormatName(Format format);
/// @param names  of formats, or "all". @return each once, in the order above.
/// @throws UserError for an unknown name.
std::vector<Format> ParseFormats(std::span<const std::string> names);

struct ExportOptions {
  std::vector<Format> formats{Format::kC};
  bool stochastic = false;  // actions are sampled by noise that the caller gives
};

/// A file that holds the policy, and what it is worth to know about it.
struct ExportedFile {
  Format format;
  std::string name;  // within the folder
  std::string hash;  // HashHex of its bytes
};

/// What a folder of ExportPolicy holds, as its contract.json says.
struct ExportManifest {
  models::Contract contract;
  std::string prefix;       // of the C names
  std::string policy_hash;  // of every format alike
  bool stochastic = false;
  std::vector<ExportedFile> files;

  const ExportedFile* Find(Format format) const;
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
ExportManifest ExportPolicy(const models::PolicyArtifact& artifact, const GoldenVectors& golden,
                            const ExportOptions& options, const std::filesystem::path& folder);

/// @throws UserError if the policy was never trained, if its parameters are not finite, or if it is
/// to be sampled and is deterministic.
void CheckExportable(const models::PolicyArtifact& artifact, const ExportOptions& options);

/// @throws UserError if the folder was not made by ExportPolicy or its contract.json is damaged.
ExportManifest ReadManifest(const std::filesystem::path& folder);

/// Prefix of the C names of a format.
std::string PrefixOf(const ExportManifest& manifest, Format format);

/// Largest error that the self-test of a format allows, of the torque limit.
double ToleranceOf(Format format);

}  // namespace sinew::deploy
