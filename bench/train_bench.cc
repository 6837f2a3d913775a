#include "bench/train_bench.h"

#include <fmt/format.h>

#include "bench/sim_bench.h"
#include "bench/temporary_folder.h"
#include "training/trainer.h"

namespace sinew::bench {
namespace {

constexpr double kRawSeconds = 1;

nlohmann::ordered_json BenchTask(const std::string& task, const RunConfigFactory& make_config,
                                 int64_t steps) {
  const auto config = make_config(
      task, {fmt::format("train.steps={}", steps), fmt::format("train.eval_every={}", steps + 1),
             "train.final_episodes=1", "agent.warmup_steps=0"});
  const TemporaryFolder scratch;
  training::TrainHooks hooks;
  hooks.quiet = true;
  const auto summary =
      training::Train(*config, training::RunFolder::Create(scratch.path() / "run"), hooks);
  const auto threads = static_cast<int>(config->train().threads);
  const SimRates rates = MeasureSim(config->BuildTask(), threads, kRawSeconds);
  return {{"agent", config->agent_name()},
          {"task", task},
          {"envs", config->train().num_envs},
          {"threads", threads},
          {"env_steps_per_s", static_cast<double>(summary.env_steps) / summary.wall_seconds},
          {"raw_steps_per_s", rates.raw_steps_per_s}};
}

}  // namespace

nlohmann::ordered_json BenchTrain(std::span<const std::string> tasks,
                                  const RunConfigFactory& make_config, int64_t steps) {
  auto rows = nlohmann::ordered_json::array();
  for (const std::string& task : tasks) rows.push_back(BenchTask(task, make_config, steps));
  return rows;
}

}  // namespace sinew::bench
