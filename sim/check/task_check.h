#pragma once

#include <memory>
#include <vector>

#include "sim/check/check_report.h"
#include "sim/task.h"

namespace sinew::sim {

struct CheckOptions {
  uint64_t seed = 1;
  int episodes = 10;          // start states tried
  int64_t longest = 1000;     // control steps of a driven episode, at most
  double energy_seconds = 2;  // simulated for the energy balance
};

/// Whether a task is sound enough to learn on:
///   names, actuators        as CheckModel
///   units                   SI units that are known; the control period is a whole number of
///                           timesteps
///   zero, random, full and bang-bang torque
///                           observations and rewards stay finite and the physics does not diverge
///   bounds                  torques keep to the declared limits, also for actions beyond 1, and
///                           joints to their range but for the softness of its limit (a tenth of
///                           it; up to a half is noted)
///   witness                 what actions claim to give is what MuJoCo applies in the user's own
///                           file (see AskEngine)
///   reset                   equal seeds give equal episodes, whatever came before
///   restore                 reset, step, save, step; restore, step: the same bits, also in another
///                           Env
///   torque signs            from rest, full torque (or the highest target) speeds its joint up in
///                           the positive direction, compared with none (or the lowest)
///   observations            every element varies, but for those that say why they do not
///   goal                    episodes last, the reward depends on what is done, targets can be
///                           reached; noted is what is hardly meant
///   warnings                only where MuJoCo dropped contacts or constraints, or warned otherwise
///   energy                  at zero torque and without gravity compensation it never rises by more
///                           than 2 % of what moves
///   divergence              a NaN in any position or velocity ends the step as diverged and names
///                           its joint, the next reset is clean; a NaN action is refused
/// A task without rewards (a bare model) is spared those on rewards, resets and observations.
CheckReport CheckTask(const std::shared_ptr<const Task>& task, const CheckOptions& options = {});

/// Units that observations may have.
const std::vector<std::string>& KnownUnits();

}  // namespace sinew::sim
