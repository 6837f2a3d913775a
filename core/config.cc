#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/names.h"
#include "core/options.h"
#include "core/value_text.h"

namespace sinew {
namespace {

OptionTable& FindSection(const std::vector<OptionTable*>& tables, std::string_view section) {
  std::vector<std::string> names;
  for (OptionTable* table : tables) {
    if (table->section() == section) return *table;
    names.push_back(table->section());
  }
  throw UserError(UnknownName("section", section, names));
}

bool HasSection(const std::vector<OptionTable*>& tables, std::string_view section) {
  return std::ranges::any_of(tables,
                             [&](const OptionTable* table) { return table->section() == section; });
}

// The value as the command line would write it, so that both ways share one parser.
std::string NodeText(const toml::node& node) {
  if (const auto* value = node.as_integer()) return fmt::format("{}", value->get());
  if (const auto* value = node.as_floating_point()) return FormatNumber(value->get());
  if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
  if (const auto* value = node.as_string()) return FormatText(value->get());
  if (const auto* array = node.as_array()) {
    std::vector<std::string> items;
    for (const toml::node& item : *array) items.push_back(NodeText(item));
    return fmt::format("[{}]", fmt::join(items, ", "));
  }
  return node.is_table() ? "a table" : "a date or time";
}

// The parser calls itself for each level of a dotted key and of a table, and has no bound of its
// own.
void RefuseDeepKeys(std::string_view toml, std::string_view source) {
  constexpr int kMostDots = 1000;
  int dots = 0, line = 1;
  for (const char c : toml) {
    dots = c == '\n' || c == ',' || c == '=' ? 0 : dots + (c == '.');
    if (dots > kMostDots) {
      throw UserError(
          fmt::format("{}:{}: a name with more than {} dots: keys are of two or three parts",
                      source, line, kMostDots));
    }
    line += c == '\n';
  }
}

toml::table ParseToml(std::string_view toml, std::string_view source) {
  RefuseDeepKeys(toml, source);
  try {
    return toml::parse(toml, source);
  } catch (const toml::parse_error& error) {
    throw UserError(
        OneLine(fmt::format("{}:{}: {}", source, error.source().begin.line, error.description())));
  }
}

// Runs the action; what it throws gets the place of `key` put before it.
template <class Action>
void At(std::string_view source, const toml::key& key, Action action) {
  try {
    action();
  } catch (const UserError& error) {
    throw UserError(
        OneLine(fmt::format("{}:{}: {}", source, key.source().begin.line, error.what())));
  }
}

// Sets what a section holds; tables within it are groups of dotted keys.
void SetTable(std::string_view source, const toml::table& values, const std::string& group,
              OptionTable* table) {
  for (const bool last : {false, true}) {
    for (const auto& [key, value] : values) {
      const std::string name = group + std::string(key.str());
      if (const toml::table* inner = value.as_table(); inner && !table->Has(name)) {
        if (!last) SetTable(source, *inner, name + ".", table);
      } else if (table->ComesLast(name) == last) {
        At(source, key, [&, text = NodeText(value)] { table->Set(name, text); });
      }
    }
  }
}

// "0 to 1", ">= 0", "ou | gaussian": what is valid, for tables and comments
std::string ValidText(const OptionTable::Entry& entry) {
  if (entry.type == "bool") return "true | false";
  if (!entry.choices.empty()) return fmt::format("{}", fmt::join(entry.choices, " | "));
  const bool low = std::isfinite(entry.range.low);
  const bool high = std::isfinite(entry.range.high);
  if (low && high) return fmt::format("{} to {}", entry.range.low, entry.range.high);
  if (low) return fmt::format(">= {}", entry.range.low);
  return high ? fmt::format("<= {}", entry.range.high) : "";
}

std::string Comment(const OptionTable::Entry& entry) {
  std::string text = entry.help;
  if (!entry.unit.empty()) text += fmt::format(" [{}]", entry.unit);
  const std::string valid = ValidText(entry);
  if (!valid.empty()) text += fmt::format(" ({})", valid);
  // a comment ends with its line
  std::ranges::replace(text, '\n', ' ');
  return text;
}

using Row = std::array<std::string, 5>;

// Columns as wide as their longest cell; the last one runs free.
std::string FormatRows(const std::vector<Row>& rows) {
  std::array<size_t, 4> widths{};
  for (const Row& row : rows) {
    for (size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    text += ' ';
    for (size_t i = 0; i < widths.size(); ++i) text += fmt::format(" {:<{}} ", row[i], widths[i]);
    text += fmt::format(" {}\n", row.back());
  }
  return text;
}

}  // namespace

void Config::SetFromText(std::string_view assignment) {
  const size_t equals = assignment.find('=');
  const size_t dot = assignment.substr(0, equals).find('.');
  if (equals == assignment.npos || dot == assignment.npos) {
    throw UserError(
        fmt::format("'{}' is not an assignment: expected section.key=value, e.g. agent.gamma=0.99",
                    assignment));
  }
  OptionTable& table = FindSection(tables_, assignment.substr(0, dot));
  table.Set(assignment.substr(dot + 1, equals - dot - 1), assignment.substr(equals + 1));
}

void Config::SetFromToml(std::string_view toml, std::string_view source) {
  Set(toml, source, true);
}

void Config::SetKnownFromToml(std::string_view toml, std::string_view source) {
  Set(toml, source, false);
}

void Config::Set(std::string_view toml, std::string_view source, bool refuse_unknown_sections) {
  const toml::table root = ParseToml(toml, source);
  for (const auto& [section, node] : root) {
    if (!refuse_unknown_sections && !HasSection(tables_, section.str())) continue;
    OptionTable* table = nullptr;
    At(source, section, [&, name = section.str(), is_table = node.is_table()] {
      table = &FindSection(tables_, name);
      if (is_table) return;
      throw UserError(fmt::format("'{0}' is a section: write [{0}], then key = value", name));
    });
    SetTable(source, *node.as_table(), "", table);
  }
}

std::string Config::ToToml() const {
  constexpr size_t kCommentColumn = 36;
  std::string text;
  for (const OptionTable* table : tables_) {
    if (table->entries().empty()) continue;
    text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", table->section());
    std::string group;
    for (const OptionTable::Entry& entry : table->entries()) {
      if (entry.group != group) text += fmt::format("# {}\n", entry.group);
      group = entry.group;
      const std::string assignment = fmt::format("{} = {}", entry.key, entry.get());
      text += fmt::format("{:<{}}  # {}\n", assignment, kCommentColumn, Comment(entry));
    }
  }
  return text;
}

std::string Config::Help() const {
  std::vector<Row> rows{{"option", "default", "valid", "unit", "meaning"}};
  for (const OptionTable* table : tables_) {
    std::string group;
    for (const OptionTable::Entry& entry : table->entries()) {
      if (entry.group != group) {
        rows.push_back({fmt::format("{}: {}", table->section(), entry.group), "", "", "", ""});
      }
      group = entry.group;
      rows.push_back({fmt::format("{}.{}", table->section(), entry.key), entry.default_text,
                      ValidText(entry), entry.unit, entry.help});
    }
  }
  return FormatRows(rows);
}

}  // namespace sinew
