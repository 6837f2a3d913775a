#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "deploy/verify.h"

namespace sinew::deploy {

std::string VerifyReport::ToString() const {
  std::string text = fmt::format(
      "{} ({})\n"
      "  numbers      {} golden vectors, largest error {:.2e} of the torque limit\n"
      "  closed loop  {} episodes: mean return {:.6g}, policy {:.6g}, {:.4f} % apart\n"
      "  success      {} of {}, policy {}\n"
      "  time         {:.2f} us a call, policy {:.2f} us\n",
      folder.string(), task, vectors, max_error, episodes, compiled.mean_return, policy.mean_return,
      100 * return_difference, compiled.successes, episodes, policy.successes, compiled_us,
      policy_us);
  for (const std::string& failure : failures) text += "  FAILED       " + failure + "\n";
  return text + (passed() ? "  passed\n" : "");
}

std::string VerifyReport::ToJson() const {
  using Json = nlohmann::ordered_json;
  const Json json{{"folder", folder.string()},
                  {"task", task},
                  {"passed", passed()},
                  {"vectors", vectors},
                  {"max_error", max_error},
                  {"episodes", episodes},
                  {"mean_return", compiled.mean_return},
                  {"policy_mean_return", policy.mean_return},
                  {"return_difference", return_difference},
                  {"successes", compiled.successes},
                  {"policy_successes", policy.successes},
                  {"us", compiled_us},
                  {"policy_us", policy_us},
                  {"failures", failures}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sinew::deploy
