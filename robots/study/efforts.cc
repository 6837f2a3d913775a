#include "robots/study/efforts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "robots/study/study.h"
#include "robots/study/workspace.h"

namespace sinew::robots {
namespace {

constexpr double kGravityFactor = 2, kAcceleration = 20;  // [1], [rad/s^2 or m/s^2]
constexpr double kBriskAcceleration = 60;
constexpr double kLeastShare = 0.02;

// three digits are enough for a default
double Rounded(double value) {
  if (value <= 0) return 0.01;
  const double unit = std::pow(10, std::floor(std::log10(value)) - 2);
  return std::ceil(value / unit) * unit;
}

// the inertia about a joint with all that hangs on it, at qpos0
double Inertia(const mjModel* m, int joint) { return m->dof_M0[m->jnt_dofadr[joint]]; }

}  // namespace

void WriteDefaultEfforts(Mjcf* mjcf, const mjModel* m) {
  std::vector<double> load;
  int id = -1;
  mjcf->VisitSection("actuator", [&](Element& parent, Element& e) {
    if (parent.name != "actuator") return;
    ++id;
    const bool motor = m->actuator_biastype[id] == mjBIAS_NONE &&
                       m->actuator_gaintype[id] == mjGAIN_FIXED &&
                       m->actuator_dyntype[id] == mjDYN_NONE;
    const int joint = m->actuator_trnid[2 * id];
    if (!motor || m->actuator_trntype[id] != mjTRN_JOINT || !IsScalar(m, joint)) return;
    if (e.Has("ctrlrange") && e.Get("ctrllimited") != "false") return;
    if (e.Has("forcerange") && e.Get("forcelimited") != "false") return;
    if (load.empty()) load = GravityLoad(m, NeutralPose(m));
    const double torque =
        kGravityFactor * load[m->jnt_dofadr[joint]] + kAcceleration * Inertia(m, joint);
    const double gain = std::abs(m->actuator_gear[6 * id] * m->actuator_gainprm[mjNGAIN * id]);
    const double control = Rounded(gain > 0 ? torque / gain : torque);
    e.Set("ctrlrange", Join({-control, control}));
    e.Set("ctrllimited", "true");
    mjcf->report->Guessed(
        "torques without a limit in the file are held to twice the weight at the joint and what "
        "turns it with 20 rad/s^2",
        fmt::format("{} {:.3g}", NameOf(m, mjOBJ_ACTUATOR, id), control));
  });
}

bool AllMotors(const mjModel* m) {
  for (int i = 0; i < m->nu; ++i) {
    if (m->actuator_biastype[i] != mjBIAS_NONE || m->actuator_gaintype[i] != mjGAIN_FIXED ||
        m->actuator_dyntype[i] != mjDYN_NONE || m->actuator_trntype[i] != mjTRN_JOINT)
      return false;
  }
  return m->nu > 0;
}

double UsefulShare(const mjModel* m, const std::vector<double>& home, bool compensated) {
  const std::vector<double> load = GravityLoad(m, home);
  double share = 0;
  for (int i = 0; i < m->nu; ++i) {
    const int joint = m->actuator_trnid[2 * i];
    const double limit = std::abs(m->actuator_gear[6 * i] * m->actuator_gainprm[mjNGAIN * i]) *
                         std::max(std::abs(m->actuator_ctrlrange[2 * i]),
                                  std::abs(m->actuator_ctrlrange[2 * i + 1]));
    const double weight = compensated ? 0 : kGravityFactor * load[m->jnt_dofadr[joint]];
    if (limit > 0)
      share = std::max(share, (weight + kBriskAcceleration * Inertia(m, joint)) / limit);
  }
  return std::clamp(std::ceil(share * 50) / 50, kLeastShare, 1.0);
}

}  // namespace sinew::robots
