#include "sim/simulation.h"

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/names.h"
#include "sim/load_model.h"
#include "sim/step/settled_quaternions.h"

namespace sinew::sim {
namespace {

struct Field {
  double* values;
  int64_t size;
};

// Integration state first, then the derived quantities that lag one substep behind it and that
// observations may read.
std::array<Field, 27> StateFields(const mjModel* m, mjData* d) {
  return {{{&d->time, 1},
           {d->qpos, m->nq},
           {d->qvel, m->nv},
           {d->act, m->na},
           {d->qacc_warmstart, m->nv},
           {d->ctrl, m->nu},
           {d->qfrc_applied, m->nv},
           {d->xfrc_applied, 6 * m->nbody},
           {d->mocap_pos, 3 * m->nmocap},
           {d->mocap_quat, 4 * m->nmocap},
           {d->userdata, m->nuserdata},
           {d->qacc, m->nv},
           {d->xpos, 3 * m->nbody},
           {d->xquat, 4 * m->nbody},
           {d->xmat, 9 * m->nbody},
           {d->xipos, 3 * m->nbody},
           {d->ximat, 9 * m->nbody},
           {d->xanchor, 3 * m->njnt},
           {d->xaxis, 3 * m->njnt},
           {d->geom_xpos, 3 * m->ngeom},
           {d->geom_xmat, 9 * m->ngeom},
           {d->site_xpos, 3 * m->nsite},
           {d->site_xmat, 9 * m->nsite},
           {d->subtree_com, 3 * m->nbody},
           {d->sensordata, m->nsensordata},
           {d->actuator_force, m->nu},
           {d->qfrc_constraint, m->nv}}};
}

struct Watch {
  mjtWarning warning;
  const char* quantity;
};
constexpr std::array<Watch, 4> kWatched{{{mjWARN_BADQPOS, "qpos"},
                                         {mjWARN_BADQVEL, "qvel"},
                                         {mjWARN_BADQACC, "qacc"},
                                         {mjWARN_BADCTRL, "ctrl"}}};

bool Warned(const mjData* d) {
  int warnings = 0;
  for (const Watch& watch : kWatched) warnings |= d->warning[watch.warning].number;
  return warnings != 0;
}

// index of the first value that is not finite or beyond MuJoCo's limit; -1 if there is none
int FirstBad(const double* values, int size) {
  const double* bad =
      std::find_if(values, values + size, [](double v) { return !(std::abs(v) <= mjMAXVAL); });
  return bad == values + size ? -1 : static_cast<int>(bad - values);
}

int Count(const mjModel* m, mjtObj type) {
  switch (type) {
    case mjOBJ_BODY:
      return m->nbody;
    case mjOBJ_JOINT:
      return m->njnt;
    case mjOBJ_GEOM:
      return m->ngeom;
    case mjOBJ_SITE:
      return m->nsite;
    case mjOBJ_CAMERA:
      return m->ncam;
    case mjOBJ_ACTUATOR:
      return m->nu;
    case mjOBJ_SENSOR:
      return m->nsensor;
    case mjOBJ_KEY:
      return m->nkey;
    default:
      return 0;
  }
}

// whether `body` is `root` or hangs on it
bool IsWithin(const mjModel* m, int body, int root) {
  while (body > root) body = m->body_parentid[body];
  return body == root;
}

// the joint that a degree of freedom or an element of qpos belongs to
std::string JointOf(const mjModel* m, mjtWarning warning, int index) {
  if (warning == mjWARN_BADCTRL) {
    const char* name = index < m->nu ? mj_id2name(m, mjOBJ_ACTUATOR, index) : nullptr;
    return name ? name : fmt::format("actuator {}", index);
  }
  int joint = -1;
  for (int j = 0; j < m->njnt; ++j) {
    const int first = warning == mjWARN_BADQPOS ? m->jnt_qposadr[j] : m->jnt_dofadr[j];
    if (first <= index) joint = j;
  }
  const char* name = joint >= 0 ? mj_id2name(m, mjOBJ_JOINT, joint) : nullptr;
  return name ? name : fmt::format("degree of freedom {}", index);
}

}  // namespace

std::string Divergence::Describe() const {
  return fmt::format("{} of '{}' became non-finite or exceeded 1e10 at t = {:.4f} s", quantity,
                     joint, time);
}

// the hash is that of the model as it was compiled, before its geoms are put in another order
Simulation::Simulation(mjModel* model)
    : model_(model), identity_(PrepareModel(model)), step_model_(model), data_(mj_makeData(model)) {
  Forward();
}

Simulation::Simulation(mjModel* model, spec::ModelIdentity identity, StepModel step_model)
    : model_(model),
      identity_(std::move(identity)),
      step_model_(std::move(step_model)),
      data_(mj_makeData(model)) {
  Forward();
}

Simulation Simulation::Clone() const {
  Simulation clone(mj_copyModel(nullptr, model_.get()), identity_, step_model_);
  clone.gravity_joints_ = gravity_joints_;
  return clone;
}

std::unique_ptr<mjModel, void (*)(mjModel*)> Simulation::CompiledModel() const {
  std::unique_ptr<mjModel, void (*)(mjModel*)> compiled(mj_copyModel(nullptr, model_.get()),
                                                        mj_deleteModel);
  step_model_.visuals().Undo(compiled.get());
  return compiled;
}

Simulation Simulation::FromFile(const std::filesystem::path& mjcf) {
  return Simulation(LoadModel(mjcf));
}

Simulation Simulation::FromString(const std::string& mjcf) { return FromString(mjcf, ""); }

Simulation Simulation::FromString(const std::string& mjcf, const std::filesystem::path& folder) {
  return Simulation(LoadModel(mjcf, folder));
}

int Simulation::Id(mjtObj type, std::string_view name) const {
  const int id = mj_name2id(model_.get(), type, std::string(name).c_str());
  if (id >= 0) return id;
  std::string known;
  for (int i = 0; i < Count(model_.get(), type); ++i) {
    const char* candidate = mj_id2name(model_.get(), type, i);
    if (candidate) known += (known.empty() ? "" : ", ") + std::string(candidate);
  }
  throw UserError(
      fmt::format("the model has no {} named '{}'; it has: {}", mju_type2Str(type), name, known));
}

void Simulation::Reset() {
  mj_resetData(model_.get(), data_.get());
  warnings_.Restart();
  divergence_.reset();
  first_half_done_ = false;
}

void Simulation::Forward() {
  mj_forward(step_model_.Follow(model_.get()), data_.get());
  step_model_.visuals().Place(model_.get(), data_.get());
  first_half_done_ = false;
}

bool Simulation::RefreshKinematics() {
  if (model_->opt.integrator == mjINT_RK4) {
    mj_kinematics(model_.get(), data_.get());
    mj_comPos(model_.get(), data_.get());
    return true;
  }
  SettleQuaternions(model_.get(), data_.get());
  mj_step1(step_model_.Follow(model_.get()), data_.get());
  step_model_.visuals().Place(model_.get(), data_.get());
  first_half_done_ = true;
  warnings_.Count(model_.get(), data_.get());
  return CheckWarnings(data_->time);
}

void Simulation::EnableGravityCompensation(int root_body) {
  if (model_->opt.integrator == mjINT_RK4) {
    throw UserError(
        "gravity compensation needs the Euler or implicit integrator: RK4 evaluates inside its "
        "stages");
  }
  std::vector<int> joints;
  for (int j = 0; j < model_->njnt; ++j) {
    if (!IsWithin(model_.get(), model_->jnt_bodyid[j], root_body)) continue;
    if (model_->jnt_type[j] != mjJNT_HINGE && model_->jnt_type[j] != mjJNT_SLIDE) {
      const char* name = mj_id2name(model_.get(), mjOBJ_JOINT, j);
      throw UserError(
          fmt::format("gravity compensation holds hinges and slides, and joint '{}' is neither",
                      name ? name : fmt::format("{}", j)));
    }
    joints.push_back(j);
  }
  gravity_joints_ = std::move(joints);
}

// Torque of gravity about each joint below the root: the weight of the subtree acts at its centre
// of mass, tau = axis . ((com - anchor) x (mass g)); slides take axis . (mass g). The opposite is
// applied.
void Simulation::ApplyGravityCompensation() {
  const mjModel* m = model_.get();
  mjData* d = data_.get();
  const Eigen::Map<const Eigen::Vector3d> gravity(m->opt.gravity);
  for (int j : gravity_joints_) {
    const int body = m->jnt_bodyid[j];
    const Eigen::Map<const Eigen::Vector3d> axis(d->xaxis + 3 * j), anchor(d->xanchor + 3 * j),
        com(d->subtree_com + 3 * body);
    const Eigen::Vector3d weight = m->body_subtreemass[body] * gravity;
    if (m->jnt_type[j] == mjJNT_HINGE) {
      d->qfrc_applied[m->jnt_dofadr[j]] = -axis.dot((com - anchor).cross(weight));
    } else {
      d->qfrc_applied[m->jnt_dofadr[j]] = -axis.dot(weight);
    }
  }
}

bool Simulation::Substep(Visuals visuals) {
  const bool good = Advance();
  if (good && visuals == Visuals::kPlaced) step_model_.visuals().Place(model_.get(), data_.get());
  return good;
}

bool Simulation::Advance() {
  const mjModel* m = step_model_.Follow(model_.get());
  mjData* d = data_.get();
  const double time_before = d->time;
  const bool split = first_half_done_ || gravity_compensation();
  if (!split || m->opt.integrator == mjINT_RK4) {
    mj_step(m, d);
    return CheckState(time_before);
  }
  if (!first_half_done_) {
    mj_step1(m, d);
    // a bad state has been reset within mj_step1: stop before its wreckage is stepped on
    if (!CheckWarnings(time_before)) return false;
  }
  first_half_done_ = false;
  if (gravity_compensation()) ApplyGravityCompensation();
  mj_step2(m, d);
  return CheckState(time_before);
}

// MuJoCo looks at a state when the next step begins; one that this step made bad is found here
// already. This runs behind every substep, so that what is good is told in one pass.
bool Simulation::CheckState(double time_before) {
  const mjModel* m = model_.get();
  const mjData* d = data_.get();
  warnings_.Count(m, d);
  bool good = !Warned(d);
  for (int i = 0; i < m->nq; ++i) good &= std::abs(d->qpos[i]) <= mjMAXVAL;
  for (int i = 0; i < m->nv; ++i) good &= std::abs(d->qvel[i]) <= mjMAXVAL;
  if (good) return true;
  if (!CheckWarnings(time_before)) return false;
  const int bad_qpos = FirstBad(d->qpos, m->nq);
  const bool in_qpos = bad_qpos >= 0;
  const int index = in_qpos ? bad_qpos : FirstBad(d->qvel, m->nv);
  divergence_ =
      Divergence{in_qpos ? "qpos" : "qvel", index,
                 JointOf(m, in_qpos ? mjWARN_BADQPOS : mjWARN_BADQVEL, index), time_before};
  return false;
}

bool Simulation::CheckWarnings(double time_before) {
  if (!Warned(data_.get())) return true;
  for (const Watch& watch : kWatched) {
    const mjWarningStat& stat = data_->warning[watch.warning];
    if (stat.number == 0) continue;
    divergence_ = Divergence{watch.quantity, stat.lastinfo,
                             JointOf(model_.get(), watch.warning, stat.lastinfo), time_before};
    return false;
  }
  return true;
}

SimulationState Simulation::SaveState() const {
  SimulationState state;
  for (const Field& field : StateFields(model_.get(), data_.get())) {
    state.values.insert(state.values.end(), field.values, field.values + field.size);
  }
  return state;
}

void Simulation::RestoreState(const SimulationState& state) {
  const auto fields = StateFields(model_.get(), data_.get());
  size_t expected = 0;
  for (const Field& field : fields) expected += field.size;
  if (state.values.size() != expected) {
    throw Error(fmt::format("simulation state holds {} numbers where this model has {}",
                            state.values.size(), expected));
  }
  Reset();
  // twice: mj_forward fills what is not saved (contacts, inertias) from the state, then the saved
  // values replace what it derived afresh and what it warm-started
  for (int pass = 0; pass < 2; ++pass) {
    const double* source = state.values.data();
    for (const Field& field : fields) {
      std::copy(source, source + field.size, field.values);
      source += field.size;
    }
    if (pass == 0) Forward();
  }
}

}  // namespace sinew::sim
