#pragma once

#include <cstdint>

#include "core/options.h"

namespace sinew::spec {

/// How far an episode's physics may lie from the model (domain randomisation: Tobin et al. 2017,
/// arXiv:1703.06907; of dynamics: Peng et al. 2018, arXiv:1710.06537); section "randomize" of the
/// configuration. All zero: nothing is drawn and nothing costs time.
struct RandomizationOptions {
  double mass = 0;               // each moving body's mass and inertia, times 1 +- this
  double damping = 0;            // each joint's damping, times 1 +- this
  double friction = 0;           // every contact's sliding friction, by one factor 1 +- this
  double gear = 0;               // each actuator's torque, times 1 +- this
  int64_t delay = 0;             // actions arrive late by up to this many control steps
  double observation_noise = 0;  // std. dev. as a share of each element's magnitude
  double action_noise = 0;       // std. dev. as a share of half of each control range
  double push_force = 0;         // on a moving body drawn each time, in any direction [N]
  double push_every = 2;         // mean time between pushes [s]
  double push_duration = 0.1;    // [s]

  bool enabled() const {
    return mass > 0 || damping > 0 || friction > 0 || gear > 0 || delay > 0 ||
           observation_noise > 0 || action_noise > 0 || push_force > 0;
  }
  void Describe(OptionTable& table);
  bool operator==(const RandomizationOptions&) const = default;
};

}  // namespace sinew::spec
