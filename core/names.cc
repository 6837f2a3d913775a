#include "core/names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace sinew {
namespace {

// Damerau-Levenshtein distance, optimal string alignment: insert, delete, replace, swap neighbours
size_t EditDistance(std::string_view a, std::string_view b) {
  const size_t width = b.size() + 1;
  std::vector<size_t> table((a.size() + 1) * width);
  auto distance = [&](size_t i, size_t j) -> size_t& { return table[i * width + j]; };
  for (size_t i = 0; i <= a.size(); ++i) distance(i, 0) = i;
  for (size_t j = 0; j <= b.size(); ++j) distance(0, j) = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = distance(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      size_t best = std::min({replace, distance(i - 1, j) + 1, distance(i, j - 1) + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        best = std::min(best, distance(i - 2, j - 2) + 1);
      }
      distance(i, j) = best;
    }
  }
  return distance(a.size(), b.size());
}

}  // namespace

std::string NearestName(std::string_view name, std::span<const std::string> candidates) {
  const auto nearest = std::ranges::min_element(
      candidates, {}, [&](const std::string& candidate) { return EditDistance(name, candidate); });
  return nearest == candidates.end() ? std::string() : *nearest;
}

std::string UnknownName(std::string_view what, std::string_view name,
                        std::span<const std::string> candidates) {
  if (candidates.empty()) return fmt::format("unknown {} '{}': there is none", what, name);
  return fmt::format("unknown {} '{}': did you mean '{}'? Known: {}", what, name,
                     NearestName(name, candidates), fmt::join(candidates, ", "));
}

std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace sinew
