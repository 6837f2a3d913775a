#include "deploy/base/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/names.h"
#include "deploy/base/c_text.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::array kFormats{Format::kC, Format::kCInt16, Format::kOnnx, Format::kTorchScript,
                              Format::kSafetensors};

// text fields of a JSON object; empty where they are missing
std::string Text(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_string()
             ? json[key].get<std::string>()
             : "";
}

bool IsPrefix(const std::string& text) { return !text.empty() && CIdentifier(text) == text; }

// a file of the folder itself
bool IsFileName(const std::string& text) {
  return !text.empty() && text != ".." && text.find('/') == std::string::npos;
}

ExportedFile ReadFileEntry(const Json& json, const std::string& source) {
  const std::string format = Text(json, "format"), name = Text(json, "name");
  const auto found = std::ranges::find(kFormats, format, FormatName);
  if (found == kFormats.end() || !IsFileName(name)) {
    throw UserError(fmt::format("{}: the list of files is damaged", source));
  }
  return {*found, name, Text(json, "hash")};
}

}  // namespace

std::string FormatName(Format format) {
  switch (format) {
    case Format::kC:
      return "c";
    case Format::kCInt16:
      return "c-int16";
    case Format::kOnnx:
      return "onnx";
    case Format::kTorchScript:
      return "torchscript";
    case Format::kSafetensors:
      break;
  }
  return "safetensors";
}

std::vector<Format> ParseFormats(std::span<const std::string> names) {
  std::vector<std::string> known{"all"};
  for (const Format format : kFormats) known.push_back(FormatName(format));
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      throw UserError(UnknownName("format", name, known));
    }
  }
  std::vector<Format> formats;
  for (const Format format : kFormats) {
    const auto wanted = [format](const std::string& n) {
      return n == "all" || n == FormatName(format);
    };
    if (std::ranges::any_of(names, wanted)) formats.push_back(format);
  }
  return formats;
}

const ExportedFile* ExportManifest::Find(Format format) const {
  const auto found = std::ranges::find(files, format, &ExportedFile::format);
  return found == files.end() ? nullptr : &*found;
}

std::string PrefixOf(const ExportManifest& manifest, Format format) {
  return manifest.prefix + (format == Format::kCInt16 ? "_int16" : "");
}

double ToleranceOf(Format format) { return format == Format::kCInt16 ? 1e-2 : 1e-5; }

ExportManifest ReadManifest(const fs::path& folder) {
  const fs::path path = folder / "contract.json";
  if (!fs::exists(path)) {
    throw UserError(fmt::format(
        "'{}' holds no contract.json: expected a folder made by 'sinew export'", folder.string()));
  }
  const Json json = Json::parse(ReadFile(path), nullptr, /*allow_exceptions=*/false);
  if (Text(json, "format") != kManifestFormat || !IsPrefix(Text(json, "prefix")) ||
      !json.contains("contract") || !json.contains("files") || !json["files"].is_array() ||
      !json.contains("stochastic") || !json["stochastic"].is_boolean()) {
    throw UserError(
        fmt::format("{}: not the contract of an exported policy, or damaged", path.string()));
  }
  ExportManifest manifest;
  manifest.contract = spec::ContractFromJson(json["contract"].dump(), path.string());
  manifest.prefix = Text(json, "prefix");
  manifest.policy_hash = Text(json, "policy_hash");
  manifest.stochastic = json["stochastic"].get<bool>();
  for (const Json& file : json["files"]) {
    manifest.files.push_back(ReadFileEntry(file, path.string()));
  }
  return manifest;
}

}  // namespace sinew::deploy
