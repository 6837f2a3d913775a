#include "bench/train_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/sim_bench.h"
#include "bench/temporary_folder.h"
#include "training/trainer.h"

namespace sinew::bench {
namespace {

constexpr double kRawSeconds = 1;

nlohmann::ordered_json BenchCase(const TrainCase& run, int threads,
                                 const RunConfigFactory& make_config) {
  std::vector<std::string> assignments = run.assignments;
  assignments.insert(
      assignments.end(),
      {fmt::format("train.steps={}", run.steps), fmt::format("train.eval_every={}", run.steps + 1),
       "train.final_episodes=1", fmt::format("train.threads={}", threads)});
  const auto config = make_config(run.task, run.agent, assignments);
  const TemporaryFolder scratch;
  training::TrainHooks hooks;
  hooks.quiet = true;
  const auto summary =
      training::Train(*config, training::RunFolder::Create(scratch.path() / "run"), hooks);
  const SimRates rates = MeasureSim(config->BuildTask(), threads, kRawSeconds);
  return {{"agent", run.agent},
          {"task", run.task},
          {"envs", config->train().num_envs},
          {"threads", threads},
          {"steps", summary.env_steps},
          {"env_steps_per_s", static_cast<double>(summary.env_steps) / summary.wall_seconds},
          {"raw_steps_per_s", rates.raw_steps_per_s}};
}

}  // namespace

std::vector<TrainCase> TrainCases(std::span<const std::string> tasks,
                                  std::span<const std::string> agents) {
  const std::vector<std::string> td3{"agent.batch_size=256",        "agent.actor_hidden=256,256",
                                     "agent.critic_hidden=256,256", "agent.updates_per_step=1",
                                     "agent.learning_starts=0",     "train.num_envs=1"};
  const std::vector<std::string> ppo{"agent.rollout_steps=128", "agent.epochs=10",
                                     "agent.batch_size=64", "train.num_envs=16"};
  const std::vector<TrainCase> defaults{{"td3", "reacher", td3, 2'500},
                                        {"ddpg", "reacher", {"agent.learning_starts=0"}, 20'000},
                                        {"ppo", "reacher", ppo, 65'536},
                                        {"ppo", "walker", ppo, 32'768}};
  std::vector<TrainCase> cases;
  for (const TrainCase& run : defaults) {
    if (!agents.empty() && std::ranges::find(agents, run.agent) == agents.end()) continue;
    if (tasks.empty()) cases.push_back(run);
    // the other row is the same agent
    if (run.task != defaults.front().task) continue;
    for (const std::string& task : tasks) {
      cases.push_back({run.agent, task, run.assignments, run.steps});
    }
  }
  return cases;
}

nlohmann::ordered_json BenchTrain(std::span<const TrainCase> cases, std::span<const int> threads,
                                  const RunConfigFactory& make_config) {
  auto rows = nlohmann::ordered_json::array();
  for (const TrainCase& run : cases) {
    for (const int count : threads) rows.push_back(BenchCase(run, count, make_config));
  }
  return rows;
}

}  // namespace sinew::bench
