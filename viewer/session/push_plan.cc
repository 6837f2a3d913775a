#include "viewer/session/push_plan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sinew::viewer {
namespace {

constexpr double kTinyShare = 0.1;  // of the heaviest body's mass

}  // namespace

Eigen::Vector3d PushPlan::Direction(double around) const {
  return {std::cos(elevation) * std::cos(around), std::cos(elevation) * std::sin(around),
          std::sin(elevation)};
}

int BodyToPush(const mjModel* model) {
  if (model->nu == 0 || model->actuator_trntype[0] != mjTRN_JOINT) return 1;
  const int root = model->body_rootid[model->jnt_bodyid[model->actuator_trnid[0]]];
  if (model->body_dofnum[root] > 1) return root;
  double heaviest = 0;
  for (int body = root; body < model->nbody; ++body) {
    if (model->body_rootid[body] == root && model->body_weldid[body] != 0) {
      heaviest = std::max(heaviest, model->body_mass[body]);
    }
  }
  // bodies come in the order of the tree: the last one is the farthest
  int last = root;
  for (int body = root; body < model->nbody; ++body) {
    const bool moves = model->body_rootid[body] == root && model->body_weldid[body] != 0;
    if (moves && model->body_mass[body] >= kTinyShare * heaviest) last = body;
  }
  return last;
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
