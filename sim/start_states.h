#pragma once

#include <cstdint>
#include <vector>

#include "sim/simulation.h"

namespace sinew::sim {

/// Start states that a curriculum mixes into the training episodes, beside those that the task
/// draws. Environments read them on all threads: they change between steps only.
struct StartStates {
  struct Start {
    uint64_t id = 0;  // from 1; no two starts of a training run have the same
    SimulationState state;
  };
  double share = 0;  // of the episodes
  std::vector<Start> starts;
};

}  // namespace sinew::sim
