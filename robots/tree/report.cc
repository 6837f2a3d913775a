#include "robots/tree/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/names.h"

namespace sinew::robots {
namespace {

constexpr size_t kShownItems = 12;

std::string ToLine(const Report::Entry& entry) {
  std::string line = entry.change;
  for (size_t i = 0; i < std::min(entry.items.size(), kShownItems); ++i)
    line += (i == 0 ? ": " : ", ") + entry.items[i];
  if (entry.items.size() > kShownItems)
    line += fmt::format(" and {} more", entry.items.size() - kShownItems);
  return line;
}

}  // namespace

void Report::Add(Kind kind, std::string_view change, std::string_view item) {
  auto entry = std::ranges::find_if(
      entries_, [&](const Entry& e) { return e.kind == kind && e.change == change; });
  if (entry == entries_.end())
    entry = entries_.insert(entry, {.kind = kind, .change = std::string(change), .items = {}});
  if (!item.empty() && std::ranges::find(entry->items, item) == entry->items.end())
    entry->items.emplace_back(item);
}

bool Report::Has(Kind kind) const {
  return std::ranges::find(entries_, kind, &Entry::kind) != entries_.end();
}

std::vector<std::string> Report::Lines(Kind kind) const {
  std::vector<std::string> lines;
  for (const Entry& entry : entries_)
    if (entry.kind == kind) lines.push_back(ToLine(entry));
  return lines;
}

void Report::ThrowIfRefused(const std::string& file) const {
  if (!Has(Kind::kRefused)) return;
  std::string all;
  for (const std::string& line : Lines(Kind::kRefused)) all += (all.empty() ? "" : "; ") + line;
  throw UserError(OneLine(fmt::format("{} cannot be imported: {}", file, all)));
}

std::string Report::ToMarkdown(const std::string& title) const {
  struct Section {
    Kind kind;
    const char* title;
    const char* nothing;
  };
  static constexpr Section kSections[] = {
      {Kind::kGuessed, "Guessed", "Nothing."},
      {Kind::kExact, "Changed, with the same physics", "Nothing."},
      {Kind::kInexact, "Changed, and not the same", "Nothing."},
      {Kind::kRefused, "Refused", "Nothing."}};
  std::string text = fmt::format("# {}\n", title);
  for (const Section& section : kSections) {
    text += fmt::format("\n## {}\n\n", section.title);
    const auto lines = Lines(section.kind);
    for (const std::string& line : lines) text += fmt::format("- {}\n", OneLine(line));
    if (lines.empty()) text += fmt::format("{}\n", section.nothing);
  }
  return text;
}

}  // namespace sinew::robots
