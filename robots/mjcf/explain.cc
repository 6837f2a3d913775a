// What a model that does not load is too new for.

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "core/error.h"
#include "core/names.h"
#include "robots/mjcf/actuators.h"
#include "robots/mjcf/versions.h"

namespace sinew::robots {
namespace {

namespace fs = std::filesystem;

std::string NameOf(const Newer& newer) {
  if (*newer.value) return fmt::format("{}=\"{}\"", newer.attribute, newer.value);
  return *newer.attribute ? newer.attribute : "";
}

bool NamesElement(const Newer& newer, const std::string& tag) {
  const std::string_view element = newer.element;
  if (element == "*" || element == tag) return true;
  return element == "general" && IsActuator(tag) && std::string_view(newer.section) == "actuator";
}

// Joints, tendons and actuators whose range is told without `limited`, in a model that says nothing
// of autolimits.
const Element* FindAutolimited(const Element& root) {
  static const std::set<std::string> kTags{"joint", "fixed", "spatial", "tendon"};
  const Element* found = nullptr;
  bool says = false;
  Visit(root, [&](const Element& e) {
    says |= e.name == "compiler" && e.Has("autolimits");
    const bool joint = kTags.contains(e.name) && e.Has("range") && !e.Has("limited");
    const bool actuator = IsActuator(e.name) && ((e.Has("ctrlrange") && !e.Has("ctrllimited")) ||
                                                 (e.Has("forcerange") && !e.Has("forcelimited")));
    if (!found && (joint || actuator)) found = &e;
  });
  return says ? nullptr : found;
}

bool IsAutolimits(const Newer& newer) { return std::string_view(newer.attribute) == "autolimits"; }

bool OlderEngine(const Newer& newer) { return Engine() < Version::Parse(newer.since); }

std::string Sentence(const Newer& newer, const Element& element, const fs::path& file) {
  const std::string what =
      IsAutolimits(newer)
          ? fmt::format("<{}> with a range and no limited", element.name)
          : fmt::format("<{}{}{}>", element.name, *newer.attribute ? " " : "", NameOf(newer));
  return fmt::format(
      "{}: {} came with MuJoCo {}, and this program has {}: sinew import {} --out {}",
      element.Where(), what, newer.since, Engine().ToString(), file.string(), file.stem().string());
}

std::optional<std::string> Find(const Element& root, const fs::path& file) {
  std::optional<std::string> found;
  for (const Element& section : root.children) {
    Visit(section, [&](const Element& e) {
      for (const Newer& newer : NewerThings()) {
        if (found || !OlderEngine(newer) || IsAutolimits(newer)) continue;
        if (Has(newer, section.name, e)) found = Sentence(newer, e, file);
      }
    });
  }
  if (found) return found;
  for (const Newer& newer : NewerThings()) {
    if (!IsAutolimits(newer) || !OlderEngine(newer)) continue;
    if (const Element* e = FindAutolimited(root)) return Sentence(newer, *e, file);
  }
  return std::nullopt;
}

[[noreturn]] void RefuseAsTask(const char* what, const fs::path& file) {
  throw UserError(OneLine(fmt::format(
      "{} is {}: sinew import {} --out {} writes a model and a task file that can be trained",
      file.string(), what, file.string(), file.stem().string())));
}

}  // namespace

std::string Newer::Title() const {
  if (!*attribute) return fmt::format("<{}>", element);
  return fmt::format("{} {}", *element == '*' ? section : element, NameOf(*this));
}

bool Has(const Newer& newer, const std::string& section, const Element& element) {
  if (section != newer.section && section != "default") return false;
  // of actuators' attributes each is for all shortcuts
  if (!NamesElement(newer, element.name)) return false;
  if (!*newer.attribute) return section != "default";
  const std::string* value = element.Find(newer.attribute);
  // a spring without a dead band is as old as springs
  if (value && std::string_view(newer.attribute) == "springlength")
    return Numbers(element, newer.attribute).size() == 2;
  return value && (!*newer.value || *value == newer.value);
}

std::optional<std::string> ExplainLoadFailure(const fs::path& mjcf) {
  try {
    const FileAccess files(mjcf, {}, true);
    return Find(ReadTree(mjcf, files), mjcf);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string BetterMessage(const std::string& message, const fs::path& mjcf) {
  return ExplainLoadFailure(mjcf).value_or(message);
}

void RefuseUrdf(const std::string& name) {
  const fs::path file = name;
  if (file.extension() == ".urdf" || file.extension() == ".xacro") RefuseAsTask("a URDF", file);
}

void RefuseModel(const std::string& name) {
  RefuseUrdf(name);
  if (fs::path(name).extension() == ".xml") RefuseAsTask("an MJCF without a task", name);
}

}  // namespace sinew::robots
