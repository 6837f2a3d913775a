#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "spec/contract.h"

namespace sinew::deploy {

/// Of contract.json as this program writes and reads it.
inline constexpr const char* kManifestFormat = "sinew-export-2";

enum class Format { kC, kCInt16, kOnnx, kTorchScript, kSafetensors };

/// "c", "c-int16", "onnx", "torchscript", "safetensors".
std::string FormatName(Format format);
/// @param names  of formats, or "all". @return each once, in the order above.
/// @throws UserError for an unknown name.
std::vector<Format> ParseFormats(std::span<const std::string> names);

/// A file that holds the policy, and what it is worth to know about it.
struct ExportedFile {
  Format format;
  std::string name;  // within the folder
  std::string hash;  // HashHex of its bytes
};

/// What a folder of ExportPolicy holds, as its contract.json says.
struct ExportManifest {
  spec::Contract contract;
  std::string prefix;       // of the C names
  std::string policy_hash;  // of every format alike
  bool stochastic = false;
  std::vector<ExportedFile> files;

  const ExportedFile* Find(Format format) const;
};

/// @throws UserError if the folder was not made by ExportPolicy or its contract.json is damaged.
ExportManifest ReadManifest(const std::filesystem::path& folder);

/// Prefix of the C names of a format.
std::string PrefixOf(const ExportManifest& manifest, Format format);

/// Largest error that the self-test of a format allows, of the torque limit.
double ToleranceOf(Format format);

}  // namespace sinew::deploy
