// Holds the direction of the includes between folders, which the linker cannot hold for headers.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/paths.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

using Names = std::set<std::string>;

// What each folder may include besides itself.
const std::map<std::string, Names> kMayInclude{
    {"core", {}},
    {"spec", {"core"}},
    {"policy", {"core", "spec"}},
    {"sim", {"core", "spec"}},
    {"robots", {"core", "spec", "sim"}},
    {"tasks", {"core", "spec", "sim", "robots"}},
    {"models", {"core", "spec", "policy"}},
    {"agents", {"core", "spec", "policy", "models"}},
    {"training", {"core", "spec", "policy", "sim", "models", "agents"}},
    {"media", {"core", "spec", "sim"}},
    {"deploy", {"core", "spec", "policy", "sim"}},
    {"viewer", {"core", "spec", "sim", "media"}},
};

// Folders that may include all, and that none of the above may include.
const Names kTop{"apps", "bench", "tests"};

// LibTorch is slow to compile, and a controller must not need it.
const Names kWithoutTorch{"core", "spec", "policy", "sim", "robots", "tasks", "media", "viewer"};

// These reach MuJoCo by no way, also not through another header: agents know contracts and
// observations alone, and a robot's computer has no simulator.
const Names kWithoutMujoco{"core", "spec", "policy", "models", "agents", "deploy/runtime"};

// Source files beside each other in one folder.
constexpr int kMostSources = 15;

// "agents/replay" of "agents/replay/n_step.h"; empty for a header without a folder.
std::string PlaceOf(const std::string& header) {
  const size_t slash = header.rfind('/');
  return slash == header.npos ? "" : header.substr(0, slash);
}

// "sim" of "sim/env.h"; empty for a header without a folder.
std::string FolderOf(const std::string& header) {
  const size_t slash = header.find('/');
  return slash == header.npos ? "" : header.substr(0, slash);
}

bool IsTorch(const std::string& header) {
  return Names{"torch", "ATen", "c10", "caffe2"}.contains(FolderOf(header));
}

bool Allowed(const std::string& folder, const std::string& header) {
  if (IsTorch(header)) return !kWithoutTorch.contains(folder);
  const std::string target = FolderOf(header);
  if (kTop.contains(target)) return false;
  return target == folder || !kMayInclude.contains(target) ||
         kMayInclude.at(folder).contains(target);
}

struct Include {
  std::string file;  // from the repository root
  int line = 0;
  std::string header;
};

std::string Describe(const Include& include) {
  return include.file + ":" + std::to_string(include.line) + " includes " + include.header;
}

// The header that a line such as `#include "sim/env.h"` names; empty for any other line.
std::string IncludedHeader(std::string_view line) {
  const auto skip = [&](std::string_view prefix) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with(prefix)) return false;
    line.remove_prefix(prefix.size());
    return true;
  };
  if (!skip("#") || !skip("include") || !(skip("\"") || skip("<"))) return "";
  return std::string(line.substr(0, line.find_first_of("\">")));
}

std::vector<Include> IncludesOfFile(const std::string& file) {
  std::vector<Include> includes;
  std::ifstream stream(fs::path(SourceDir()) / file);
  std::string text;
  for (int line = 1; std::getline(stream, text); ++line) {
    const std::string header = IncludedHeader(text);
    if (!header.empty()) includes.push_back({file, line, header});
  }
  return includes;
}

std::vector<Include> IncludesOfFolder(const std::string& folder) {
  const Names extensions{".h", ".hpp", ".cc", ".cpp", ".c"};
  const fs::path root(SourceDir());
  std::vector<Include> includes;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    if (!extensions.contains(entry.path().extension())) continue;
    for (Include& include : IncludesOfFile(entry.path().lexically_relative(root))) {
      includes.push_back(std::move(include));
    }
  }
  return includes;
}

class DependencyTest : public testing::TestWithParam<std::string> {};

TEST_P(DependencyTest, IncludesPointOneWay) {
  const std::vector<Include> includes = IncludesOfFolder(GetParam());
  EXPECT_FALSE(includes.empty());
  for (const Include& include : includes) {
    EXPECT_TRUE(Allowed(GetParam(), include.header)) << Describe(include);
  }
}

std::vector<std::string> FolderNames() {
  std::vector<std::string> names;
  for (const auto& [name, allowed] : kMayInclude) names.push_back(name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Folders, DependencyTest, testing::ValuesIn(FolderNames()),
                         [](const auto& info) { return info.param; });

// What `file` includes, straight or through headers of ours, each with the line that names it.
std::vector<Include> Reach(std::vector<Include> waiting) {
  std::vector<Include> reached;
  Names seen;
  while (!waiting.empty()) {
    const Include include = waiting.back();
    waiting.pop_back();
    if (!seen.insert(include.header).second) continue;
    reached.push_back(include);
    for (Include& next : IncludesOfFile(include.header)) waiting.push_back(std::move(next));
  }
  return reached;
}

TEST(DependencyRule, AgentsAndPoliciesReachNoMujoco) {
  for (const std::string& folder : kWithoutMujoco) {
    const std::vector<Include> reached = Reach(IncludesOfFolder(folder));
    EXPECT_FALSE(reached.empty()) << folder;
    for (const Include& include : reached) {
      EXPECT_NE(FolderOf(include.header), "mujoco") << folder << ": " << Describe(include);
    }
  }
}

// Every folder, sub-folders included, and the folders that its files include.
std::map<std::string, std::map<std::string, Include>> PlacesOfTheHouse() {
  std::map<std::string, std::map<std::string, Include>> places;
  for (const auto& [folder, allowed] : kMayInclude) {
    for (const Include& include : IncludesOfFolder(folder)) {
      const std::string from = PlaceOf(include.file), to = PlaceOf(include.header);
      if (from != to && kMayInclude.contains(FolderOf(include.header))) {
        places[from].emplace(to, include);
      }
    }
  }
  return places;
}

// Takes away folders that include none of those that are left: what stays goes in a circle.
TEST(DependencyRule, NoFolderIsInACircleOfIncludes) {
  auto places = PlacesOfTheHouse();
  EXPECT_FALSE(places.empty());
  for (bool found = true; found;) {
    found = false;
    for (auto place = places.begin(); place != places.end();) {
      const bool ground = std::ranges::none_of(
          place->second, [&](const auto& target) { return places.contains(target.first); });
      found = found || ground;
      place = ground ? places.erase(place) : std::next(place);
    }
  }
  for (const auto& [place, targets] : places) {
    for (const auto& [target, include] : targets) {
      EXPECT_FALSE(places.contains(target)) << place << ": " << Describe(include);
    }
  }
}

TEST(DependencyRule, NoFolderIsCrowded) {
  std::map<std::string, int> sources;
  for (const auto& [folder, allowed] : kMayInclude) {
    const fs::path root(SourceDir());
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() != ".cc") continue;
      ++sources[entry.path().parent_path().lexically_relative(root)];
    }
  }
  EXPECT_FALSE(sources.empty());
  for (const auto& [place, count] : sources) EXPECT_LE(count, kMostSources) << place;
}

// A test that includes torch/torch.h takes twenty seconds to compile.
TEST(DependencyRule, HeadersOfModelsThatTestsIncludeAreFreeOfTorch) {
  std::vector<Include> includes;
  for (const Include& include : IncludesOfFolder("tests")) {
    if (FolderOf(include.header) == "models") includes.push_back(include);
  }
  EXPECT_FALSE(includes.empty());
  for (const Include& include : Reach(includes)) {
    EXPECT_FALSE(IsTorch(include.header)) << Describe(include);
  }
}

TEST(DependencyRule, RefusesWhatPointsTheWrongWay) {
  EXPECT_FALSE(Allowed("core", "sim/env.h"));
  EXPECT_FALSE(Allowed("sim", "tasks/registry.h"));
  EXPECT_FALSE(Allowed("agents", "tasks/registry.h"));
  EXPECT_FALSE(Allowed("viewer", "policy/policy_file.h"));
  EXPECT_FALSE(Allowed("deploy", "training/evaluation/statistics.h"));
  EXPECT_FALSE(Allowed("training", "apps/main.h"));
  EXPECT_FALSE(Allowed("sim", "torch/torch.h"));
  EXPECT_FALSE(Allowed("viewer", "c10/util/Exception.h"));
}

TEST(DependencyRule, AllowsWhatPointsDown) {
  EXPECT_TRUE(Allowed("training", "sim/env.h"));
  EXPECT_TRUE(Allowed("viewer", "media/png.h"));
  EXPECT_TRUE(Allowed("models", "torch/torch.h"));
  EXPECT_TRUE(Allowed("core", "core/error.h"));
  EXPECT_TRUE(Allowed("sim", "mujoco/mujoco.h"));
  EXPECT_TRUE(Allowed("core", "vector"));
}

TEST(DependencyRule, ReadsIncludeLines) {
  EXPECT_EQ(IncludedHeader("#include \"sim/env.h\""), "sim/env.h");
  EXPECT_EQ(IncludedHeader("  # include <torch/torch.h>  // why"), "torch/torch.h");
  EXPECT_EQ(IncludedHeader("// #include \"sim/env.h\""), "");
  EXPECT_EQ(IncludedHeader("#pragma once"), "");
  EXPECT_EQ(IncludedHeader(""), "");
}

}  // namespace
}  // namespace sinew
