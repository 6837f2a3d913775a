#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/schedule.h"

namespace sinew {

/// Closed range of valid values; the default is "any finite number".
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

/// One section of the configuration ("agent", "task", "train"): named options bound to the fields
/// of a plain struct. The one schema behind `--set`, TOML files, the resolved `config.toml` and
/// `--help`.
///
/// The bound fields must outlive the table. Defaults are the fields' values at the time of Add.
class OptionTable {
 public:
  explicit OptionTable(std::string section) : section_(std::move(section)) {}

  void Add(std::string key, double* field, Range range, std::string help, std::string unit = "");
  void Add(std::string key, int64_t* field, Range range, std::string help, std::string unit = "");
  void Add(std::string key, bool* field, std::string help);
  void Add(std::string key, std::string* field, std::vector<std::string> choices, std::string help);
  /// A list such as hidden layer widths, written "64,64" on the command line and [64, 64] in TOML.
  void Add(std::string key, std::vector<int64_t>* field, Range range, std::string help);
  /// The same of any numbers, "-0.1,0.1" or [-0.1, 0.1].
  void Add(std::string key, std::vector<double>* field, Range range, std::string help,
           std::string unit = "");
  /// Names, "tip,target" or ["tip", "target"].
  void Add(std::string key, std::vector<std::string>* field, std::string help);
  /// A value at the start and at the end of the run, "1,0.1" or [1, 0.1]; one number: it stays.
  void Add(std::string key, Schedule* field, Range range, std::string help, std::string unit = "");

  /// Options that are added from now on are rarely used: they are printed behind the others, under
  /// this heading. An empty one ends the group.
  void BeginGroup(std::string heading) { group_ = std::move(heading); }

  /// An option's former name is still taken; a line on stderr says once what it is called now.
  void Renamed(std::string old_key, std::string key) {
    former_.push_back({std::move(old_key), std::move(key), nullptr});
  }
  /// What a former option meant, in terms of the one that took its place.
  /// @param present  of that one, as TOML. @param old_value  as it was written.
  /// @return  what is to be set; a value that does not parse as given, which is then refused.
  using Translate =
      std::function<std::string(std::string_view present, std::string_view old_value)>;
  void Replaced(std::string old_key, std::string key, Translate translate);

  struct Entry {
    std::string key, help, unit,
        type;  // number, integer, bool, choice, text (no choices), list, numbers, names, schedule
    std::string group{};       // heading of the rarely used; empty: among the others
    std::string default_text;  // as it would be written in TOML
    Range range;
    std::vector<std::string> choices;
    std::function<std::string()> get;           // current value as TOML
    std::function<void(std::string_view)> set;  // throws UserError: value, expectation
  };

  /// Keys may hold dots ("reward.distance"): in TOML such a group is a table within the section.
  /// @throws UserError: unknown key (nearest offered), value that does not parse or is out of
  /// range. The message names "section.key", the value and what is valid.
  void Set(std::string_view key, std::string_view value);
  /// Whether the key is a former option that changes what its successor is set to, so that it is
  /// to be set after all others.
  bool ComesLast(std::string_view key) const;
  /// Whether Set knows the key.
  bool Has(std::string_view key) const;
  const std::string& section() const { return section_; }
  /// In the order of Add, the rarely used last.
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  struct Former {
    std::string old_key, key;
    Translate translate;  // null: means the same
  };

  void Insert(Entry entry);
  Entry* Find(std::string_view key);
  const Former* FindFormer(std::string_view key) const;

  std::string section_, group_;
  std::vector<Entry> entries_;
  std::vector<Former> former_;
  std::set<std::string> told_;  // former names whose change was told
};

/// The sections of one run, in file order.
class Config {
 public:
  void AddSection(OptionTable* table) { tables_.push_back(table); }

  /// "agent.actor_lr=1e-4". @throws UserError: no '=', unknown section or key (nearest offered),
  /// bad value.
  void SetFromText(std::string_view assignment);
  /// @param source  file name for messages. @throws UserError with file and line for malformed
  /// TOML, unknown keys and bad values.
  void SetFromToml(std::string_view toml, std::string_view source);
  /// The same for a file that holds more sections than these, which are passed over.
  void SetKnownFromToml(std::string_view toml, std::string_view source);
  /// The resolved configuration, with each option's help, unit and range as a comment; reads back
  /// to the same values.
  std::string ToToml() const;
  /// Table for `--help`: key, default, range, unit, meaning.
  std::string Help() const;

 private:
  void Set(std::string_view toml, std::string_view source, bool refuse_unknown_sections);

  std::vector<OptionTable*> tables_;
};

}  // namespace sinew
