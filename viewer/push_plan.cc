#include "viewer/push_plan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sinew::viewer {

Eigen::Vector3d PushPlan::Direction(double around) const {
  return {std::cos(elevation) * std::cos(around), std::cos(elevation) * std::sin(around),
          std::sin(elevation)};
}

int HeaviestMovingBody(const mjModel* model) {
  int heaviest = 0;
  for (int body = 1; body < model->nbody; ++body) {
    // one that is welded to the world has the world's number
    if (model->body_weldid[body] == 0 || IsPlaceable(model, body)) continue;
    if (heaviest == 0 || model->body_mass[body] > model->body_mass[heaviest]) heaviest = body;
  }
  return std::max(1, heaviest);
}

void Pusher::Fire() {
  remaining_s_ = plan.duration_ms * 1e-3;
  azimuth_ =
      plan.random_direction ? random_.Uniform(-std::numbers::pi, std::numbers::pi) : plan.azimuth;
  wait_s_ = plan.interval_s * (plan.random_time ? random_.Uniform(0.5, 1.5) : 1);
}

void Pusher::Stop() { remaining_s_ = wait_s_ = 0; }

Wrench Pusher::Next(double dt) {
  if (plan.repeat && wait_s_ <= 0) Fire();
  wait_s_ = std::max(0.0, wait_s_ - dt);
  if (remaining_s_ <= 0) return {};
  // sums of control periods fall short of round durations by rounding only
  const double held = remaining_s_ < dt * (1 + 1e-9) ? remaining_s_ : dt;
  remaining_s_ = remaining_s_ - held < 1e-9 * dt ? 0 : remaining_s_ - held;
  return {plan.body, plan.newtons * held / dt * plan.Direction(azimuth_), Eigen::Vector3d::Zero()};
}

PushState Pusher::Save() const { return {remaining_s_, wait_s_, azimuth_, random_.state()}; }

void Pusher::Restore(const PushState& state) {
  remaining_s_ = state.remaining_s;
  wait_s_ = state.wait_s;
  azimuth_ = state.azimuth;
  random_.set_state(state.random);
}

}  // namespace sinew::viewer
