#include "sim/step/settled_quaternions.h"

#include <algorithm>
#include <cmath>

namespace sinew::sim {
namespace {

bool StaysUnderNormalization(const double* quaternion) {
  double again[4];
  mju_copy4(again, quaternion);
  mju_normalize4(again);
  return std::equal(again, again + 4, quaternion);
}

// MuJoCo brings quaternions to unit length where they stand, at the beginning of every step, which
// may change the last bit each time. This takes a neighbour that such a step leaves as it is.
void SettleQuaternion(double* quaternion) {
  const bool turned = quaternion[0] != 1 || quaternion[1] != 0 || quaternion[2] != 0 ||
                      quaternion[3] != 0;  // most targets never are
  if (!turned || StaysUnderNormalization(quaternion)) return;
  mju_normalize4(quaternion);
  if (StaysUnderNormalization(quaternion)) return;
  // each element as it is, or one bit up or down
  constexpr int kChoices = 81;
  for (int choice = 1; choice < kChoices; ++choice) {
    double near[4];
    for (int i = 0, digits = choice; i < 4; ++i, digits /= 3) {
      const double towards[] = {quaternion[i], 2, -2};
      near[i] = std::nextafter(quaternion[i], towards[digits % 3]);
    }
    if (!StaysUnderNormalization(near)) continue;
    mju_copy4(quaternion, near);
    return;
  }
}

}  // namespace

void SettleQuaternions(const mjModel* m, mjData* d) {
  for (int j = 0; j < m->njnt; ++j) {
    double* q = d->qpos + m->jnt_qposadr[j];
    if (m->jnt_type[j] == mjJNT_BALL) SettleQuaternion(q);
    if (m->jnt_type[j] == mjJNT_FREE) SettleQuaternion(q + 3);
  }
  for (int i = 0; i < m->nmocap; ++i) SettleQuaternion(d->mocap_quat + 4 * i);
}

}  // namespace sinew::sim
