#pragma once

#include <span>
#include <vector>

#include "spec/value_function.h"

namespace sinew::viewer {

/// The advantage A(s, a) = Q(s, a) - V(s) over two joints' actions from -1 to 1, the others held.
struct Landscape {
  int side = 0;
  std::vector<float> values;     // [side x side], row by row of the second joint, from -1 up
  float low = 0, high = 0;       // of values
  float best_x = 0, best_y = 0;  // where it is greatest, in units of the action

  float at(int x, int y) const { return values[static_cast<size_t>(y) * side + x]; }
};

/// Works a landscape out piece by piece, so that no picture of the window has to wait for it.
class LandscapeWork {
 public:
  /// Begins anew; see ComputeLandscape.
  void Begin(std::span<const float> observation, std::span<const float> action, int joint_x,
             int joint_y, int side);
  /// At most `samples` more. @return true once, when it is complete.
  bool Advance(spec::ValueFunction& value, int samples);
  bool busy() const { return busy_; }
  const Landscape& result() const { return result_; }

 private:
  std::vector<float> observation_, action_;
  int joint_x_ = 0, joint_y_ = 0;
  bool busy_ = false;
  Landscape result_;
};

/// @param action  [act_dim], what the other joints are held at. @param joint_x, joint_y  which two.
/// @param side  samples along each axis, at least 2.
Landscape ComputeLandscape(spec::ValueFunction& value, std::span<const float> observation,
                           std::span<const float> action, int joint_x, int joint_y, int side);

}  // namespace sinew::viewer
