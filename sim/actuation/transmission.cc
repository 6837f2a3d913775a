#include "sim/actuation/transmission.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/actuation/actuators.h"
#include "sim/engine/engine.h"

namespace sinew::sim {
namespace {

// The components `first` to `first` + 2 of a gear. @return  false where none is set.
bool AddComponents(const double* gear, int joint, int first, bool linear, Transmission* out) {
  double square = 0;
  int set = 0;
  for (int k = first; k < first + 3; ++k) {
    square += gear[k] * gear[k];
    set += gear[k] != 0;
  }
  if (set == 0) return false;
  // one component keeps its sign; several are an axis
  double scale = std::sqrt(square);
  for (int k = first; k < first + 3; ++k) {
    if (set == 1 && gear[k] != 0) scale = gear[k];
  }
  for (int k = first; k < first + 3; ++k) {
    if (gear[k] != 0) out->drives.push_back({joint, k, linear, gear[k] / scale});
  }
  out->scale = scale;
  out->linear = linear;
  return true;
}

std::string ReadJoint(const mjModel* m, int actuator, Transmission* out) {
  const int joint = m->actuator_trnid[2 * actuator], type = m->jnt_type[joint];
  const double* gear = m->actuator_gear + 6 * actuator;
  if (type == mjJNT_HINGE || type == mjJNT_SLIDE) {
    if (gear[0] == 0) return "its gear is 0, so that it does nothing: write gear";
    out->scalar = true;
    out->linear = type == mjJNT_SLIDE;
    out->scale = gear[0];
    out->drives.push_back({joint, 0, out->linear, 1});
    return "";
  }
  if (m->actuator_trntype[actuator] == mjTRN_JOINTINPARENT)
    return "it acts on a ball or free joint in the parent's frame: write joint in place of "
           "jointinparent";
  out->free = type == mjJNT_FREE;
  if (!out->free) {
    return AddComponents(gear, joint, 0, false, out)
               ? ""
               : "its gear is 0 in all three components of the ball joint: write gear";
  }
  const bool pushes = AddComponents(gear, joint, 0, true, out);
  const bool turns = AddComponents(gear, joint, 3, false, out);
  if (pushes && turns)
    return "it both pushes and turns a free joint: write one actuator for the force and one for "
           "the "
           "torque";
  return pushes || turns ? "" : "its gear is 0 in all six components of the free joint: write gear";
}

// Coefficients are lever arms [m] unless they look like plain numbers: all of them 1 or -1, or a
// mean of the joints.
bool IsPlainNumbers(const Transmission& transmission) {
  double sum = 0;
  bool ones = true;
  for (const Drive& drive : transmission.drives) {
    sum += std::abs(drive.arm);
    ones &= std::abs(drive.arm) == 1;
  }
  return ones || std::abs(sum - 1) < 1e-6;
}

std::string ReadTendon(const mjModel* m, int actuator, Transmission* out) {
  const int tendon = m->actuator_trnid[2 * actuator];
  const int first = m->tendon_adr[tendon], end = first + m->tendon_num[tendon];
  bool slides = false;
  for (int w = first; w < end; ++w) {
    if (m->wrap_type[w] != mjWRAP_JOINT)
      return "it pulls a spatial tendon, whose lever arms change: write motors on the joints, or a "
             "fixed tendon";
    const int joint = m->wrap_objid[w];
    const bool slide = m->jnt_type[joint] == mjJNT_SLIDE;
    slides |= slide;
    const auto same = std::ranges::find(out->drives, joint, &Drive::joint);
    if (same != out->drives.end()) {
      const char* name = mj_id2name(m, mjOBJ_JOINT, joint);
      return fmt::format("its tendon has joint '{}' twice: write it once, with the sum as coef",
                         name ? name : "without a name");
    } else if (m->wrap_prm[w] != 0) {
      out->drives.push_back({joint, 0, slide, m->wrap_prm[w]});
    }
  }
  out->scale = m->actuator_gear[6 * actuator];
  out->tendon = tendon;
  out->linear = slides || !IsPlainNumbers(*out);
  if (out->scale == 0) return "its gear is 0, so that it does nothing: write gear";
  return out->drives.empty() ? "its tendon moves no joint: write coef" : "";
}

std::string Named(const mjModel* m, mjtObj type, int id, const char* what) {
  const char* name = mj_id2name(m, type, id);
  if (name && *name) return name;
  std::string made = fmt::format("{}{}", what, id);
  while (mj_name2id(m, type, made.c_str()) >= 0) made += "_";
  return made;
}

}  // namespace

std::string JointName(const mjModel* m, int joint) { return Named(m, mjOBJ_JOINT, joint, "joint"); }

std::string ActuatorName(const mjModel* m, int actuator) {
  return Named(m, mjOBJ_ACTUATOR, actuator, "actuator");
}

std::string TransmissionName(const mjModel* m, int actuator) {
  const int type = m->actuator_trntype[actuator], id = m->actuator_trnid[2 * actuator];
  if (type == mjTRN_JOINT || type == mjTRN_JOINTINPARENT) return JointName(m, id);
  return type == mjTRN_TENDON ? Named(m, mjOBJ_TENDON, id, "tendon") : ActuatorName(m, actuator);
}

std::string ReadTransmission(const mjModel* m, int actuator, Transmission* out) {
  switch (m->actuator_trntype[actuator]) {
    case mjTRN_JOINT:
    case mjTRN_JOINTINPARENT:
      return ReadJoint(m, actuator, out);
    case mjTRN_TENDON:
      return ReadTendon(m, actuator, out);
    case mjTRN_SITE:
      return "it acts on a site, on joints that change with the pose: write motors on the joints";
    case mjTRN_SLIDERCRANK:
      return "it is a slider-crank, whose lever arm changes: write a motor on the joint";
    case mjTRN_BODY:
      return "it is adhesion, which is no torque at a joint: leave it out";
    default:
      return "it acts on nothing that Sinew knows: write a motor on a joint";
  }
}

std::pair<double, double> JointForceRange(const mjModel* m, int joint) {
  return engine::JointForceRange(m, joint);
}

std::pair<double, double> TendonForceRange(const mjModel* m, int tendon) {
  return engine::TendonForceRange(m, tendon);
}

bool GroupSwitchedOff(const mjModel* m, int group) { return engine::GroupSwitchedOff(m, group); }

}  // namespace sinew::sim
