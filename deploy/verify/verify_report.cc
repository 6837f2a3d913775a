#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "deploy/verify/verify.h"

namespace sinew::deploy {
namespace {

using Json = nlohmann::ordered_json;

std::string Where(const std::optional<BackendReport::Moment>& moment) {
  return moment ? fmt::format("{}:{}", moment->episode, moment->step) : "never";
}

Json ToJson(const std::optional<BackendReport::Moment>& moment) {
  if (!moment) return nullptr;
  return {{"episode", moment->episode},
          {"step", moment->step},
          {"where", moment->where},
          {"size", moment->size}};
}

Json ToJson(const BackendReport& backend) {
  if (!backend.skipped.empty()) return {{"name", backend.name}, {"skipped", backend.skipped}};
  return {{"name", backend.name},
          {"max_error", backend.max_error},
          {"tolerance", backend.tolerance},
          {"max_ulps", backend.max_ulps},
          {"median_ulps", backend.median_ulps},
          {"worst_joint", backend.worst_joint},
          {"mean_return", backend.loop.mean_return},
          {"return_difference", backend.return_difference},
          {"successes", backend.loop.successes},
          {"first_difference", ToJson(backend.first_difference)},
          {"parted", ToJson(backend.parted)},
          {"us", backend.us},
          {"failures", backend.failures}};
}

std::string Row(const BackendReport& backend) {
  if (!backend.skipped.empty()) {
    return fmt::format("  {:<19} skipped: {}\n", backend.name, backend.skipped);
  }
  return fmt::format("  {:<19} {:>9.2e} {:>7} {:>11} {:>12.6g} {:>+9.4f} % {:>9} {:>9} {:>8.2f}\n",
                     backend.name, backend.max_error, backend.median_ulps, backend.max_ulps,
                     backend.loop.mean_return, 100 * backend.return_difference,
                     backend.loop.successes, Where(backend.parted), backend.us);
}

}  // namespace

std::vector<std::string> VerifyReport::failures() const {
  std::vector<std::string> all = folder_failures;
  for (const BackendReport& backend : backends) {
    for (const std::string& failure : backend.failures)
      all.push_back(backend.name + ": " + failure);
  }
  return all;
}

const BackendReport* VerifyReport::Find(const std::string& name) const {
  const auto found = std::ranges::find(backends, name, &BackendReport::name);
  return found == backends.end() ? nullptr : &*found;
}

std::string VerifyReport::ToString() const {
  std::string text = fmt::format(
      "{} ({}{}, policy {}): {} golden vectors, {} episodes, {} forces as MuJoCo applies them\n"
      "  {:<19} {:>9} {:>7} {:>11} {:>12} {:>11} {:>9} {:>9} {:>8}\n"
      "  {:<19} {:>9} {:>7} {:>11} {:>12.6g} {:>11} {:>9} {:>9} {:>8.2f}\n",
      folder.string(), task, stochastic ? ", sampled" : "", policy_hash, vectors, episodes, witness,
      "", "error", "ulps", "most", "mean return", "apart", "successes", "parts at", "us",
      "policy file", "", "", "", policy.mean_return, "", policy.successes, "", policy_us);
  for (const BackendReport& backend : backends) text += Row(backend);
  for (const std::string& failure : failures()) text += "  FAILED  " + failure + "\n";
  if (!passed()) return text;
  return text +
         "  passed. error: largest, of the limit; ulps: floats away from the exact command, "
         "median and most;\n"
         "  parts at: first episode:step with an observation off by 0.1 % of its training range\n";
}

std::string VerifyReport::ToJson() const {
  Json json{
      {"folder", folder.string()},
      {"task", task},
      {"policy_hash", policy_hash},
      {"stochastic", stochastic},
      {"passed", passed()},
      {"vectors", vectors},
      {"episodes", episodes},
      {"witness", witness},
      {"policy",
       {{"mean_return", policy.mean_return}, {"successes", policy.successes}, {"us", policy_us}}},
      {"backends", Json::array()},
      {"failures", failures()}};
  for (const BackendReport& backend : backends) json["backends"].push_back(deploy::ToJson(backend));
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sinew::deploy
