#include "spec/randomization_options.h"

namespace sinew::spec {

void RandomizationOptions::Describe(OptionTable& table) {
  table.Add("mass", &mass, {0, 0.9}, "each moving body's mass, times 1 +- this, an episode");
  table.Add("damping", &damping, {0, 0.9}, "each joint's damping, times 1 +- this");
  table.Add("friction", &friction, {0, 0.9}, "sliding friction of all contacts, times 1 +- this");
  table.Add("gear", &gear, {0, 0.9}, "each actuator's torque, times 1 +- this");
  table.Add("delay", &delay, {0, 100}, "actions arrive late by 0 to this many control steps",
            "steps");
  table.Add("observation_noise", &observation_noise, {0, 10},
            "std. dev. of noise on each observation, as a share of its magnitude");
  table.Add("action_noise", &action_noise, {0, 1},
            "std. dev. of noise on each action, whose range is -1 to 1");
  table.Add("push_force", &push_force, {0, 1e5}, "force of pushes on any moving body", "N");
  table.Add("push_every", &push_every, {0.01, 1e4}, "mean time between pushes", "s");
  table.Add("push_duration", &push_duration, {0.001, 100}, "length of a push", "s");
}

}  // namespace sinew::spec
