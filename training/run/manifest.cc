#include "training/run/manifest.h"

#include <fmt/format.h>
#include <mujoco/mujoco.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <thread>

#include "core/error.h"
#include "core/files.h"
#include "core/version.h"

namespace sinew::training {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<RunStatus, const char*>, 4> kStatusNames = {{
    {RunStatus::kRunning, "running"},
    {RunStatus::kFinished, "finished"},
    {RunStatus::kInterrupted, "interrupted"},
    {RunStatus::kFailed, "failed"},
}};

std::string StatusName(RunStatus status) {
  for (const auto& [value, name] : kStatusNames) {
    if (value == status) return name;
  }
  throw Error(fmt::format("run status {} has no name", static_cast<int>(status)));
}

RunStatus StatusFromName(const std::string& name, const std::string& source) {
  for (const auto& [value, known] : kStatusNames) {
    if (name == known) return value;
  }
  throw UserError(fmt::format(
      "{}: unknown status '{}'; known: running, finished, interrupted, failed", source, name));
}

// x86 names its CPUs; other architectures say less, and then their name has to do
std::string CpuModel() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const size_t colon = line.find(": ");
    if (colon != std::string::npos && line.starts_with("model name")) return line.substr(colon + 2);
  }
  return "unknown";
}

template <class T>
void Get(const Json& json, const char* key, const std::string& source, T& value) {
  try {
    value = json.at(key).get<T>();
  } catch (const Json::exception&) {
    throw UserError(
        fmt::format("{}: '{}' is {}", source, key,
                    json.is_object() && json.contains(key) ? "of the wrong type" : "missing"));
  }
}

bool IsPlain(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@%";
  return !word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos;
}

std::string ShellQuoted(std::string_view word) {
  if (IsPlain(word)) return std::string(word);
  std::string quoted = "'";
  for (char c : word) {
    if (c == '\'') {
      quoted += "'\\''";  // close the quotes, a quoted quote, open them again
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace

RunManifest DescribeBuildAndMachine() {
  RunManifest manifest;
  manifest.version = Version();
  manifest.commit = Commit();
  manifest.build_type = BuildType();
  manifest.compiler = Compiler();
  manifest.libraries["mujoco"] = mj_versionString();
  manifest.cpu_model = CpuModel();
  manifest.cpu_count = static_cast<int>(std::thread::hardware_concurrency());
  manifest.start_time = FormatUtc(std::time(nullptr));
  return manifest;
}

Json ToJson(const RunManifest& m) {
  return {{"version", m.version},
          {"commit", m.commit},
          {"build_type", m.build_type},
          {"compiler", m.compiler},
          {"libraries", m.libraries},
          {"blas", m.blas},
          {"cpu_model", m.cpu_model},
          {"cpu_count", m.cpu_count},
          {"task", m.task},
          {"agent", m.agent},
          {"seed", m.seed},
          {"config_hash", m.config_hash},
          {"model_hash", m.model_hash},
          {"command_line", m.command_line},
          {"start_time", m.start_time},
          {"status", StatusName(m.status)},
          {"wall_clock_seconds", m.wall_clock_seconds},
          {"env_steps", m.env_steps},
          {"baselines", m.baselines}};
}

RunManifest ManifestFromJson(const Json& json, const std::string& source) {
  RunManifest m;
  const auto get = [&](const char* key, auto& value) { Get(json, key, source, value); };
  get("version", m.version);
  get("commit", m.commit);
  get("build_type", m.build_type);
  get("compiler", m.compiler);
  get("libraries", m.libraries);
  get("blas", m.blas);
  get("cpu_model", m.cpu_model);
  get("cpu_count", m.cpu_count);
  get("task", m.task);
  get("agent", m.agent);
  get("seed", m.seed);
  get("config_hash", m.config_hash);
  get("model_hash", m.model_hash);
  get("command_line", m.command_line);
  get("start_time", m.start_time);
  get("wall_clock_seconds", m.wall_clock_seconds);
  get("env_steps", m.env_steps);
  // runs of earlier versions have none
  if (json.contains("baselines")) get("baselines", m.baselines);
  std::string status;
  get("status", status);
  m.status = StatusFromName(status, source);
  return m;
}

void WriteManifest(const std::filesystem::path& path, const RunManifest& manifest) {
  // a path or a command line need not be UTF-8; JSON must be
  WriteFileAtomically(path,
                      ToJson(manifest).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

RunManifest ReadManifest(const std::filesystem::path& path) {
  const Json json = Json::parse(ReadFile(path), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) throw UserError(fmt::format("{} is not a JSON object", path.string()));
  return ManifestFromJson(json, path.string());
}

std::string FormatUtc(std::time_t time) {
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 32> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

std::string CommandLine(int argc, const char* const* argv) {
  std::string line = "sinew";
  for (int i = 1; i < argc; ++i) line.append(" ").append(ShellQuoted(argv[i]));
  return line;
}

}  // namespace sinew::training
