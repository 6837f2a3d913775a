#include "sim/check/reach_check.h"

#include <algorithm>
#include <numbers>

#include "sim/couplings.h"
#include "sim/env.h"

namespace sinew::sim {
namespace {

constexpr int kPoses = 300;
constexpr double kMoved = 1e-6;  // [m]
constexpr double kNear = 0.2;    // of the distances that the poses span

void DrawPose(Simulation* simulation, Random* random) {
  const mjModel* m = simulation->model();
  for (int j = 0; j < m->njnt; ++j) {
    const bool scalar = m->jnt_type[j] == mjJNT_HINGE || m->jnt_type[j] == mjJNT_SLIDE;
    if (!scalar) continue;
    const double half = m->jnt_type[j] == mjJNT_SLIDE ? 1 : std::numbers::pi;
    const double low = m->jnt_limited[j] ? m->jnt_range[2 * j] : -half;
    const double high = m->jnt_limited[j] ? m->jnt_range[2 * j + 1] : half;
    simulation->qpos()[m->jnt_qposadr[j]] = random->Uniform(low, high);
  }
  KeepCouplings(simulation);
  mj_kinematics(m, simulation->data());
  mj_comPos(m, simulation->data());
}

}  // namespace

double ShareOutOfReach(const std::shared_ptr<const Task>& task, const CheckOptions& options) {
  if (task->spec().success.empty()) return 0;
  Env env(task, options.seed);
  Random random(options.seed, "check reach");
  int far = 0;
  for (int k = 0; k < options.episodes; ++k) {
    env.ResetToEpisode(k);
    double nearest = env.goal_distance(), farthest = nearest;
    for (int pose = 0; pose < kPoses; ++pose) {
      DrawPose(&env.simulation(), &random);
      const double distance = task->GoalDistance(env.simulation());
      nearest = std::min(nearest, distance);
      farthest = std::max(farthest, distance);
    }
    // what no pose changes, an object's place say, is no question of reach
    if (farthest - nearest < kMoved) continue;
    far += nearest > task->spec().success[0].tolerance + kNear * (farthest - nearest);
  }
  return static_cast<double>(far) / options.episodes;
}

}  // namespace sinew::sim
