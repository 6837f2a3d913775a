#include "apps/common/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace sinew::apps {
namespace {

using Json = nlohmann::ordered_json;

std::string CellText(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "-";
  if (value.is_number_float()) {
    const double number = value.get<double>();
    // a rate such as 123456.7 is not clearer as 1.235e+05
    return std::abs(number) >= 1e4 ? fmt::format("{:.0f}", number) : fmt::format("{:.4g}", number);
  }
  return value.dump();
}

struct Column {
  std::string key;
  bool numeric;
  std::vector<std::string> cells;
  size_t width;
};

Column MakeColumn(const std::string& key, const Json& rows) {
  Column column{key, rows.front().at(key).is_number(), {}, key.size()};
  for (const Json& row : rows) {
    column.cells.push_back(CellText(row.at(key)));
    column.width = std::max(column.width, column.cells.back().size());
  }
  return column;
}

std::string Aligned(const std::string& text, const Column& column) {
  return column.numeric ? fmt::format("{:>{}}", text, column.width)
                        : fmt::format("{:<{}}", text, column.width);
}

std::string Line(const std::vector<Column>& columns, auto text_of) {
  std::string line;
  for (const Column& column : columns)
    line += (line.empty() ? "" : "  ") + Aligned(text_of(column), column);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string FormatRows(const Json& rows) {
  if (rows.empty()) return "";
  std::vector<Column> columns;
  for (const auto& [key, value] : rows.front().items()) columns.push_back(MakeColumn(key, rows));
  std::string text = Line(columns, [](const Column& column) { return column.key; });
  for (size_t i = 0; i < rows.size(); ++i) {
    text += Line(columns, [i](const Column& column) { return column.cells[i]; });
  }
  return text;
}

void PrintRows(const Json& rows, bool json) {
  fmt::print("{}", json ? rows.dump(2) + "\n" : FormatRows(rows));
}

}  // namespace sinew::apps
