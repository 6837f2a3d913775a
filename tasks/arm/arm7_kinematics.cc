#include "tasks/arm/arm7_kinematics.h"

#include <Eigen/Dense>
#include <cmath>

namespace sinew::tasks {
namespace {

constexpr int kJoints = 7;
constexpr double kTolerance = 1e-3;  // [m], [rad]

bool WithinLimits(const sim::Simulation& simulation) {
  const mjModel* model = simulation.model();
  for (int i = 0; i < kJoints; ++i) {
    const double q = simulation.data()->qpos[i];
    if (q < model->jnt_range[2 * i] || q > model->jnt_range[2 * i + 1]) return false;
  }
  return true;
}

}  // namespace

Eigen::Matrix3d SiteFrame(const sim::Simulation& simulation, int site) {
  return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(
      simulation.data()->site_xmat + 9 * site);
}

Eigen::Matrix3d TurnAboutZ(double angle) {
  const double c = std::cos(angle), s = std::sin(angle);
  Eigen::Matrix3d turn;
  turn << c, -s, 0, s, c, 0, 0, 0, 1;
  return turn;
}

bool SolveArm7(sim::Simulation& simulation, int site, const Eigen::Vector3d& position,
               const Eigen::Matrix3d& frame) {
  constexpr int kIterations = 50;
  constexpr double kDamping = 1e-3;
  const mjModel* model = simulation.model();
  mjData* data = simulation.data();
  const double* home = model->key_qpos + simulation.Id(mjOBJ_KEY, "home") * model->nq;
  auto joints = simulation.qpos().head<kJoints>();
  joints = Eigen::Map<const Eigen::Vector<double, kJoints>>(home);
  joints[0] = std::atan2(position.y(), position.x());
  Eigen::Matrix<double, 6, Eigen::Dynamic, Eigen::RowMajor> jacobian(6, model->nv);
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    mj_kinematics(model, data);
    mj_comPos(model, data);
    const Eigen::AngleAxisd turn(frame * SiteFrame(simulation, site).transpose());
    Eigen::Vector<double, 6> error;
    error << position - simulation.SitePosition(site), turn.angle() * turn.axis();
    if (error.norm() < kTolerance) return WithinLimits(simulation);
    mj_jacSite(model, data, jacobian.data(), jacobian.data() + 3 * model->nv, site);
    const auto arm = jacobian.leftCols<kJoints>();
    const Eigen::Matrix<double, 6, 6> gram =
        arm * arm.transpose() + kDamping * Eigen::Matrix<double, 6, 6>::Identity();
    joints += arm.transpose() * gram.ldlt().solve(error);
  }
  return false;
}

}  // namespace sinew::tasks
