#include "sim/rollout.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "core/error.h"
#include "core/value_text.h"

namespace sinew::sim {
namespace {

constexpr size_t kMaxNamed = 5;  // malformed cells named in one message

std::string_view TrimEnd(std::string_view text) {
  const size_t last = text.find_last_not_of(" \t\r\n");
  return last == text.npos ? std::string_view() : text.substr(0, last + 1);
}

/// Calls visit(piece, index) for the pieces between separators, counted from 1.
template <class Visit>
void ForEachPiece(std::string_view text, char separator, Visit visit) {
  for (int index = 1;; ++index) {
    const size_t end = text.find(separator);
    visit(text.substr(0, end), index);
    if (end == text.npos) return;
    text.remove_prefix(end + 1);
  }
}

std::optional<double> FiniteNumber(std::string_view text) {
  const auto value = ParseNumber(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::string_view Shown(std::string_view cell) {
  constexpr size_t kLongest = 40;
  const size_t first = std::min(cell.find_first_not_of(" \t\r"), cell.size());
  return TrimEnd(cell.substr(first)).substr(0, kLongest);
}

// What is wrong with a table, gathered over all its lines.
class Complaints {
 public:
  explicit Complaints(const std::string& source) : source_(source) {}

  void Add(int line, int column, std::string_view cell) {
    if (++count_ > kMaxNamed) return;
    text_ += fmt::format("{}{}:{}:{}: '{}' is no finite number", text_.empty() ? "" : "; ", source_,
                         line, column, Shown(cell));
  }
  void ThrowIfAny() const {
    if (count_ == 0) return;
    const size_t unnamed = count_ - std::min(count_, kMaxNamed);
    throw UserError(text_ + (unnamed ? fmt::format("; and {} more", unnamed) : "") +
                    " (expected: rows of numbers, no header)");
  }

 private:
  std::string source_, text_;
  size_t count_ = 0;
};

void AppendHeader(const spec::TaskSpec& spec, std::string* csv) {
  *csv += "step,time";
  for (int i = 0; i < spec.obs_dim(); ++i) *csv += fmt::format(",obs_{}", i);
  *csv += ",reward,terminated,truncated,diverged";
  for (const spec::RewardTerm& term : spec.reward_terms) *csv += "," + term.name;
  *csv += "\n";
}

void AppendRow(const Env& env, const spec::StepResult& result, std::string* csv) {
  const auto number = [csv](double value) { *csv += fmt::format(",{:.17g}", value); };
  *csv += fmt::format("{}", env.step());
  number(env.simulation().data()->time);
  for (const double value : env.observation()) number(value);
  number(result.reward);
  *csv += fmt::format(",{:d},{:d},{:d}", result.terminated, result.truncated, result.diverged);
  for (const double value : env.reward_terms()) number(value);
  *csv += "\n";
}

}  // namespace

ControlTable ParseControls(std::string_view csv, int columns, const std::string& source) {
  csv = TrimEnd(csv);
  if (csv.empty()) throw UserError(source + ": no controls: the file is empty");
  ControlTable table{columns, {}};
  Complaints complaints(source);
  ForEachPiece(csv, '\n', [&](std::string_view line, int line_number) {
    int cells = 0;
    ForEachPiece(line, ',', [&](std::string_view cell, int column) {
      cells = column;
      const auto value = FiniteNumber(cell);
      if (!value) complaints.Add(line_number, column, cell);
      table.values.push_back(value.value_or(0));
    });
    if (cells == columns) return;
    complaints.ThrowIfAny();
    throw UserError(fmt::format("{}:{}: {} columns, the task has {} actuators", source, line_number,
                                cells, columns));
  });
  complaints.ThrowIfAny();
  return table;
}

std::vector<double> ParseStateVector(std::string_view text, int size, const std::string& name) {
  std::vector<double> values;
  ForEachPiece(text, ',', [&](std::string_view element, int index) {
    const auto value = FiniteNumber(element);
    if (!value) {
      throw UserError(
          fmt::format("{}: element {} '{}' is no finite number", name, index, Shown(element)));
    }
    values.push_back(*value);
  });
  if (static_cast<int>(values.size()) != size) {
    throw UserError(
        fmt::format("{}: {} values given, the model has {}", name, values.size(), size));
  }
  return values;
}

std::string Rollout(Env* env, const ControlTable& controls) {
  std::string csv;
  AppendHeader(env->spec(), &csv);
  AppendRow(*env, {}, &csv);
  for (int row = 0; row < controls.rows(); ++row) {
    const spec::StepResult result = env->StepControl(controls.Row(row));
    AppendRow(*env, result, &csv);
    if (result.terminated || result.diverged) break;
  }
  return csv;
}

}  // namespace sinew::sim
