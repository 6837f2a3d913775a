#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "training/study/results.h"

namespace sinew::training {
namespace {

// three significant digits or more: -3.87, 95.0, 2609
std::string Number(double value) {
  const double size = std::abs(value);
  return fmt::format("{:.{}f}", value, size >= 1000 ? 0 : size >= 100 ? 1 : 2);
}

std::string Steps(int64_t steps) {
  if (steps % 1'000'000 == 0) return fmt::format("{}M", steps / 1'000'000);
  if (steps % 1000 == 0) return fmt::format("{}k", steps / 1000);
  return fmt::format("{}", steps);
}

std::string Duration(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  return fmt::format("{:.1f} min", seconds / 60);
}

template <class Values, class Format>
std::string Joined(const Values& values, const char* separator, Format format) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : separator) + format(value);
  return text;
}

std::string SeedList(const std::vector<uint64_t>& seeds) {
  return Joined(seeds, ", ", [](uint64_t seed) { return fmt::format("{}", seed); });
}

std::string Success(const ResultRow& row) {
  return Joined(row.success, ", ", [](const SuccessRate& rate) {
    return fmt::format("{} {:.1f} % ({:.1f} to {:.1f})", rate.name, 100 * rate.rate,
                       100 * rate.ci95.low, 100 * rate.ci95.high);
  });
}

std::string Published(const ResultRow& row, std::span<const PublishedResult> published) {
  std::vector<const PublishedResult*> matching;
  for (const PublishedResult& result : published) {
    const bool same = result.task == row.task && result.env_steps == row.env_steps &&
                      (result.agent.empty() || result.agent == row.agent);
    if (same) matching.push_back(&result);
  }
  return Joined(matching, "; ", [](const PublishedResult* result) {
    return fmt::format("{} ({})", Number(result->value), result->source);
  });
}

// " (3 of 1200 episodes diverged)" of the last policies
std::string Diverged(const ResultRow& row) {
  if (row.diverged == 0) return "";
  return fmt::format(" ({} of {} episodes diverged)", row.diverged,
                     static_cast<int64_t>(row.seeds.size()) * row.episodes);
}

// two rows of the same agent and steps differ by this
std::string Agent(const ResultRow& row) {
  return row.preset.empty() ? row.agent : fmt::format("{} `{}`", row.agent, row.preset);
}

std::string Line(const ResultRow& row, std::span<const PublishedResult> published) {
  if (row.seeds.empty()) {
    return fmt::format("| {} | {} | – | – | – | none finished (seeds {}) | – | – | |\n", Agent(row),
                       Steps(row.env_steps), SeedList(row.unfinished));
  }
  const std::string missing =
      row.unfinished.empty() ? "" : fmt::format(" (unfinished: {})", SeedList(row.unfinished));
  return fmt::format("| {} | {} | {} ({} to {}) | {} | {} | {}{}{} | {} | {} | {} |\n", Agent(row),
                     Steps(row.env_steps), Number(row.mean), Number(row.ci95.low),
                     Number(row.ci95.high), Number(row.iqm), Number(row.best_mean),
                     Joined(row.returns, " ", Number), missing, Diverged(row), Success(row),
                     Duration(row.wall_seconds), Published(row, published));
}

}  // namespace

std::vector<PublishedResult> ReadPublished(const std::filesystem::path& path) {
  toml::table table;
  try {
    table = toml::parse(ReadFile(path), path.string());
  } catch (const toml::parse_error& error) {
    throw UserError(fmt::format("{}: {}", path.string(), error.description()));
  }
  std::vector<PublishedResult> results;
  const auto* array = table["result"].as_array();
  if (!array) throw UserError(fmt::format("{} has no [[result]]", path.string()));
  for (const auto& node : *array) {
    const toml::node_view entry(node);
    const auto task = entry["task"].value<std::string>();
    const auto steps = entry["env_steps"].value<int64_t>();
    const auto value = entry["value"].value<double>();
    const auto source = entry["source"].value<std::string>();
    if (!task || !steps || !value || !source) {
      throw UserError(fmt::format("{}: [[result]] {} needs task, env_steps, value and source",
                                  path.string(), results.size() + 1));
    }
    results.push_back({*task, entry["agent"].value_or(std::string()), *steps, *value, *source});
  }
  return results;
}

std::string ResultsMarkdown(std::span<const ResultRow> rows,
                            std::span<const PublishedResult> published) {
  std::string text;
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool new_task = i == 0 || rows[i].task != rows[i - 1].task;
    if (new_task) {
      text += fmt::format(
          "{}## {}\n\n| agent | steps | mean over seeds (95 % CI) | IQM | best policy | each seed "
          "| "
          "success | wall-clock | published |\n|---|---|---|---|---|---|---|---|---|\n",
          i == 0 ? "" : "\n", rows[i].task);
    }
    text += Line(rows[i], published);
    if (i + 1 < rows.size() && rows[i + 1].task == rows[i].task) continue;
    text += "\n```\n";
    for (const ResultRow& row : rows) {
      if (row.task == rows[i].task) text += row.command + "\n";
    }
    text += "```\n";
  }
  return text;
}

}  // namespace sinew::training
