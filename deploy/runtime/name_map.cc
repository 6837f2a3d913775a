#include "deploy/runtime/name_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "core/error.h"
#include "core/names.h"

namespace sinew::deploy {
namespace {

std::map<std::string, int> Positions(const std::string& what,
                                     const std::vector<std::string>& names) {
  std::map<std::string, int> positions;
  for (const std::string& name : names) {
    if (!positions.emplace(name, static_cast<int>(positions.size())).second) {
      throw UserError(fmt::format("{} '{}' is named twice", what, name));
    }
  }
  return positions;
}

}  // namespace

std::vector<int> MapNames(const std::string& what, const std::vector<std::string>& policy,
                          const std::vector<std::string>& robot, bool subset) {
  std::vector<int> map(policy.size());
  std::iota(map.begin(), map.end(), 0);
  const auto known = Positions("the policy's " + what, policy);
  if (robot.empty()) return map;
  const auto positions = Positions("the robot's " + what, robot);
  for (size_t i = 0; i < policy.size(); ++i) {
    const auto found = positions.find(policy[i]);
    if (found == positions.end()) {
      throw UserError("the policy needs an " + UnknownName(what, policy[i], robot));
    }
    map[i] = found->second;
  }
  if (subset) return map;
  for (const std::string& name : robot) {
    if (!known.contains(name)) {
      throw UserError("the policy does not move it: " + UnknownName(what, name, policy));
    }
  }
  return map;
}

}  // namespace sinew::deploy
