#include "viewer/session/pacer.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"

namespace sinew::viewer {
namespace {

constexpr double kWindow = 0.5;  // averaging of the measured speed [s]
// a stall (window dragged, laptop asleep) is not caught up beyond this [s]
constexpr double kLongestFrame = 0.25;

}  // namespace

const std::vector<double>& SpeedLadder() {
  constexpr double kMax = std::numeric_limits<double>::infinity();
  static const std::vector<double> kLadder{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5,
                                           1,     2,     5,     10,   20,   50,   100, kMax};
  return kLadder;
}

bool Pacer::unlimited() const { return std::isinf(speed_); }

void Pacer::set_speed(double speed) {
  if (!(speed > 0)) throw UserError(fmt::format("speed {} must be positive, or inf", speed));
  speed_ = speed;
  owed_ = 0;
}

void Pacer::Faster() {
  for (const double speed : SpeedLadder()) {
    if (speed > speed_ * 1.0001) return set_speed(speed);
  }
}

void Pacer::Slower() {
  const auto& ladder = SpeedLadder();
  for (auto speed = ladder.rbegin(); speed != ladder.rend(); ++speed) {
    if (*speed < speed_ * 0.9999) return set_speed(*speed);
  }
}

void Pacer::BeginFrame(double now, bool paused) {
  const double wall = last_ < 0 ? 0 : now - last_;
  last_ = now;
  if (paused) {
    owed_ = window_wall_ = window_simulated_ = factor_ = 0;
    capped_ = window_capped_ = false;
    return;
  }
  if (!unlimited()) {
    const double credit = speed_ * std::fmin(wall, kLongestFrame);
    owed_ += credit;
    lost_ = speed_ * wall - credit;
    if (wall > kLongestFrame) window_capped_ = true;
    // counted when it falls due, not step by step: slow motion has less than one step in a window
    window_simulated_ += credit;
  }
  window_wall_ += wall;
  if (window_wall_ < kWindow) return;
  factor_ = window_simulated_ / window_wall_;
  capped_ = window_capped_;
  window_wall_ = window_simulated_ = 0;
  window_capped_ = false;
}

// a hair of slack, so that ten frames of a tenth of a step make a whole one
bool Pacer::Due(double dt) const { return unlimited() || owed_ >= dt * (1 - 1e-9); }

void Pacer::Stepped(double dt) {
  if (unlimited()) {
    window_simulated_ += dt;
  } else {
    owed_ -= dt;
  }
}

int Pacer::EndFrame(double dt) {
  double forgiven = std::exchange(lost_, 0);
  if (!unlimited() && owed_ >= dt) {
    forgiven += owed_;
    window_simulated_ -= owed_;
    owed_ = 0;
    window_capped_ = true;
  }
  return static_cast<int>(forgiven / dt + 1e-9);
}

}  // namespace sinew::viewer
