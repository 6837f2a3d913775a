#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "policy/safetensors.h"
#include "sim/vec_env.h"
#include "tests/core/scratch_file.h"

namespace sinew::agents {

/// One step of one environment, made by hand.
struct HandMadeStep {
  std::vector<float> observation, action, next_observation;
  float reward = 0;
  spec::StepResult result;
};

inline void ObserveStep(Agent* agent, const HandMadeStep& step) {
  agent->Observe(
      {step.observation, step.action, {&step.reward, 1}, step.next_observation, {&step.result, 1}});
}

/// What the agent would write into a checkpoint, by name.
inline std::map<std::string, std::string> SavedTensors(Agent* agent) {
  const ScratchFile scratch;
  models::Archive archive;
  agent->Serialize(archive);
  archive.Write(scratch.path());
  const auto file = policy::TensorFile::Read(scratch.path());
  std::map<std::string, std::string> tensors;
  for (const auto& [name, tensor] : file.tensors()) {
    const auto data = file.Data(name);
    tensors[name].assign(reinterpret_cast<const char*>(data.data()), data.size());
  }
  return tensors;
}

inline std::vector<float> Floats(const std::string& bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<char*>(values.data()));
  return values;
}

/// The training loop without anything around it.
inline void Train(Agent* agent, sim::VecEnv* envs, int64_t steps) {
  std::vector<float> before,
      actions(static_cast<size_t>(envs->num_envs()) * envs->spec().act_dim());
  for (int64_t end = agent->env_steps() + steps; agent->env_steps() < end;) {
    before.assign(envs->observations().begin(), envs->observations().end());
    agent->Act({before, envs->episode_begins()}, actions);
    envs->Step(actions);
    agent->Observe({before, actions, envs->rewards(), envs->next_observations(), envs->results()});
    agent->Learn();
  }
}

/// Saves one agent and restores the other from it.
inline void CopyThroughArchive(Agent* from, Agent* to) {
  const ScratchFile file;
  {
    models::Archive archive;
    from->Serialize(archive);
    archive.Write(file.path());
  }
  models::Archive archive(file.path());
  to->Serialize(archive);
}

/// An agent that a checkpoint after `steps` steps restored goes on like the one that never stopped.
/// @param make  () -> std::unique_ptr<Agent>. @param make_envs  () -> std::unique_ptr<sim::VecEnv>.
template <class Make, class MakeEnvs>
void ExpectRestoredGoesOn(const Make& make, const MakeEnvs& make_envs, int64_t steps) {
  const auto original = make(), restored = make();
  const auto envs = make_envs(), other_envs = make_envs();
  Train(original.get(), envs.get(), steps);
  // a past that the restored one has to forget
  Train(restored.get(), other_envs.get(), 120);
  CopyThroughArchive(original.get(), restored.get());
  other_envs->RestoreState(envs->SaveState());
  EXPECT_EQ(SavedTensors(restored.get()), SavedTensors(original.get()));
  Train(original.get(), envs.get(), 150);
  Train(restored.get(), other_envs.get(), 150);
  EXPECT_EQ(SavedTensors(restored.get()), SavedTensors(original.get()))
      << "after " << steps << " steps";
  EXPECT_EQ(restored->TakeMetrics(), original->TakeMetrics());
}

inline double MetricOf(const Metrics& metrics, const std::string& name) {
  for (const auto& [key, value] : metrics) {
    if (key == name) return value;
  }
  throw std::out_of_range("no metric " + name);
}

}  // namespace sinew::agents
