#pragma once

#include <mujoco/mujoco.h>

#include <Eigen/Core>
#include <cstdint>

#include "core/random.h"
#include "viewer/session/wrench.h"

namespace sinew::viewer {

/// A push as a number: which body, where to, how hard, how long, how often.
struct PushPlan {
  int body = 1;
  double azimuth = 0;             // of the direction, from x towards y [rad]
  double elevation = 0;           // above the horizontal [rad]
  double newtons = 20;            // [N]
  double duration_ms = 100;       // [ms]
  bool repeat = false;            // again and again, on average every `interval_s`
  double interval_s = 1;          // simulated time between two beginnings [s]
  bool random_time = false;       // the interval is drawn between half and one and a half of it
  bool random_direction = false;  // azimuth drawn anew for each push, elevation kept

  Eigen::Vector3d Direction(double azimuth) const;
  /// Force times duration [N·s].
  double impulse() const { return newtons * duration_ms * 1e-3; }
};

/// The body that a push is most likely meant for: the trunk of what walks or rolls, of an arm the
/// last link that is not tiny. 1 for a model without motors.
int BodyToPush(const mjModel* model);

/// Where a plan stands: what of it is still to come. Part of every frame, so that going back and on
/// again pushes the same way.
struct PushState {
  double remaining_s = 0;  // of the push that is under way
  double wait_s = 0;       // until the next one of a repeating plan
  double azimuth = 0;      // of the push that is under way [rad]
  Random::State random{};
  bool operator==(const PushState&) const = default;
};

/// Turns a plan into one wrench a control step. A step that the push fills only in part gets the
/// force in proportion, so that the impulse is force times duration whatever the control period.
class Pusher {
 public:
  explicit Pusher(uint64_t seed) : random_(seed, "viewer pushes") {}

  PushPlan plan;

  /// Starts one push now.
  void Fire();
  /// Ends what is under way and what was waited for.
  void Stop();
  bool pushing() const { return remaining_s_ > 0; }

  /// The push during the next `dt` seconds; body 0 if there is none.
  Wrench Next(double dt);

  PushState Save() const;
  void Restore(const PushState& state);

 private:
  double remaining_s_ = 0, wait_s_ = 0, azimuth_ = 0;
  Random random_;
};

}  // namespace sinew::viewer
