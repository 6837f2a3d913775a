#include "training/run/env_archive.h"

namespace sinew::training {
namespace {

void SerializeState(models::Archive& archive, const std::string& name, sim::EnvState* state) {
  archive.CopiedValues(name + ".simulation", state->simulation.values);
  Random random(0);
  random.set_state(state->random);
  archive.Value(name + ".random", random);
  state->random = random.state();
  archive.Value(name + ".episode", state->episode);
  archive.Value(name + ".start", state->start);
  archive.Value(name + ".step", state->step);
  archive.Value(name + ".return", state->episode_return);
  archive.CopiedValues(name + ".hold", state->hold);
  archive.CopiedValues(name + ".observation", state->observation);
  // empty in the saved state and in the one to be restored alike, where randomisation is off
  sim::RandomizationState& randomization = state->randomization;
  if (randomization.drawn.empty()) return;
  archive.CopiedValues(name + ".drawn", randomization.drawn);
  archive.CopiedValues(name + ".pending", randomization.pending);
  archive.CopiedValues(name + ".push", randomization.push);
  random.set_state(randomization.random);
  archive.Value(name + ".disturbance", random);
  randomization.random = random.state();
}

}  // namespace

void SerializeEnvironments(models::Archive& archive, const std::string& name, sim::VecEnv* envs) {
  auto states = envs->SaveState();
  for (size_t i = 0; i < states.size(); ++i)
    SerializeState(archive, name + std::to_string(i), &states[i]);
  if (archive.loading()) envs->RestoreState(states);
}

}  // namespace sinew::training
