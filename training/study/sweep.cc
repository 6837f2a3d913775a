#include "training/study/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <set>

#include "core/error.h"

namespace sinew::training {
namespace {

constexpr size_t kMaxSeeds = 10'000;

/// The pieces between commas that stand outside of brackets.
std::vector<std::string> SplitValues(std::string_view text) {
  std::vector<std::string> pieces(1);
  int depth = 0;
  for (const char c : text) {
    if (c == '[') ++depth;
    if (c == ']') --depth;
    if (c == ',' && depth == 0) {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  return pieces;
}

uint64_t ParseSeed(std::string_view text, std::string_view whole) {
  uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error == std::errc() && end == text.data() + text.size() && !text.empty()) return seed;
  throw UserError(
      fmt::format("--seeds {}: '{}' is no seed; expected e.g. 1-5 or 1,3,7-9", whole, text));
}

// "actor_lr" where no other axis ends like that
std::string ShortKey(const SweepAxis& axis, std::span<const SweepAxis> axes) {
  const auto last_part = [](const std::string& key) { return key.substr(key.rfind('.') + 1); };
  const std::string name = last_part(axis.key);
  const auto same = std::ranges::count_if(
      axes, [&](const SweepAxis& other) { return last_part(other.key) == name; });
  return same > 1 ? axis.key : name;
}

// "[64, 64]" as "64x64"; what a file's name should not have as "_"
std::string FileText(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '[' || c == ']' || c == ' ' || c == '"') continue;
    if (c == ',') {
      text += 'x';
    } else {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) ||
                         std::string_view("._+-=").find(c) != std::string_view::npos;
      text += plain ? c : '_';
    }
  }
  return text;
}

/// Calls visit(values) for every combination, the last axis fastest.
template <class Visit>
void ForEachCombination(std::span<const SweepAxis> axes, Visit visit) {
  std::vector<size_t> at(axes.size());
  while (true) {
    visit(at);
    size_t axis = axes.size();
    while (axis > 0 && ++at[axis - 1] == axes[axis - 1].values.size()) at[--axis] = 0;
    if (axis == 0) return;
  }
}

}  // namespace

SweepAxis ParseAxis(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == text.npos || equals + 1 == text.size()) {
    throw UserError(fmt::format(
        "--grid {}: expected a setting and its values, e.g. agent.actor_lr=1e-3,3e-4", text));
  }
  SweepAxis axis{std::string(text.substr(0, equals)), SplitValues(text.substr(equals + 1))};
  std::set<std::string> seen;
  for (const std::string& value : axis.values) {
    if (value.empty()) throw UserError(fmt::format("--grid {}: a value is empty", text));
    if (!seen.insert(value).second)
      throw UserError(fmt::format("--grid {}: the value {} comes twice", text, value));
  }
  return axis;
}

std::vector<uint64_t> ParseSeeds(std::string_view text) {
  std::vector<uint64_t> seeds;
  std::set<uint64_t> seen;
  for (const std::string& piece : SplitValues(text)) {
    const size_t dash = piece.find('-');
    const uint64_t first = ParseSeed(std::string_view(piece).substr(0, dash), text);
    const uint64_t last =
        dash == piece.npos ? first : ParseSeed(std::string_view(piece).substr(dash + 1), text);
    if (last < first)
      throw UserError(fmt::format("--seeds {}: {} is less than {}", text, last, first));
    if (last - first >= kMaxSeeds - seeds.size())
      throw UserError(fmt::format("--seeds {}: more than {} seeds", text, kMaxSeeds));
    for (uint64_t seed = first;; ++seed) {
      if (!seen.insert(seed).second)
        throw UserError(fmt::format("--seeds {}: {} comes twice", text, seed));
      seeds.push_back(seed);
      if (seed == last) break;
    }
  }
  return seeds;
}

std::string SweepCell::name() const { return fmt::format("{}-s{}", variant, seed); }

std::vector<SweepCell> ExpandSweep(std::span<const std::string> tasks,
                                   std::span<const std::string> agents,
                                   std::span<const SweepAxis> axes,
                                   std::span<const uint64_t> seeds) {
  std::vector<SweepCell> variants;
  std::set<std::string> names;
  for (const std::string& task : tasks) {
    for (const std::string& agent : agents) {
      ForEachCombination(axes, [&](const std::vector<size_t>& at) {
        SweepCell cell{task, agent, 0, {}, {}};
        cell.variant = std::filesystem::path(task).stem().string() + "-" + agent;
        for (size_t i = 0; i < axes.size(); ++i) {
          const std::string& value = axes[i].values[at[i]];
          cell.assignments.push_back(axes[i].key + "=" + value);
          cell.variant += "-" + FileText(ShortKey(axes[i], axes) + "=" + value);
        }
        if (!names.insert(cell.variant).second) {
          throw UserError(
              fmt::format("two trainings of this sweep would be called {}", cell.variant));
        }
        variants.push_back(std::move(cell));
      });
    }
  }
  std::vector<SweepCell> cells;
  for (const uint64_t seed : seeds) {
    for (SweepCell cell : variants) {
      cell.seed = seed;
      cells.push_back(std::move(cell));
    }
  }
  return cells;
}

}  // namespace sinew::training
