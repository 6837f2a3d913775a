#include "viewer/session/perturbation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/engine/engine.h"

namespace sinew::viewer {
namespace {

constexpr double kTiny = 1e-3;  // in any unit that is shown

bool IsTiny(const Wrench& wrench) {
  return wrench.force.norm() < kTiny && wrench.torque.norm() < kTiny;
}

// the spring to an off-centre point twists a little too: both are named only where both matter
std::string LinearAndAngular(const Wrench& wrench, int decimals, const char* unit) {
  const double force = wrench.force.norm(), torque = wrench.torque.norm();
  const std::string pull = fmt::format("{:.{}f} N{}", force, decimals, unit);
  const std::string twist = fmt::format("{:.2f} N·m{}", torque, unit);
  if (torque < kTiny) return pull;
  return force < kTiny ? twist : pull + ", " + twist;
}

}  // namespace

void Perturbation::Select(const mjData* data, int body, const Eigen::Vector3d& point) {
  Deselect();
  if (body <= 0) return;
  perturb_.select = body;
  // the point in the body's own axes, so that it stays on the body
  const Eigen::Map<const Eigen::Vector3d> position(data->xpos + 3 * body);
  const Eigen::Map<const Eigen::Matrix3d> transposed(data->xmat + 9 * body);  // row by row there
  Eigen::Map<Eigen::Vector3d>(perturb_.localpos) = transposed * (point - position);
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
  sim::engine::InitPerturb(model, data, &scene, &perturb_);
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

std::string DescribeWrench(const Wrench& wrench, const Wrench& impulse) {
  std::string text = LinearAndAngular(wrench, 1, "");
  if (const std::string sum = DescribeImpulse(impulse); !sum.empty()) text += ", " + sum;
  return text;
}

std::string DescribeImpulse(const Wrench& impulse) {
  return IsTiny(impulse) ? "" : LinearAndAngular(impulse, 2, "·s");
}

}  // namespace sinew::viewer
