#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "models/kernels/math_runtime.h"
#include "policy/safetensors.h"
#include "tasks/registry.h"
#include "training/trainer.h"

namespace sinew::training {

/// A run of a second: 1200 steps of two pendulums with networks of eight units. Options that an
/// agent does not have are left out.
inline std::unique_ptr<RunConfig> SmallRun(const std::vector<std::string>& assignments = {},
                                           const std::string& task = "pendulum",
                                           const std::string& agent = "ddpg") {
  models::UseOneMathThread();
  std::shared_ptr<sim::TaskBuilder> builder = tasks::MakeTaskBuilder(task);
  auto run = std::make_unique<RunConfig>(
      task,
      RunConfig::TaskHooks{[builder](OptionTable& table) { builder->Describe(table); },
                           [builder] { return builder->Build(); }},
      agent, 7);
  for (const char* option :
       {"train.steps=1200", "train.num_envs=2", "train.threads=1", "train.eval_every=400",
        "train.eval_episodes=2", "train.final_episodes=3", "train.checkpoint_every=300",
        "train.keep_checkpoints=2"}) {
    run->config().SetFromText(option);
  }
  for (const char* option : {"agent.learning_starts=200", "agent.batch_size=16",
                             "agent.actor_hidden=8", "agent.critic_hidden=8"}) {
    try {
      run->config().SetFromText(option);
    } catch (const UserError&) {
      // another algorithm names its parts otherwise
    }
  }
  for (const std::string& option : assignments) run->config().SetFromText(option);
  return run;
}

/// Hooks that ask the run to stop once it has reached environment step `step`.
inline TrainHooks StopAt(int64_t step, const RunConfig& config, int64_t first_step = 0) {
  TrainHooks hooks;
  hooks.quiet = true;
  hooks.stop_requested = [=, now = first_step, envs = config.train().num_envs]() mutable {
    now += envs;
    return now >= step;
  };
  return hooks;
}

inline TrainHooks Quiet() {
  TrainHooks hooks;
  hooks.quiet = true;
  return hooks;
}

/// Tensors of a checkpoint but for the clock, by name.
inline std::map<std::string, std::string> CheckpointTensors(const std::filesystem::path& path) {
  const auto file = policy::TensorFile::Read(path);
  std::map<std::string, std::string> tensors;
  for (const auto& [name, tensor] : file.tensors()) {
    if (name == "wall_seconds") continue;
    const auto data = file.Data(name);
    tensors[name].assign(reinterpret_cast<const char*>(data.data()), data.size());
  }
  return tensors;
}

/// Lines of progress.csv without the column of the clock.
inline std::vector<std::string> ProgressWithoutClock(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  size_t clock = std::string::npos;
  const std::string text = ReadFile(path);
  for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    std::string kept;
    size_t column = 0;
    std::string cell;
    for (size_t i = begin; i <= end; ++i) {
      if (i < end && text[i] != ',') {
        cell += text[i];
        continue;
      }
      if (cell == "wall_seconds") clock = column;
      if (column != clock) kept += cell + ",";
      cell.clear();
      ++column;
    }
    lines.push_back(kept);
  }
  return lines;
}

/// The evaluations on the way, without the clock.
inline std::vector<nlohmann::json> EvaluationLines(const std::filesystem::path& path) {
  std::vector<nlohmann::json> lines;
  const std::string text = ReadFile(path);
  for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    lines.push_back(nlohmann::json::parse(text.substr(begin, end - begin)));
    lines.back().erase("wall_seconds");
  }
  return lines;
}

}  // namespace sinew::training
