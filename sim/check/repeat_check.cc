#include "sim/check/repeat_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/env.h"

namespace sinew::sim {
namespace {

// observations and rewards of an episode, one after the other
std::vector<double> Trace(Env* env, int64_t steps) {
  std::vector<double> trace(env->observation().begin(), env->observation().end());
  std::vector<float> action(env->spec().act_dim());
  spec::StepResult result;
  for (int64_t k = 0; k < steps && !result.done(); ++k) {
    for (int j = 0; j < env->spec().act_dim(); ++j)
      action[j] = static_cast<float>(std::sin(0.7 * static_cast<double>(env->step()) + j));
    result = env->Step(action);
    trace.push_back(result.reward);
    trace.insert(trace.end(), env->observation().begin(), env->observation().end());
  }
  return trace;
}

}  // namespace

CheckResult CheckReset(const std::shared_ptr<const Task>& task, const CheckOptions& options) {
  Env first(task, options.seed), second(task, options.seed);
  const int64_t steps = std::min<int64_t>(50, task->spec().time_limit);
  bool starts_differ = false;
  std::vector<double> first_start;
  for (int k = 0; k < options.episodes; ++k) {
    first.ResetToEpisode(k);
    // the other one comes to the same episode by another way
    second.ResetToEpisode(options.episodes + k);
    Trace(&second, 3 + k);
    second.ResetToEpisode(k);
    const std::vector<double> start(first.observation().begin(), first.observation().end());
    if (k == 0) first_start = start;
    starts_differ |= start != first_start;
    if (Trace(&first, steps) != Trace(&second, steps)) {
      return {"", Verdict::kFail,
              fmt::format("episode {} differs when other episodes came before it; draw every "
                          "start from the reset's own random numbers",
                          k)};
    }
  }
  if (!starts_differ) return {"", Verdict::kNote, "every episode starts in the same state"};
  return {"", Verdict::kOk,
          fmt::format("{} episodes of {} steps repeat bit by bit", options.episodes, steps)};
}

CheckResult CheckRestore(const std::shared_ptr<const Task>& task, const CheckOptions& options) {
  Env env(task, options.seed), other(task, options.seed);
  const int64_t steps = std::min<int64_t>(50, task->spec().time_limit / 2);
  for (int k = 0; k < options.episodes; ++k) {
    env.ResetToEpisode(k);
    Trace(&env, 1 + k);
    const EnvState state = env.SaveState();
    const auto expected = Trace(&env, steps);
    for (Env* restored : {&env, &other}) {
      restored->RestoreState(state);
      if (Trace(restored, steps) == expected) continue;
      return {"", Verdict::kFail,
              fmt::format("episode {} goes on differently after restoring its step {}{}; keep "
                          "nothing outside of the simulation's state",
                          k, state.step, restored == &other ? " in another simulation" : "")};
    }
  }
  return {"", Verdict::kOk,
          fmt::format("{} saved states go on for {} steps bit by bit", options.episodes, steps)};
}

}  // namespace sinew::sim
