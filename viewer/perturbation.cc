#include "viewer/perturbation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sinew::viewer {

void Perturbation::Select(const mjData* data, int body, const Eigen::Vector3d& point) {
  Deselect();
  if (body <= 0) return;
  perturb_.select = body;
  // the point in the body's own axes, so that it stays on the body
  const mjtNum* position = data->xpos + 3 * body;
  const mjtNum offset[3] = {point[0] - position[0], point[1] - position[1], point[2] - position[2]};
  mju_rotVecMatT(perturb_.localpos, offset, data->xmat + 9 * body);
}

void Perturbation::Deselect() {
  mjv_defaultPerturb(&perturb_);
  placing_ = false;
}

void Perturbation::Begin(const mjModel* model, const mjData* data, const mjvScene& scene,
                         Kind kind) {
  const bool target = IsPlaceable(model, selected());
  const bool movable = target || (selected() > 0 && model->body_weldid[selected()] != 0);
  if (!movable || (target && kind == Kind::kTorque)) return;
  mjv_initPerturb(model, data, &scene, &perturb_);
  perturb_.active = kind == Kind::kForce ? mjPERT_TRANSLATE : mjPERT_ROTATE;
  placing_ = target;
  from_ = Eigen::Map<const Eigen::Vector3d>(data->xpos + 3 * selected());
  from_pointer_ = Eigen::Map<const Eigen::Vector3d>(perturb_.refpos);
}

void Perturbation::Drag(const mjModel* model, const mjData* data, mjtMouse action, double dx,
                        double dy, const mjvScene& scene) {
  if (active()) mjv_movePerturb(model, data, action, dx, dy, &scene, &perturb_);
}

std::optional<Perturbation::Kind> Perturbation::kind() const {
  if (!active()) return std::nullopt;
  return perturb_.active == mjPERT_TRANSLATE ? Kind::kForce : Kind::kTorque;
}

std::optional<BodyMove> Perturbation::Placement() const {
  if (!active() || !placing_) return std::nullopt;
  const Eigen::Map<const Eigen::Vector3d> pointer(perturb_.refpos);
  return BodyMove{selected(), from_ + pointer - from_pointer_};
}

Wrench Perturbation::Compute(const mjModel* model, mjData* data) const {
  Wrench wrench;
  if (!active() || placing_) return wrench;
  // MuJoCo writes its result over the body's row: lend it the row and take it back
  mjtNum* row = data->xfrc_applied + 6 * selected();
  std::array<mjtNum, 6> saved;
  std::copy_n(row, 6, saved.begin());
  std::fill_n(row, 6, 0.0);
  mjv_applyPerturbForce(model, data, &perturb_);
  wrench.body = selected();
  wrench.force = Eigen::Map<const Eigen::Vector3d>(row);
  wrench.torque = Eigen::Map<const Eigen::Vector3d>(row + 3);
  std::ranges::copy(saved, row);
  return wrench;
}

std::string DescribeWrench(const Wrench& wrench, double impulse) {
  const double force = wrench.force.norm(), torque = wrench.torque.norm();
  // the spring to an off-centre point twists a little too: name both only where both matter
  std::string text;
  if (torque < 1e-3) {
    text = fmt::format("{:.1f} N", force);
  } else if (force < 1e-3) {
    text = fmt::format("{:.2f} N·m", torque);
  } else {
    text = fmt::format("{:.1f} N, {:.2f} N·m", force, torque);
  }
  if (impulse > 1e-3) text += fmt::format(", {:.2f} N·s", impulse);
  return text;
}

}  // namespace sinew::viewer
