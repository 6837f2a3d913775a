#include "apps/view/run_feed.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "core/clock.h"
#include "core/error.h"
#include "core/files.h"
#include "training/run/manifest.h"

namespace sinew::apps {
namespace {

using Json = nlohmann::json;

constexpr double kLookSeconds = 0.5, kAskSeconds = 2;
constexpr double kSilenceSeconds = 60;  // after which a trainer that says nothing is taken for gone

// seconds since a file was written; infinite if it is not there
double Age(const std::filesystem::path& path) {
  std::error_code missing;
  const auto written = std::filesystem::last_write_time(path, missing);
  if (missing) return INFINITY;
  return std::chrono::duration<double>(std::filesystem::file_time_type::clock::now() - written)
      .count();
}

std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

// whole lines of a file that may still be growing; empty if there is none
std::vector<std::string> Lines(const std::filesystem::path& path) {
  std::error_code missing;
  if (!std::filesystem::exists(path, missing)) return {};
  std::string text = ReadFile(path);
  text.resize(text.rfind('\n') + 1);
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<viewer::TrainingCurve> Evaluations(const std::filesystem::path& path) {
  viewer::TrainingCurve mean{"evaluation: mean return", {}, {}};
  viewer::TrainingCurve success{"evaluation: success [%]", {}, {}};
  for (const std::string& line : Lines(path)) {
    const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("step") || !json.contains("mean")) continue;
    if (!json["mean"].is_number()) continue;
    mean.steps.push_back(json["step"]);
    mean.values.push_back(json["mean"]);
    if (!json.contains("success_rate") || !json["success_rate"].is_number()) continue;
    success.steps.push_back(json["step"]);
    success.values.push_back(100 * json["success_rate"].get<double>());
  }
  std::vector<viewer::TrainingCurve> curves{mean};
  if (!success.steps.empty()) curves.push_back(success);
  return curves;
}

std::vector<viewer::TrainingCurve> Figures(const std::filesystem::path& path) {
  const auto lines = Lines(path);
  std::vector<viewer::TrainingCurve> curves;
  if (lines.empty()) return curves;
  const auto names = Cells(lines[0]);
  for (const std::string& name : names) curves.push_back({name, {}, {}});
  for (size_t i = 1; i < lines.size(); ++i) {
    const auto cells = Cells(lines[i]);
    const double step = cells.empty() ? 0 : std::strtod(cells[0].c_str(), nullptr);
    for (size_t k = 1; k < std::min(cells.size(), names.size()); ++k) {
      if (cells[k].empty()) continue;
      curves[k].steps.push_back(step);
      curves[k].values.push_back(std::strtod(cells[k].c_str(), nullptr));
    }
  }
  // the steps themselves and the clock are no curves
  std::erase_if(curves, [](const viewer::TrainingCurve& curve) {
    return curve.values.empty() || curve.name == "wall_seconds";
  });
  // what never changes tells least
  std::stable_partition(curves.begin(), curves.end(), [](const viewer::TrainingCurve& curve) {
    return std::ranges::any_of(curve.values, [&](double v) { return v != curve.values[0]; });
  });
  return curves;
}

std::string StatusWord(training::RunStatus status) {
  switch (status) {
    case training::RunStatus::kRunning:
      return "running";
    case training::RunStatus::kFinished:
      return "finished";
    case training::RunStatus::kInterrupted:
      return "interrupted";
    case training::RunStatus::kFailed:
      return "failed";
  }
  return "";
}

}  // namespace

RunFeed::RunFeed(training::RunFolder folder, const RecordedRun& run)
    : folder_(std::move(folder)), begun_(SteadySeconds()) {
  status_.run = folder_.root().string();
  status_.agent = run.agent;
  status_.total_steps = run.train.steps;
  Refresh();
}

bool RunFeed::Refresh() {
  const double now = SteadySeconds();
  if (now - looked_ < kLookSeconds) return false;
  looked_ = now;
  try {
    ReadStatus();
    ReadCurves();
    if (status_.can_be_controlled() && now - asked_ > kAskSeconds) Ask();
  } catch (const Error&) {
    // a file between two versions, or a folder that has gone: what was read last stays
  }
  return true;
}

void RunFeed::ReadStatus() {
  const auto manifest = training::ReadManifest(folder_.manifest());
  status_.state = StatusWord(manifest.status);
  status_.step = manifest.env_steps;
  status_.wall_seconds = manifest.wall_clock_seconds;
  if (manifest.status != training::RunStatus::kRunning) {
    if (manifest.wall_clock_seconds > 0) {
      status_.steps_per_second =
          static_cast<double>(manifest.env_steps) / manifest.wall_clock_seconds;
    }
    return;
  }
  const auto live = training::ReadLive(folder_);
  const double age = Age(folder_.live());
  if (!live || age > kSilenceSeconds) {
    if (SteadySeconds() - begun_ > kSilenceSeconds) status_.state = "gone";
    return;
  }
  status_.state = live->state;
  status_.step = live->step;
  status_.steps_per_second = live->steps_per_second;
  status_.wall_seconds = live->wall_seconds;
  status_.learning_rate_factor = live->taken.learning_rate_factor;
  status_.noise_factor = live->taken.noise_factor;
  if (!request_known_)
    request_ = {false, live->taken.learning_rate_factor, live->taken.noise_factor};
  request_known_ = true;
}

void RunFeed::ReadCurves() {
  std::error_code missing;
  const auto evaluations = std::filesystem::last_write_time(folder_.evaluations(), missing);
  const auto progress = std::filesystem::last_write_time(folder_.progress(), missing);
  // long runs have long files
  if (evaluations == evaluations_time_ && progress == progress_time_) return;
  evaluations_time_ = evaluations;
  progress_time_ = progress;
  curves_ = Evaluations(folder_.evaluations());
  for (auto& curve : Figures(folder_.progress())) curves_.push_back(std::move(curve));
}

// Also the sign that somebody watches. Before the trainer has told what is in force, what another
// watcher left is asked for again.
void RunFeed::Ask() {
  asked_ = SteadySeconds();
  if (!request_known_) {
    if (const auto before = training::ReadControl(folder_)) request_ = *before;
    request_.paused = false;
  }
  training::WriteControl(folder_, request_);
}

void RunFeed::SetPaused(bool paused) {
  request_.paused = paused;
  Ask();
}

void RunFeed::SetFactors(double learning_rate, double noise) {
  request_.learning_rate_factor = learning_rate;
  request_.noise_factor = noise;
  request_known_ = true;
  Ask();
}

}  // namespace sinew::apps
