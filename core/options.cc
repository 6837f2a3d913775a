#include "core/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/names.h"
#include "core/value_text.h"

namespace sinew {
namespace {

std::string RangeText(const Range& range) {
  const bool low = std::isfinite(range.low);
  const bool high = std::isfinite(range.high);
  if (low && high) return fmt::format("from {} to {}", range.low, range.high);
  if (low) return fmt::format("of at least {}", range.low);
  if (high) return fmt::format("of at most {}", range.high);
  return "";
}

// What may stand there, for messages: "a number from 0 to 1", "one of ou, gaussian".
std::string Expectation(const OptionTable::Entry& entry) {
  if (entry.type == "bool") return "true or false";
  if (entry.type == "choice") return fmt::format("one of {}", fmt::join(entry.choices, ", "));
  if (entry.type == "text") return "a text in UTF-8";
  if (entry.type == "schedule") {
    const std::string range = RangeText(entry.range);
    return fmt::format("a number{0}{1}, or two, at the run's start and at its end, such as 1,0.5",
                       range.empty() ? "" : " ", range);
  }
  if (entry.type == "names") return "a list of names such as [\"tip\", \"target\"]";
  const std::string range = RangeText(entry.range);
  const std::string what = entry.type == "number"    ? "a number"
                           : entry.type == "integer" ? "an integer"
                           : entry.type == "numbers" ? "a list such as 0.1,0.2 of numbers"
                                                     : "a list such as 64,64 of integers";
  return range.empty() ? what : what + ' ' + range;
}

bool Inside(double value, const Range& range) {
  return std::isfinite(value) && value >= range.low && value <= range.high;
}

OptionTable::Entry MakeEntry(std::string type, std::string key, std::string help,
                             std::string unit = "", Range range = {}) {
  OptionTable::Entry entry;
  entry.type = std::move(type);
  entry.key = std::move(key);
  entry.help = std::move(help);
  entry.unit = std::move(unit);
  entry.range = range;
  return entry;
}

// Completes the entry: `parse` gives the value that a text stands for, or nothing where it is none;
// `format` the TOML.
template <class Field, class ParseValue, class FormatValue>
OptionTable::Entry Bind(std::string_view section, OptionTable::Entry entry, Field* field,
                        ParseValue parse, FormatValue format) {
  entry.get = [field, format] { return std::string(format(*field)); };
  entry.default_text = entry.get();
  const std::string name = fmt::format("{}.{}", section, entry.key);
  entry.set = [field, parse, name, expected = Expectation(entry)](std::string_view text) {
    auto value = parse(text);
    if (!value) {
      throw UserError(fmt::format("{} = {} is not valid: expected {}", name, text, expected));
    }
    *field = std::move(*value);
  };
  return entry;
}

template <class Value>
auto InRange(std::optional<Value> (*parse)(std::string_view), Range range) {
  return [parse, range](std::string_view text) {
    auto value = parse(text);
    if (value && !Inside(static_cast<double>(*value), range)) value.reset();
    return value;
  };
}

}  // namespace

void OptionTable::Add(std::string key, double* field, Range range, std::string help,
                      std::string unit) {
  Entry entry = MakeEntry("number", std::move(key), std::move(help), std::move(unit), range);
  Insert(Bind(section_, std::move(entry), field, InRange(ParseNumber, range), FormatNumber));
}

void OptionTable::Add(std::string key, int64_t* field, Range range, std::string help,
                      std::string unit) {
  Entry entry = MakeEntry("integer", std::move(key), std::move(help), std::move(unit), range);
  const auto format = [](int64_t value) { return fmt::format("{}", value); };
  Insert(Bind(section_, std::move(entry), field, InRange(ParseInteger, range), format));
}

void OptionTable::Add(std::string key, bool* field, std::string help) {
  Entry entry = MakeEntry("bool", std::move(key), std::move(help));
  const auto parse = [](std::string_view text) -> std::optional<bool> {
    if (text == "true") return true;
    if (text == "false") return false;
    return std::nullopt;
  };
  const auto format = [](bool value) { return value ? "true" : "false"; };
  Insert(Bind(section_, std::move(entry), field, parse, format));
}

void OptionTable::Add(std::string key, std::string* field, std::vector<std::string> choices,
                      std::string help) {
  Entry entry = MakeEntry(choices.empty() ? "text" : "choice", std::move(key), std::move(help));
  entry.choices = std::move(choices);
  const auto parse = [choices =
                          entry.choices](std::string_view text) -> std::optional<std::string> {
    std::string value = ParseText(text);
    if (!IsUtf8(value)) return std::nullopt;
    if (!choices.empty() && std::ranges::find(choices, value) == choices.end()) return std::nullopt;
    return value;
  };
  Insert(Bind(section_, std::move(entry), field, parse, FormatText));
}

void OptionTable::Add(std::string key, std::vector<int64_t>* field, Range range, std::string help) {
  Entry entry = MakeEntry("list", std::move(key), std::move(help), "", range);
  const auto parse = [range](std::string_view text) {
    auto values = ParseIntegerList(ParseText(text));
    const auto inside = [&](int64_t value) { return Inside(static_cast<double>(value), range); };
    if (values && !std::ranges::all_of(*values, inside)) values.reset();
    return values;
  };
  Insert(Bind(section_, std::move(entry), field, parse, FormatList));
}

void OptionTable::Add(std::string key, std::vector<double>* field, Range range, std::string help,
                      std::string unit) {
  Entry entry = MakeEntry("numbers", std::move(key), std::move(help), std::move(unit), range);
  const auto parse = [range](std::string_view text) {
    auto values = ParseNumberList(ParseText(text));
    const auto inside = [&](double value) { return Inside(value, range); };
    if (values && !std::ranges::all_of(*values, inside)) values.reset();
    return values;
  };
  const auto format = [](const std::vector<double>& values) { return FormatNumberList(values); };
  Insert(Bind(section_, std::move(entry), field, parse, format));
}

void OptionTable::Add(std::string key, std::vector<std::string>* field, std::string help) {
  Entry entry = MakeEntry("names", std::move(key), std::move(help));
  Insert(Bind(section_, std::move(entry), field, ParseTextList, FormatTextList));
}

void OptionTable::Add(std::string key, Schedule* field, Range range, std::string help,
                      std::string unit) {
  Entry entry = MakeEntry("schedule", std::move(key), std::move(help), std::move(unit), range);
  const auto parse = [range](std::string_view text) -> std::optional<Schedule> {
    const auto values = ParseNumberList(ParseText(text));
    if (!values || values->empty() || values->size() > 2) return std::nullopt;
    for (const double value : *values) {
      if (!Inside(value, range)) return std::nullopt;
    }
    return Schedule(values->front(), values->back());
  };
  const auto format = [](const Schedule& schedule) {
    return schedule.constant() ? FormatNumber(schedule.start)
                               : FormatNumberList({schedule.start, schedule.end});
  };
  Insert(Bind(section_, std::move(entry), field, parse, format));
}

void OptionTable::Insert(Entry entry) {
  entry.group = group_;
  const auto behind =
      entry.group.empty()
          ? std::ranges::find_if(entries_, [](const Entry& other) { return !other.group.empty(); })
          : entries_.end();
  entries_.insert(behind, std::move(entry));
}

void OptionTable::Replaced(std::string old_key, std::string key, Translate translate) {
  former_.push_back({std::move(old_key), std::move(key), std::move(translate)});
}

OptionTable::Entry* OptionTable::Find(std::string_view key) {
  const auto found = std::ranges::find(entries_, key, &Entry::key);
  return found == entries_.end() ? nullptr : &*found;
}

const OptionTable::Former* OptionTable::FindFormer(std::string_view key) const {
  const auto found = std::ranges::find(former_, key, &Former::old_key);
  return found == former_.end() ? nullptr : &*found;
}

bool OptionTable::ComesLast(std::string_view key) const {
  const Former* former = FindFormer(key);
  return former != nullptr && former->translate;
}

bool OptionTable::Has(std::string_view key) const {
  return FindFormer(key) != nullptr ||
         std::ranges::find(entries_, key, &Entry::key) != entries_.end();
}

void OptionTable::Set(std::string_view key, std::string_view value) {
  if (const Former* former = FindFormer(key)) {
    Entry* entry = Find(former->key);
    entry->set(former->translate ? former->translate(entry->get(), value) : std::string(value));
    if (told_.insert(former->old_key).second) {
      fmt::print(stderr, "{0}.{1} is now {0}.{2} = {3}\n", section_, former->old_key, entry->key,
                 entry->get());
    }
    return;
  }
  if (Entry* entry = Find(key)) return entry->set(value);
  // within a group of dotted keys, only its own are worth naming
  const std::string_view group = key.substr(0, key.rfind('.') + 1);
  std::vector<std::string> keys, group_keys;
  for (const Entry& entry : entries_) {
    keys.push_back(entry.key);
    if (!group.empty() && entry.key.starts_with(group)) group_keys.push_back(entry.key);
  }
  if (!group_keys.empty()) keys = group_keys;
  throw UserError(UnknownName(fmt::format("option in [{}]", section_), key, keys));
}

}  // namespace sinew
