#include "training/run/run_control.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"
#include "core/files.h"

namespace sinew::training {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kLookSeconds = 0.2;
constexpr double kMostFactor = 1000, kLeastRate = 0.001;

double Since(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

Json ToJson(const ControlRequest& request) {
  return {{"paused", request.paused},
          {"learning_rate_factor", request.learning_rate_factor},
          {"noise_factor", request.noise_factor}};
}

bool InRange(const ControlRequest& request) {
  return request.learning_rate_factor >= kLeastRate &&
         request.learning_rate_factor <= kMostFactor && request.noise_factor >= 0 &&
         request.noise_factor <= kMostFactor;
}

std::optional<Json> ReadJson(const std::filesystem::path& path) {
  std::error_code missing;
  if (!std::filesystem::exists(path, missing)) return std::nullopt;
  try {
    Json json = Json::parse(ReadFile(path), nullptr, /*allow_exceptions=*/false);
    if (json.is_object()) return json;
  } catch (const Error&) {
    // it went away, or may not be read: as if it were not there
  }
  return std::nullopt;
}

std::optional<ControlRequest> FromJson(const Json& json) {
  try {
    ControlRequest request{json.at("paused").get<bool>(),
                           json.at("learning_rate_factor").get<double>(),
                           json.at("noise_factor").get<double>()};
    if (InRange(request)) return request;
  } catch (const Json::exception&) {
    // not what WriteControl writes
  }
  return std::nullopt;
}

}  // namespace

void WriteControl(const RunFolder& folder, const ControlRequest& request) {
  if (!InRange(request)) {
    throw UserError(fmt::format(
        "learning rate factor {} or noise factor {} out of range: {} to {}, and 0 to {}",
        request.learning_rate_factor, request.noise_factor, kLeastRate, kMostFactor, kMostFactor));
  }
  WriteFileAtomically(folder.control(), ToJson(request).dump() + "\n");
}

std::optional<ControlRequest> ReadControl(const RunFolder& folder) {
  const auto json = ReadJson(folder.control());
  return json ? FromJson(*json) : std::nullopt;
}

bool IsWatched(const RunFolder& folder) {
  std::error_code missing;
  const auto written = std::filesystem::last_write_time(folder.control(), missing);
  if (missing) return false;
  const auto age = std::filesystem::file_time_type::clock::now() - written;
  return std::chrono::duration<double>(age).count() < kWatchSeconds;
}

void WriteLive(const RunFolder& folder, const LiveStatus& status) {
  const Json json{{"state", status.state},
                  {"step", status.step},
                  {"steps_per_second", status.steps_per_second},
                  {"wall_seconds", status.wall_seconds},
                  {"taken", ToJson(status.taken)}};
  WriteFileAtomically(folder.live(), json.dump() + "\n", Flush::kNo);
}

std::optional<LiveStatus> ReadLive(const RunFolder& folder) {
  const auto json = ReadJson(folder.live());
  if (!json) return std::nullopt;
  try {
    const auto taken = FromJson(json->at("taken"));
    if (!taken) return std::nullopt;
    return LiveStatus{json->at("state"), json->at("step"), json->at("steps_per_second"),
                      json->at("wall_seconds"), *taken};
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

bool RunControl::Poll(int64_t step) {
  if (looked_ && Since(*looked_) < kLookSeconds) return false;
  looked_ = Clock::now();
  watched_ = IsWatched(folder_);
  ControlRequest wanted = in_force_;
  if (!watched_) {
    wanted.paused = false;
  } else if (const auto request = ReadControl(folder_)) {
    wanted = *request;
  }
  if (wanted == in_force_) return false;
  in_force_ = wanted;
  if (!log_) log_.emplace(folder_.control_log(), step);
  log_->Append(step, ToJson(in_force_));
  return true;
}

bool RunControl::ReportDue(double seconds) {
  if (!watched_ || (reported_ && Since(*reported_) < seconds)) return false;
  reported_ = Clock::now();
  return true;
}

}  // namespace sinew::training
