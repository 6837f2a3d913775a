#include "training/run/metrics_log.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/error.h"
#include "core/files.h"

namespace sinew::training {
namespace {

// The step of a line, or nothing if the line is damaged.
using StepOfLine = std::function<std::optional<int64_t>(std::string_view line)>;

std::vector<std::string_view> WholeLines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t end; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) {
    lines.push_back(text.substr(0, end));
  }
  return lines;
}

// Opens the log at `path`: a new file, or the old one cut back to `resume_step`. The first
// `header_lines` always stay.
AppendFile OpenLog(const std::filesystem::path& path, std::optional<int64_t> resume_step,
                   size_t header_lines, const StepOfLine& step_of_line) {
  if (!resume_step || !std::filesystem::exists(path)) {
    return AppendFile(path, AppendFile::Mode::kCreate);
  }
  const std::string text = ReadFile(path);
  const auto lines = WholeLines(text);
  std::string kept;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i >= header_lines) {
      const std::optional<int64_t> step = step_of_line(lines[i]);
      if (!step) throw Error(fmt::format("{}:{}: damaged line", path.string(), i + 1));
      if (*step > *resume_step) continue;
    }
    kept.append(lines[i]).push_back('\n');
  }
  if (kept != text) WriteFileAtomically(path, kept);
  return AppendFile(path, AppendFile::Mode::kAppend);
}

std::vector<std::string> Cells(std::string_view line) {
  std::vector<std::string> cells;
  for (size_t end; (end = line.find(',')) != std::string_view::npos; line.remove_prefix(end + 1)) {
    cells.emplace_back(line.substr(0, end));
  }
  cells.emplace_back(line);
  return cells;
}

std::optional<int64_t> StepOfCsvLine(std::string_view line) {
  int64_t step = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), step);
  const bool whole = end == line.data() + line.size() || *end == ',';
  return error == std::errc() && whole ? std::optional(step) : std::nullopt;
}

std::optional<int64_t> StepOfJsonLine(std::string_view line) {
  const auto object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  const auto step = object.is_object() ? object.find("step") : object.end();
  if (step == object.end() || !step->is_number_integer()) return std::nullopt;
  return step->get<int64_t>();
}

// Names behind "step" in the header of the log at `path`; none if there is no whole header yet.
std::vector<std::string> ReadColumns(const std::filesystem::path& path) {
  const std::string text = ReadFile(path);
  const auto lines = WholeLines(text);
  if (lines.empty()) return {};
  auto names = Cells(lines[0]);
  if (names[0] != "step") {
    throw Error(
        fmt::format("{}:1: damaged header: expected 'step', found '{}'", path.string(), names[0]));
  }
  names.erase(names.begin());
  return names;
}

void CheckColumnName(const std::filesystem::path& path, const std::string& name) {
  if (name.empty() || name == "step" || name.find_first_of(",\"\r\n") != std::string::npos) {
    throw Error(fmt::format("'{}' cannot be a column of {}", name, path.string()));
  }
}

std::string Header(const std::vector<std::string>& columns) {
  return fmt::format("step{}{}\n", columns.empty() ? "" : ",", fmt::join(columns, ","));
}

}  // namespace

CsvLog::CsvLog(std::filesystem::path path, std::optional<int64_t> resume_step)
    : file_(OpenLog(path, resume_step, /*header_lines=*/1, StepOfCsvLine)) {
  columns_ = ReadColumns(path);
}

void CsvLog::Append(int64_t step, std::span<const Metric> row) {
  AddColumns(row);
  std::vector<std::string> cells(columns_.size());
  for (const Metric& metric : row) {
    auto& cell = cells[std::find(columns_.begin(), columns_.end(), metric.name) - columns_.begin()];
    if (!cell.empty()) {
      throw Error(fmt::format("metric '{}' occurs twice in a row of {}", metric.name,
                              file_.path().string()));
    }
    cell = fmt::format("{:.9g}", metric.value);
  }
  file_.Append(fmt::format("{}{}{}\n", step, cells.empty() ? "" : ",", fmt::join(cells, ",")));
}

void CsvLog::AddColumns(std::span<const Metric> row) {
  std::vector<std::string> columns = columns_;
  for (const Metric& metric : row) {
    if (std::find(columns.begin(), columns.end(), metric.name) != columns.end()) continue;
    CheckColumnName(file_.path(), metric.name);
    columns.push_back(metric.name);
  }
  if (columns == columns_ && !file_.empty()) return;

  const std::string text = ReadFile(file_.path());
  std::string grown = Header(columns);
  const auto lines = WholeLines(text);
  for (size_t i = 1; i < lines.size(); ++i) {
    grown.append(lines[i]).append(columns.size() - columns_.size(), ',').push_back('\n');
  }
  WriteFileAtomically(file_.path(), grown);
  file_ = AppendFile(file_.path(), AppendFile::Mode::kAppend);
  columns_ = std::move(columns);
}

JsonLines::JsonLines(std::filesystem::path path, std::optional<int64_t> resume_step)
    : file_(OpenLog(path, resume_step, /*header_lines=*/0, StepOfJsonLine)) {}

void JsonLines::Append(int64_t step, const nlohmann::ordered_json& fields) {
  if (!fields.is_object()) {
    throw Error(fmt::format("a line of {} must be a JSON object, not {}", file_.path().string(),
                            fields.type_name()));
  }
  nlohmann::ordered_json line = {{"step", step}};
  line.update(fields);
  line["step"] = step;
  file_.Append(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace sinew::training
