#include "sim/couplings.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace sinew::sim {
namespace {

constexpr int kMostSteps = 50;
constexpr double kKept = 1e-9;     // residual [m, rad]
constexpr double kLargest = 0.3;   // change of a position in a step [rad, m]
constexpr double kMoving = 1e-12;  // residual's rate [m/s, rad/s]

// of the equality constraints, which are MuJoCo's first rows [ne x nv]
Eigen::MatrixXd Jacobian(const mjModel* m, const mjData* d) {
  Eigen::MatrixXd jacobian = Eigen::MatrixXd::Zero(d->ne, m->nv);
  for (int row = 0; row < d->ne; ++row) {
    if (!mj_isSparse(m)) {
      for (int v = 0; v < m->nv; ++v) jacobian(row, v) = d->efc_J[row * m->nv + v];
      continue;
    }
    const int first = d->efc_J_rowadr[row];
    for (int k = first; k < first + d->efc_J_rownnz[row]; ++k)
      jacobian(row, d->efc_J_colind[k]) = d->efc_J[k];
  }
  return jacobian;
}

// newer engines have it in the data
template <class Model, class Data>
bool IsActive(const Model* m, const Data* d, int equality) {
  if constexpr (requires { d->eq_active; }) {
    return d->eq_active[equality];
  } else {
    return m->eq_active[equality];
  }
}

// a coupled joint follows the one that it is coupled to
void FollowJoints(const mjModel* m, mjData* d) {
  for (int e = 0; e < m->neq; ++e) {
    if (m->eq_type[e] != mjEQ_JOINT || !IsActive(m, d, e)) continue;
    const double* c = m->eq_data + mjNEQDATA * e;
    const int led = m->jnt_qposadr[m->eq_obj1id[e]], other = m->eq_obj2id[e];
    double x = 0;
    if (other >= 0) x = d->qpos[m->jnt_qposadr[other]] - m->qpos0[m->jnt_qposadr[other]];
    const double place = m->qpos0[led] + c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * c[4])));
    if (std::abs(d->qpos[led] - place) > kKept) d->qpos[led] = place;
  }
}

void KeepInRanges(const mjModel* m, mjData* d) {
  for (int j = 0; j < m->njnt; ++j) {
    const bool scalar = m->jnt_type[j] == mjJNT_HINGE || m->jnt_type[j] == mjJNT_SLIDE;
    if (!scalar || !m->jnt_limited[j]) continue;
    double& q = d->qpos[m->jnt_qposadr[j]];
    q = std::clamp(q, m->jnt_range[2 * j], m->jnt_range[2 * j + 1]);
  }
}

}  // namespace

void KeepCouplings(Simulation* simulation) {
  const mjModel* m = simulation->model();
  mjData* d = simulation->data();
  if (m->neq == 0) return;
  FollowJoints(m, d);
  KeepInRanges(m, d);
  for (int k = 0; k < kMostSteps; ++k) {
    mj_fwdPosition(m, d);
    const Eigen::Map<const Eigen::VectorXd> residual(d->efc_pos, d->ne);
    if (d->ne == 0 || residual.lpNorm<Eigen::Infinity>() <= kKept) break;
    Eigen::VectorXd change = Jacobian(m, d).completeOrthogonalDecomposition().solve(-residual);
    const double largest = change.lpNorm<Eigen::Infinity>();
    if (largest > kLargest) change *= kLargest / largest;
    mj_integratePos(m, d->qpos, change.data(), 1);
    KeepInRanges(m, d);
  }
  if (d->ne == 0) return;
  const Eigen::MatrixXd jacobian = Jacobian(m, d);
  const Eigen::VectorXd rate = jacobian * simulation->qvel();
  if (rate.lpNorm<Eigen::Infinity>() <= kMoving) return;
  simulation->qvel() -= jacobian.completeOrthogonalDecomposition().solve(rate);
}

}  // namespace sinew::sim
