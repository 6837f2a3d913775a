#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "training/run/append_file.h"

namespace sinew::training {

/// One named number of a training step or an evaluation.
struct Metric {
  std::string name;
  double value = 0;
};

/// A table of metrics over training steps (`progress.csv`): header, then one row a call, 9
/// significant digits.
///
/// Columns stand in the order of their first appearance, behind "step". A metric that first appears
/// in a later row gets a new last column: the file is rewritten once, with empty cells above. A
/// metric missing in a row leaves an empty cell. Not thread-safe.
class CsvLog {
 public:
  /// Starts a new file, or with `resume_step` continues the one at `path` after dropping every row
  /// of a later step and an unfinished last row, so that the file of a resumed run equals that of
  /// an uninterrupted one.
  /// @throws UserError if a new file would overwrite one; Error with file and line for a damaged
  /// file, or if it cannot be written.
  explicit CsvLog(std::filesystem::path path, std::optional<int64_t> resume_step = std::nullopt);

  /// Appends one row and hands it to the operating system. Steps must not decrease.
  /// @throws Error naming the file if the disk is full (the file is as before), or if a name occurs
  /// twice or holds a comma, a quote or a line break.
  void Append(int64_t step, std::span<const Metric> row);

  /// Names behind "step".
  const std::vector<std::string>& columns() const { return columns_; }

 private:
  void AddColumns(std::span<const Metric> row);

  std::vector<std::string> columns_;
  AppendFile file_;
};

/// One JSON object a line (`eval.jsonl`), each beginning with its "step". NaN and infinity become
/// null. The rules of CsvLog for resuming and for errors hold here too.
class JsonLines {
 public:
  explicit JsonLines(std::filesystem::path path, std::optional<int64_t> resume_step = std::nullopt);

  /// @param fields  object; "step" is put before its members. @throws Error if it is no object.
  void Append(int64_t step, const nlohmann::ordered_json& fields);

 private:
  AppendFile file_;
};

}  // namespace sinew::training
