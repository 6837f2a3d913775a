#include "tasks/file/reward_pieces.h"

#include <algorithm>
#include <cmath>

namespace sinew::tasks {
namespace {

using C = const TaskContext&;
using S = const sim::Simulation&;

double Narrow(double distance, double width) {
  return std::exp(-(distance / width) * (distance / width));
}

double SiteDistance(C c, S s) { return (c.Target(s) - c.Site(s)).norm(); }
double ObjectDistance(C c, S s) { return (c.Target(s) - c.Object(s)).norm(); }
double HandDistance(C c, S s) { return (c.Object(s) - c.Site(s)).norm(); }

double Effort(C c, S s) {
  double sum = 0;
  for (size_t i = 0; i < c.ctrl.size(); ++i) {
    const double a = s.data()->ctrl[i] / c.ctrl[i];
    sum += a * a;
  }
  return sum / static_cast<double>(c.ctrl.size());
}

double JointSpeed(C c, S s) {
  double sum = 0;
  for (const int j : c.joints) {
    const double v = s.data()->qvel[s.model()->jnt_dofadr[j]];
    sum += v * v;
  }
  return sum;
}

double ForwardSpeed(C c, S s) {
  double velocity[6];
  mj_objectVelocity(s.model(), s.data(), mjOBJ_BODY, c.root, velocity, 0);
  return velocity[3];
}

// 1 from the wanted height on, falling to 0 on the ground
double Standing(C c, S s) { return std::clamp(c.Height(s) / c.target_height, 0.0, 1.0); }
// 1 from the wanted speed on, 0 at rest and backwards
double Running(C c, S s) { return std::clamp(ForwardSpeed(c, s) / c.target_speed, 0.0, 1.0); }

}  // namespace

const std::vector<RewardPiece>& RewardPieces() {
  using enum Needs;
  static const std::vector<RewardPiece> pieces{
      {"distance", "-|target - end effector|", kSiteAndTarget,
       [](C c, S s) { return -SiteDistance(c, s); }},
      {"precision", "exp(-(|target - end effector| / precision_width)^2)", kSiteAndTarget,
       [](C c, S s) { return Narrow(SiteDistance(c, s), c.precision_width); }},
      {"object_distance", "-|target - object|", kObjectAndTarget,
       [](C c, S s) { return -ObjectDistance(c, s); }},
      {"object_precision", "exp(-(|target - object| / precision_width)^2)", kObjectAndTarget,
       [](C c, S s) { return Narrow(ObjectDistance(c, s), c.precision_width); }},
      {"hand_distance", "-|object - end effector|", kSiteAndObject,
       [](C c, S s) { return -HandDistance(c, s); }},
      {"stand", "height of the root over target_height, from 0 to 1", kRoot, Standing},
      {"upright", "cosine of the root's tilt", kRoot, [](C c, S s) { return c.Upright(s); }},
      {"run", "forward speed of the root over target_speed, from 0 to 1", kRoot, Running},
      {"alive", "1 a step", kNothing, [](C, S) { return 1.0; }},
      {"effort", "-|a|^2 / actuators, a = control as a share of its largest", kNothing,
       [](C c, S s) { return -Effort(c, s); }},
      {"joint_speed", "-sum of squared joint velocities", kNothing,
       [](C c, S s) { return -JointSpeed(c, s); }}};
  return pieces;
}

}  // namespace sinew::tasks
