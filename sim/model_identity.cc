#include "sim/model_identity.h"

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "core/files.h"
#include "sim/actuation/actuators.h"
#include "sim/actuation/transmission.h"
#include "sim/engine/engine.h"

namespace sinew::sim {
namespace {

constexpr double kNothing = 1e-9;       // below it engines' rounding is all that there is
constexpr double kSmallInertia = 1e-6;  // of the trace

// Writes the model line by line.
class Writer {
 public:
  explicit Writer(const mjModel* m) : m_(m) {}

  std::string Text() {
    Options();
    for (int b = 0; b < m_->nbody; ++b) Body(b);
    for (int j = 0; j < m_->njnt; ++j) Joint(j);
    Geoms();
    for (int s = 0; s < m_->nsite; ++s) Site(s);
    for (int t = 0; t < m_->ntendon; ++t) Tendon(t);
    for (int i = 0; i < m_->nu; ++i) Actuator(i);
    for (int e = 0; e < m_->neq; ++e) Equality(e);
    for (int s = 0; s < m_->nsensor; ++s) Sensor(s);
    for (int k = 0; k < m_->nkey; ++k) Key(k);
    return std::move(text_);
  }

 private:
  void Begin(const char* what, mjtObj type, int id) {
    const char* name = id >= 0 ? mj_id2name(m_, type, id) : nullptr;
    text_ += fmt::format("\n{} {}", what, name ? name : "-");
  }
  void Add(const std::string& word) { text_ += " " + word; }
  void Add(double value) {
    text_ += std::abs(value) < kNothing ? " 0" : fmt::format(" {:.6g}", value);
  }
  // of what may be smaller than kNothing and still count
  void AddExactly(double value) { text_ += fmt::format(" {:.6g}", value); }
  void Add(const double* values, int count) {
    for (int i = 0; i < count; ++i) Add(values[i]);
  }
  // one of the two quaternions of a rotation
  void AddRotation(const double* quat) {
    const double* leading =
        std::find_if(quat, quat + 4, [](double q) { return std::abs(q) > 1e-6; });
    const double sign = leading != quat + 4 && *leading < 0 ? -1 : 1;
    for (int k = 0; k < 4; ++k) Add(sign * quat[k]);
  }
  std::string NameOf(mjtObj type, int id) const {
    const char* name = id >= 0 ? mj_id2name(m_, type, id) : nullptr;
    return name && *name ? name : fmt::format("#{}", id);
  }

  void Options() {
    Begin("option", mjOBJ_UNKNOWN, -1);
    const mjOption& o = m_->opt;
    for (const double value : {o.timestep, o.impratio, o.density, o.viscosity}) Add(value);
    Add(o.gravity, 3);
    Add(o.wind, 3);
    Add(o.magnetic, 3);
    for (const int value : {o.integrator, o.cone, o.solver, o.iterations, o.noslip_iterations,
                            engine::DisabledPhysics(m_)})
      Add(value);
    AddExactly(o.tolerance);
  }

  void Body(int b) {
    Begin("body", mjOBJ_BODY, b);
    Add(NameOf(mjOBJ_BODY, m_->body_parentid[b]));
    Add(m_->body_pos + 3 * b, 3);
    AddRotation(m_->body_quat + 4 * b);
    Add(m_->body_mass[b]);
    Add(m_->body_mocapid[b] >= 0 ? "mocap" : "");
    if (m_->body_mass[b] == 0) return;
    Add(m_->body_ipos + 3 * b, 3);
    AddInertia(b);
  }

  // in the body's axes, since engines order the principal ones as they like
  void AddInertia(int b) {
    const double* q = m_->body_iquat + 4 * b;
    const Eigen::Matrix3d axes = Eigen::Quaterniond(q[0], q[1], q[2], q[3]).toRotationMatrix();
    const Eigen::Map<const Eigen::Vector3d> principal(m_->body_inertia + 3 * b);
    const Eigen::Matrix3d inertia = axes * principal.asDiagonal() * axes.transpose();
    for (int row = 0; row < 3; ++row) {
      for (int column = row; column < 3; ++column) {
        const bool nothing = std::abs(inertia(row, column)) < kSmallInertia * principal.sum();
        text_ += nothing ? " 0" : fmt::format(" {:.5g}", inertia(row, column));
      }
    }
  }

  void Joint(int j) {
    Begin("joint", mjOBJ_JOINT, j);
    Add(NameOf(mjOBJ_BODY, m_->jnt_bodyid[j]));
    Add(m_->jnt_type[j]);
    Add(m_->jnt_pos + 3 * j, 3);
    if (m_->jnt_type[j] == mjJNT_HINGE || m_->jnt_type[j] == mjJNT_SLIDE)
      Add(m_->jnt_axis + 3 * j, 3);
    if (m_->jnt_limited[j]) {
      Add(m_->jnt_range + 2 * j, 2);
      Add(m_->jnt_margin[j]);
      Add(m_->jnt_solref + mjNREF * j, mjNREF);
      Add(m_->jnt_solimp + mjNIMP * j, mjNIMP);
    }
    const auto [low, high] = JointForceRange(m_, j);
    if (std::isfinite(low)) Add(low);
    if (std::isfinite(high)) Add(high);
    Add(m_->jnt_stiffness[j]);
    const int dof = m_->jnt_dofadr[j], end = j + 1 < m_->njnt ? m_->jnt_dofadr[j + 1] : m_->nv;
    for (int v = dof; v < end; ++v) {
      for (const double value : {m_->dof_damping[v], m_->dof_armature[v], m_->dof_frictionloss[v]})
        Add(value);
    }
    const int q = m_->jnt_qposadr[j], next = j + 1 < m_->njnt ? m_->jnt_qposadr[j + 1] : m_->nq;
    Add(m_->qpos0 + q, next - q);
    Add(m_->qpos_spring + q, next - q);
  }

  // what can touch; what is only seen has no say
  void Geoms() {
    for (int g = 0; g < m_->ngeom; ++g) {
      const bool paired =
          std::find(m_->pair_geom1, m_->pair_geom1 + m_->npair, g) != m_->pair_geom1 + m_->npair ||
          std::find(m_->pair_geom2, m_->pair_geom2 + m_->npair, g) != m_->pair_geom2 + m_->npair;
      if (m_->geom_contype[g] == 0 && m_->geom_conaffinity[g] == 0 && !paired) continue;
      Geom(g);
    }
    for (int p = 0; p < m_->npair; ++p) {
      Begin("pair", mjOBJ_UNKNOWN, -1);
      Add(NameOf(mjOBJ_GEOM, m_->pair_geom1[p]));
      Add(NameOf(mjOBJ_GEOM, m_->pair_geom2[p]));
      Add(m_->pair_dim[p]);
      Add(m_->pair_friction + 5 * p, 5);
      Add(m_->pair_margin[p]);
    }
    for (int e = 0; e < m_->nexclude; ++e) {
      Begin("exclude", mjOBJ_UNKNOWN, -1);
      const auto [body1, body2] = engine::BodiesOfSignature(m_->exclude_signature[e]);
      Add(((body1 + 1) << 16) + body2 + 1);
    }
  }

  void Geom(int g) {
    Begin("geom", mjOBJ_GEOM, g);
    Add(NameOf(mjOBJ_BODY, m_->geom_bodyid[g]));
    for (const int value : {m_->geom_type[g], m_->geom_contype[g], m_->geom_conaffinity[g],
                            m_->geom_condim[g], m_->geom_priority[g]})
      Add(value);
    Add(m_->geom_friction + 3 * g, 3);
    Add(m_->geom_margin[g]);
    Add(m_->geom_gap[g]);
    Add(m_->geom_solref + mjNREF * g, mjNREF);
    Add(m_->geom_solimp + mjNIMP * g, mjNIMP);
    // a mesh's frame is the engine's own choice
    if (m_->geom_type[g] == mjGEOM_MESH) return Mesh(m_->geom_dataid[g]);
    if (m_->geom_type[g] == mjGEOM_HFIELD) HeightField(m_->geom_dataid[g]);
    Add(m_->geom_size + 3 * g, 3);
    Add(m_->geom_pos + 3 * g, 3);
    AddRotation(m_->geom_quat + 4 * g);
  }

  // what no choice of a frame changes: how far the corners are from their middle
  void Mesh(int mesh) {
    Add(NameOf(mjOBJ_MESH, mesh));
    const int count = m_->mesh_vertnum[mesh];
    const Eigen::Map<const Eigen::Matrix3Xf> corners(m_->mesh_vert + 3 * m_->mesh_vertadr[mesh], 3,
                                                     count);
    const Eigen::Matrix3Xd from_middle =
        corners.cast<double>().colwise() - corners.cast<double>().rowwise().mean();
    const Eigen::VectorXd squares = from_middle.colwise().squaredNorm();
    for (const double value : {squares.sum(), squares.squaredNorm(), squares.maxCoeff()})
      text_ += fmt::format(" {:.4g}", value);
  }

  void HeightField(int field) {
    Add(m_->hfield_size + 4 * field, 4);
    const int count = m_->hfield_nrow[field] * m_->hfield_ncol[field];
    std::string heights;
    for (int k = 0; k < count; ++k)
      heights += fmt::format("{:.5f} ", m_->hfield_data[m_->hfield_adr[field] + k]);
    Add(fmt::format("{} {}", m_->hfield_nrow[field], HashHex(heights)));
  }

  void Site(int s) {
    Begin("site", mjOBJ_SITE, s);
    Add(NameOf(mjOBJ_BODY, m_->site_bodyid[s]));
    Add(m_->site_pos + 3 * s, 3);
    AddRotation(m_->site_quat + 4 * s);
    // the volume in which a touch sensor feels
    for (int k = 0; k < m_->nsensor; ++k) {
      if (m_->sensor_type[k] != mjSENS_TOUCH || m_->sensor_objid[k] != s) continue;
      Add(m_->site_type[s]);
      return Add(m_->site_size + 3 * s, 3);
    }
  }

  void Tendon(int t) {
    Begin("tendon", mjOBJ_TENDON, t);
    if (m_->tendon_limited[t]) Add(m_->tendon_range + 2 * t, 2);
    for (const double value :
         {m_->tendon_stiffness[t], m_->tendon_damping[t], m_->tendon_frictionloss[t]})
      Add(value);
    if (m_->tendon_stiffness[t] != 0) {
      const auto [least, most] = engine::TendonRest(m_, t);
      Add(least);
      Add(most);
    }
    for (int w = m_->tendon_adr[t]; w < m_->tendon_adr[t] + m_->tendon_num[t]; ++w) {
      Add(m_->wrap_type[w]);
      Add(m_->wrap_type[w] == mjWRAP_JOINT ? NameOf(mjOBJ_JOINT, m_->wrap_objid[w])
                                           : fmt::format("{}", m_->wrap_objid[w]));
      Add(m_->wrap_prm[w]);
    }
  }

  void Actuator(int i) {
    Begin("actuator", mjOBJ_ACTUATOR, i);
    Add(TransmissionName(m_, i));
    Add(m_->actuator_trntype[i]);
    Add(m_->actuator_gear + 6 * i, 6);
    Add(m_->actuator_dyntype[i] == mjDYN_NONE ? "" : "dynamic");
    Add(m_->actuator_gainprm + mjNGAIN * i, 3);
    if (m_->actuator_biastype[i] != mjBIAS_NONE) Add(m_->actuator_biasprm + mjNBIAS * i, 3);
    if (m_->actuator_ctrllimited[i]) Add(m_->actuator_ctrlrange + 2 * i, 2);
    if (m_->actuator_forcelimited[i]) Add(m_->actuator_forcerange + 2 * i, 2);
  }

  void Equality(int e) {
    Begin("equality", mjOBJ_EQUALITY, e);
    const int type = m_->eq_type[e];
    Add(type);
    const mjtObj object = type == mjEQ_JOINT    ? mjOBJ_JOINT
                          : type == mjEQ_TENDON ? mjOBJ_TENDON
                                                : mjOBJ_BODY;
    Add(NameOf(object, m_->eq_obj1id[e]));
    Add(NameOf(object, m_->eq_obj2id[e]));
    if (type == mjEQ_JOINT || type == mjEQ_TENDON) Add(m_->eq_data + mjNEQDATA * e, 5);
  }

  void Sensor(int s) {
    Begin("sensor", mjOBJ_SENSOR, s);
    Add(m_->sensor_dim[s]);
    Add(m_->sensor_cutoff[s]);
    Add(NameOf(static_cast<mjtObj>(m_->sensor_objtype[s]), m_->sensor_objid[s]));
  }

  void Key(int k) {
    Begin("key", mjOBJ_KEY, k);
    Add(m_->key_qpos + m_->nq * k, m_->nq);
    Add(m_->key_qvel + m_->nv * k, m_->nv);
  }

  const mjModel* m_;
  std::string text_;
};

}  // namespace

std::string ModelHash(const mjModel* m) { return HashHex(Writer(m).Text()); }

std::string EngineName() {
  const int version = mj_version();
  // 222 is 2.2.2, 3003008 is 3.3.8
  return version < 1000
             ? fmt::format("MuJoCo {}.{}.{}", version / 100, version / 10 % 10, version % 10)
             : fmt::format("MuJoCo {}.{}.{}", version / 1000000, version / 1000 % 1000,
                           version % 1000);
}

}  // namespace sinew::sim
