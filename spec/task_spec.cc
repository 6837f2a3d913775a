#include "spec/task_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "core/error.h"

namespace sinew::spec {
namespace {

std::vector<std::string> Repeated(const std::vector<std::string>& names) {
  std::map<std::string, int> count;
  std::vector<std::string> repeated;
  for (const std::string& name : names) {
    if (++count[name] == 2) repeated.push_back("'" + name + "'");
  }
  return repeated;
}

}  // namespace

void CheckNames(const TaskSpec& spec) {
  std::vector<std::string> observation, action;
  for (const ObservationElement& element : spec.observation) observation.push_back(element.name);
  for (const ActionElement& element : spec.action) action.push_back(element.name());
  const std::vector<std::string> twice = Repeated(observation), driven = Repeated(action);
  if (!twice.empty()) {
    throw UserError(fmt::format(
        "{}: more than one element of the observation is called {}; list a piece once, and give "
        "sensors and joints names of their own (an unnamed joint is called joint<number>)",
        spec.name, fmt::join(twice, ", ")));
  }
  if (!driven.empty()) {
    throw UserError(fmt::format(
        "{}: more than one action is called {}; give joints and actuators names of their own",
        spec.name, fmt::join(driven, ", ")));
  }
}

}  // namespace sinew::spec
