#include "sim/randomization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "sim/task.h"

namespace sinew::sim {
namespace {

std::vector<double> Copy(const double* values, int size) { return {values, values + size}; }

std::string NameOf(const mjModel* m, mjtObj type, int id) {
  const char* name = mj_id2name(m, type, id);
  return name && *name ? name : fmt::format("{}", id);
}

std::vector<int> MovingBodies(const mjModel* m) {
  std::vector<int> bodies;
  for (int b = 1; b < m->nbody; ++b) {
    // a body that is welded to the world, or a mocap body, feels no force
    if (m->body_weldid[b] != 0 && m->body_mass[b] > 0) bodies.push_back(b);
  }
  return bodies;
}

std::vector<int> DampedJoints(const mjModel* m) {
  std::vector<int> joints;
  for (int j = 0; j < m->njnt; ++j) {
    if (m->dof_damping[m->jnt_dofadr[j]] > 0) joints.push_back(j);
  }
  return joints;
}

int DofCount(const mjModel* m, int joint) {
  const int end = joint + 1 < m->njnt ? m->jnt_dofadr[joint + 1] : m->nv;
  return end - m->jnt_dofadr[joint];
}

Eigen::Vector3d DrawDirection(Random* random) {
  const Eigen::Vector3d normal(random->Normal(), random->Normal(), random->Normal());
  return normal.normalized();
}

}  // namespace

Randomizer::Randomizer(const spec::TaskSpec& spec, const Simulation& nominal)
    : options_(spec.randomization) {
  const mjModel* m = nominal.model();
  for (const spec::ActionElement& element : spec.action) {
    // a law of the controller's own is disturbed by its target
    const bool target = element.law == spec::ServoLaw::kController;
    const double a = target ? element.low() : element.ctrl_low;
    const double b = target ? element.high() : element.ctrl_high;
    ctrl_low_.push_back(std::min(a, b));
    ctrl_high_.push_back(std::max(a, b));
  }
  for (const spec::ObservationElement& element : spec.observation)
    obs_magnitude_.push_back(element.magnitude);
  bodies_ = MovingBodies(m);
  joints_ = DampedJoints(m);
  actuators_ = m->nu;
  push_chance_ = options_.push_force > 0 ? spec.control_dt / options_.push_every : 0;
  push_steps_ = std::max(1.0, std::round(options_.push_duration / spec.control_dt));
  for (const int body : bodies_) names_.push_back("mass." + NameOf(m, mjOBJ_BODY, body));
  for (const int joint : joints_) names_.push_back("damping." + NameOf(m, mjOBJ_JOINT, joint));
  for (int i = 0; i < actuators_; ++i) names_.push_back("gear." + NameOf(m, mjOBJ_ACTUATOR, i));
  names_.insert(names_.end(), {"friction", "delay"});
  body_mass_ = Copy(m->body_mass, m->nbody);
  body_inertia_ = Copy(m->body_inertia, 3 * m->nbody);
  dof_damping_ = Copy(m->dof_damping, m->nv);
  geom_friction_ = Copy(m->geom_friction, 3 * m->ngeom);
  pair_friction_ = Copy(m->pair_friction, 5 * m->npair);
  actuator_gear_ = Copy(m->actuator_gear, 6 * m->nu);
}

void Randomizer::BeginEpisode(uint64_t seed, uint64_t episode, Simulation* simulation) {
  random_ = Random(seed, "randomization", episode);
  drawn_.clear();
  const auto draw = [this](double spread) {
    drawn_.push_back(1 + spread * random_.Uniform(-1, 1));
  };
  for (size_t i = 0; i < bodies_.size(); ++i) draw(options_.mass);
  for (size_t i = 0; i < joints_.size(); ++i) draw(options_.damping);
  for (int i = 0; i < actuators_; ++i) draw(options_.gear);
  draw(options_.friction);
  const auto delay = random_.Below(static_cast<uint64_t>(options_.delay) + 1);
  drawn_.push_back(static_cast<double>(delay));
  // until the first action arrives the actuators rest
  pending_.clear();
  for (uint64_t step = 0; step < delay; ++step) {
    for (size_t i = 0; i < ctrl_low_.size(); ++i)
      pending_.push_back(std::clamp(0.0, ctrl_low_[i], ctrl_high_[i]));
  }
  push_.assign(5, 0.0);
  Apply(simulation);
}

void Randomizer::Apply(Simulation* simulation) const {
  mjModel* m = simulation->model();
  size_t next = 0;
  for (const int body : bodies_) {
    const double factor = drawn_[next++];
    m->body_mass[body] = factor * body_mass_[body];
    for (int k = 3 * body; k < 3 * body + 3; ++k) m->body_inertia[k] = factor * body_inertia_[k];
  }
  for (const int joint : joints_) {
    const double factor = drawn_[next++];
    const int first = m->jnt_dofadr[joint];
    for (int k = first; k < first + DofCount(m, joint); ++k)
      m->dof_damping[k] = factor * dof_damping_[k];
  }
  for (int i = 0; i < actuators_; ++i) {
    const double factor = drawn_[next++];
    for (int k = 6 * i; k < 6 * i + 6; ++k) m->actuator_gear[k] = factor * actuator_gear_[k];
  }
  const double friction = drawn_[next];
  for (int g = 0; g < m->ngeom; ++g) m->geom_friction[3 * g] = friction * geom_friction_[3 * g];
  for (int p = 0; p < m->npair; ++p) {
    for (int k = 5 * p; k < 5 * p + 2; ++k) m->pair_friction[k] = friction * pair_friction_[k];
  }
  if (options_.mass <= 0 && options_.gear <= 0) return;
  // what MuJoCo derives from masses and gears; its view of the scene is to stay as it was
  const mjStatistic view = m->stat;
  mj_setConst(m, simulation->data());
  m->stat.extent = view.extent;
  m->stat.meansize = view.meansize;
  mju_copy3(m->stat.center, view.center);
}

void Randomizer::DisturbControl(std::span<double> ctrl) {
  if (options_.action_noise > 0) {
    for (size_t i = 0; i < ctrl.size(); ++i) {
      const double half = 0.5 * (ctrl_high_[i] - ctrl_low_[i]);
      ctrl[i] = std::clamp(ctrl[i] + options_.action_noise * half * random_.Normal(), ctrl_low_[i],
                           ctrl_high_[i]);
    }
  }
  if (pending_.empty()) return;
  pending_.insert(pending_.end(), ctrl.begin(), ctrl.end());
  std::copy_n(pending_.begin(), ctrl.size(), ctrl.begin());
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(ctrl.size()));
}

void Randomizer::Push(Simulation* simulation) {
  if (push_chance_ <= 0 || bodies_.empty()) return;
  double* forces = simulation->data()->xfrc_applied;
  if (push_[0] > 0 && --push_[0] == 0) mju_zero(forces + 6 * static_cast<int>(push_[1]), 3);
  if (push_[0] == 0 && random_.Uniform() < push_chance_) {
    const Eigen::Vector3d force = options_.push_force * DrawDirection(&random_);
    push_ = {push_steps_, static_cast<double>(bodies_[random_.Below(bodies_.size())]), force.x(),
             force.y(), force.z()};
  }
  if (push_[0] > 0) mju_copy3(forces + 6 * static_cast<int>(push_[1]), push_.data() + 2);
}

void Randomizer::DisturbObservation(std::span<double> observation) {
  if (options_.observation_noise <= 0) return;
  for (size_t i = 0; i < observation.size(); ++i)
    observation[i] += options_.observation_noise * obs_magnitude_[i] * random_.Normal();
}

std::vector<DrawnValue> Randomizer::drawn() const {
  std::vector<DrawnValue> values;
  for (size_t i = 0; i < names_.size(); ++i) values.push_back({names_[i], drawn_[i]});
  return values;
}

RandomizationState Randomizer::SaveState() const {
  return {drawn_, pending_, push_, random_.state()};
}

void Randomizer::RestoreState(const RandomizationState& state, Simulation* simulation) {
  const double delay = state.drawn.empty() ? 0 : state.drawn.back();
  if (state.drawn.size() != names_.size() || state.push.size() != push_.size() ||
      static_cast<double>(state.pending.size()) != delay * static_cast<double>(ctrl_low_.size())) {
    throw Error("environment state of another task's randomisation");
  }
  const bool same_physics = state.drawn == drawn_;
  drawn_ = state.drawn;
  pending_ = state.pending;
  push_ = state.push;
  random_.set_state(state.random);
  if (!same_physics) Apply(simulation);
}

}  // namespace sinew::sim
