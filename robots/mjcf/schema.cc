#include "robots/mjcf/schema.h"

#include <fmt/format.h>
#include <mujoco/mujoco.h>

#include <array>
#include <charconv>
#include <sstream>
#include <vector>

namespace sinew::robots {
namespace {

constexpr size_t kNameColumns = 27;  // attributes begin right of them
constexpr int kIndent = 3;           // columns a level

// MuJoCo writes "(world)body" for what may be either
std::string PlainName(const std::string& name) {
  return name.starts_with("(world)body") ? "body" : name;
}

// bodies hold bodies, frames and replicas, which may hold what a body may
bool IsBodyLike(std::string_view name) {
  return name == "body" || name == "worldbody" || name == "frame" || name == "replicate";
}

std::string Key(std::string_view section, std::string_view parent, std::string_view element) {
  if (IsBodyLike(parent)) parent = "body";
  if (element == "worldbody") element = "body";
  // top-level elements and bodies, wherever they are, are read by one rule
  if (element == section || parent == "mujoco") parent = "";
  return fmt::format("{}/{}/{}", section, parent, element);
}

}  // namespace

Version Version::Parse(std::string_view text) {
  Version version;
  const char* next = text.data();
  const char* end = next + text.size();
  for (int* part : {&version.major, &version.minor, &version.patch}) {
    next = std::from_chars(next, end, *part).ptr;
    if (next != end) ++next;
  }
  return version;
}

std::string Version::ToString() const { return fmt::format("{}.{}.{}", major, minor, patch); }

const Version& Engine() {
  static const Version version = Version::Parse(mj_versionString());
  return version;
}

std::string SectionOf(const Element& top) { return top.name == "worldbody" ? "body" : top.name; }

const Schema& Schema::OfEngine() {
  static const Schema schema = [] {
    std::vector<char> text(1 << 20);
    mj_printSchema(nullptr, text.data(), static_cast<int>(text.size()), 0, 0);
    return Parse(text.data());
  }();
  return schema;
}

Schema Schema::Parse(const std::string& text) {
  Schema schema;
  std::vector<std::string> path;  // names of the elements around the line
  std::set<std::string, std::less<>>* attributes = nullptr;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t indent = line.find_first_not_of(' ');
    if (indent == line.npos) continue;
    std::istringstream words(line);
    std::string word;
    if (indent < kNameColumns) {
      std::string cardinality;
      words >> word >> cardinality;
      path.resize(std::min(path.size(), indent / kIndent));
      path.push_back(PlainName(word));
      const std::string section = path.size() > 1 ? path[1] : path[0];
      const std::string parent = path.size() > 2 ? path[path.size() - 2] : "";
      attributes = &schema.attributes_[Key(section, parent, path.back())];
    }
    while (attributes && words >> word) attributes->insert(word);
  }
  return schema;
}

bool Schema::Knows(std::string_view section, std::string_view parent,
                   std::string_view element) const {
  return attributes_.contains(Key(section, parent, element));
}

bool Schema::Knows(std::string_view section, std::string_view parent, std::string_view element,
                   std::string_view attribute) const {
  const auto found = attributes_.find(Key(section, parent, element));
  return found != attributes_.end() && found->second.contains(attribute);
}

}  // namespace sinew::robots
