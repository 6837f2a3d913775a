#pragma once

#include <vector>

namespace sinew::viewer {

/// The speeds that the keys go through, simulated seconds per second; the last is "as fast as
/// possible".
const std::vector<double>& SpeedLadder();

/// Decides how much simulated time each frame owes and measures how much was delivered. Knows no
/// clock: wall time comes in as a number [s].
class Pacer {
 public:
  explicit Pacer(double speed = 1) : speed_(speed) {}

  double speed() const { return speed_; }
  bool unlimited() const;
  /// @throws UserError unless positive (infinity: as fast as possible).
  void set_speed(double speed);
  /// The next speed of the ladder above or below the present one.
  void Faster();
  void Slower();

  /// Begins a frame at wall time `now`; while paused nothing is owed.
  void BeginFrame(double now, bool paused);
  /// Whether another control step of `dt` simulated seconds is owed in this frame.
  bool Due(double dt) const;
  void Stepped(double dt);
  /// Ends the frame; time still owed beyond one step is forgiven and reported by capped().
  /// @return the control steps forgiven, those of a stall included.
  int EndFrame(double dt);

  /// Simulated seconds per wall second over the last half second; 0 while paused.
  double real_time_factor() const { return factor_; }
  /// True while the machine is too slow for the chosen speed.
  bool capped() const { return capped_; }

 private:
  double speed_;
  double owed_ = 0;   // simulated time [s]
  double lost_ = 0;   // to a stall in this frame, simulated time [s]
  double last_ = -1;  // wall time of the last frame [s], negative before the first
  double window_wall_ = 0, window_simulated_ = 0, factor_ = 0;
  bool window_capped_ = false, capped_ = false;
};

}  // namespace sinew::viewer
