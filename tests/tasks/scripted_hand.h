#pragma once

#include <Eigen/Core>
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "sim/env.h"

namespace sinew::tasks {

/// A hand that is led by a script, for tests: a spring and a damper pull the site "grip" to a pose,
/// the joint torques follow through the Jacobian's transpose, and gravity is made up for.
class ScriptedHand {
 public:
  struct Gains {
    double stiffness = 150, damping = 0;          // [N/m], [N s/m]
    double turn_stiffness = 3, turn_damping = 0;  // [N m/rad], [N m s/rad]
  };

  /// @param object  body that is to be held.
  ScriptedHand(sim::Env* env, const std::string& object, const Gains& gains)
      : env_(env),
        gains_(gains),
        grip_(env->simulation().Id(mjOBJ_SITE, "grip")),
        object_(env->simulation().Id(mjOBJ_BODY, object)),
        orientation_(Orientation()),
        goal_(env->simulation().SitePosition(grip_)) {}

  /// The hand's position when the script is at rest [m].
  const Eigen::Vector3d& goal() const { return goal_; }

  /// Moves in a straight line by `way` within `seconds`, at `finger` of the finger motor's range.
  void Move(const Eigen::Vector3d& way, double seconds, double finger) {
    const Eigen::Vector3d start = goal_;
    const int steps = static_cast<int>(std::round(seconds / env_->spec().control_dt));
    for (int k = 1; k <= steps; ++k) {
      const double s = static_cast<double>(k) / steps;
      goal_ = start + s * s * (3 - 2 * s) * way;
      Step(finger);
    }
  }

  void Hold(double seconds, double finger) { Move(Eigen::Vector3d::Zero(), seconds, finger); }

  /// From here on `slip` is measured against the object's present place in the hand.
  void MarkGrasp() {
    mark_ = InHand();
    slip_ = 0;
  }
  /// Largest distance from the place in the hand that was marked [m].
  double slip() const { return slip_; }
  /// Deepest contact that involves the hand's object, over all control steps [m].
  double penetration() const { return penetration_; }
  void ForgetPenetration() { penetration_ = 0; }

 private:
  Eigen::Matrix3d Orientation() const {
    return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(
        env_->simulation().data()->site_xmat + 9 * grip_);
  }

  Eigen::Vector3d InHand() const {
    const sim::Simulation& simulation = env_->simulation();
    return Orientation().transpose() *
           (simulation.BodyPosition(object_) - simulation.SitePosition(grip_));
  }

  void Step(double finger) {
    sim::Simulation& simulation = env_->simulation();
    const mjModel* model = simulation.model();
    const mjData* data = simulation.data();
    Eigen::Matrix<double, 3, Eigen::Dynamic, Eigen::RowMajor> linear(3, model->nv),
        angular(3, model->nv);
    mj_jacSite(model, data, linear.data(), angular.data(), grip_);
    const Eigen::AngleAxisd turn(orientation_ * Orientation().transpose());
    const Eigen::VectorXd velocity = simulation.qvel();
    const Eigen::Vector3d force = gains_.stiffness * (goal_ - simulation.SitePosition(grip_)) -
                                  gains_.damping * (linear * velocity);
    const Eigen::Vector3d torque = gains_.turn_stiffness * turn.angle() * turn.axis() -
                                   gains_.turn_damping * (angular * velocity);
    const Eigen::VectorXd joint = linear.transpose() * force + angular.transpose() * torque;
    std::vector<double> control(model->nu);
    for (int i = 0; i < model->nu; ++i) {
      const int dof = model->jnt_dofadr[model->actuator_trnid[2 * i]];
      const double gravity = env_->spec().gravity_compensation ? 0 : data->qfrc_bias[dof];
      control[i] = (joint[dof] + gravity) / model->actuator_gear[6 * i];
    }
    control.back() = finger * env_->spec().action.back().ctrl_high;
    env_->StepControl(control);
    if (mark_) slip_ = std::max(slip_, (InHand() - *mark_).norm());
    for (int i = 0; i < data->ncon; ++i) {
      const mjContact& contact = data->contact[i];
      if (model->geom_bodyid[contact.geom1] == object_ ||
          model->geom_bodyid[contact.geom2] == object_)
        penetration_ = std::max(penetration_, -contact.dist);
    }
  }

  sim::Env* env_;
  Gains gains_;
  int grip_, object_;
  Eigen::Matrix3d orientation_;
  Eigen::Vector3d goal_;
  std::optional<Eigen::Vector3d> mark_;
  double slip_ = 0, penetration_ = 0;
};

}  // namespace sinew::tasks
