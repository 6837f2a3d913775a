#pragma once

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace sinew::training {

/// How a run stands. A run that was killed keeps kRunning.
enum class RunStatus { kRunning, kFinished, kInterrupted, kFailed };

/// What one needs to know to repeat a run and to judge its numbers: `manifest.json` of the run
/// folder.
struct RunManifest {
  std::string version, commit, build_type, compiler;
  std::map<std::string, std::string> libraries;  // name to version: "mujoco", "torch", "eigen"
  std::string blas;  // which BLAS is linked, since it decides the learner's speed
  std::string cpu_model;
  int cpu_count = 0;

  std::string task, agent;
  uint64_t seed = 0;
  std::string config_hash, model_hash;  // HashHex of config.toml and of the MJCF
  std::string command_line;

  std::string start_time;  // UTC, ISO 8601
  RunStatus status = RunStatus::kRunning;
  double wall_clock_seconds = 0;  // of all parts of a resumed run together
  int64_t env_steps = 0;
  /// Mean return of policies that have learned nothing, by name: "zero", "random". Empty where it
  /// was not looked at.
  std::map<std::string, double> baselines;

  bool operator==(const RunManifest&) const = default;
};

/// A manifest with this build, this machine, the MuJoCo that is linked and the present time filled
/// in; the caller adds the libraries that it knows, the BLAS and the run.
RunManifest DescribeBuildAndMachine();

nlohmann::ordered_json ToJson(const RunManifest& manifest);

/// @param source  file name for messages. @throws UserError naming the member that is missing or of
/// the wrong type.
RunManifest ManifestFromJson(const nlohmann::ordered_json& json, const std::string& source);

/// Writes `manifest` as indented JSON so that a reader sees the old file or the whole new one.
/// @throws Error naming the file if it cannot be written.
void WriteManifest(const std::filesystem::path& path, const RunManifest& manifest);

/// @throws UserError naming the file if it is missing, no JSON, or not a manifest.
RunManifest ReadManifest(const std::filesystem::path& path);

/// "2026-03-01T09:30:00Z"
std::string FormatUtc(std::time_t time);

/// The arguments as one line that a POSIX shell reads back as they are; the program is "sinew",
/// wherever it lies on this machine.
std::string CommandLine(int argc, const char* const* argv);

}  // namespace sinew::training
