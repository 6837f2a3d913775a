#pragma once

#include <mujoco/mjxmacro.h>
#include <mujoco/mujoco.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>

/// All in which the versions of MuJoCo differ for this program, from 2.2.2 to 3.12.1: what is asked
/// of the engine elsewhere is the same for every version. mjVERSION_HEADER is 222 for 2.2.2, 337
/// for 3.3.7 and 3003008 for 3.3.8. Fields that newer versions have besides are looked for in the
/// struct's type, so that no version is named.
namespace sinew::sim::engine {

/// Whether steps do work that a StepModel spares them. MuJoCo 2 looks at every geom in its search
/// for contacts; MuJoCo 3 searches otherwise, and steps are its own mj_step.
inline constexpr bool kStepsCanBeSpared = mjVERSION_HEADER < 300;

/// Whether a model can switch off that a bad state is reset within the step that finds it.
#if mjVERSION_HEADER >= 321
inline constexpr int kNoAutoreset = mjDSBL_AUTORESET;
#else
inline constexpr int kNoAutoreset = 0;
#endif

/// Whether the library that runs is of the version that this was compiled for: their structs
/// differ.
inline bool IsTheOneCompiledFor() { return mj_version() == mjVERSION_HEADER; }

// ---- Files in memory

/// Compiles an MJCF text that stands in for the file at `path`.
/// @return  null if it does not load; `message` says why.
inline mjModel* LoadText(const std::string& text, const std::filesystem::path& path,
                         std::span<char> message) {
  const auto vfs = std::make_unique<mjVFS>();
  mj_defaultVFS(vfs.get());
  struct Cleanup {
    mjVFS* vfs;
    ~Cleanup() { mj_deleteVFS(vfs); }
  } cleanup{vfs.get()};
  // it is found by its bare name; its folder is where the engine looks for the rest
  const std::string name = path.filename();
  const int size = static_cast<int>(text.size());
#if mjVERSION_HEADER < 313
  mj_makeEmptyFileVFS(vfs.get(), name.c_str(), size);
  const int file = mj_findFileVFS(vfs.get(), name.c_str());
  text.copy(static_cast<char*>(vfs->filedata[file]), text.size());
#else
  mj_addBufferVFS(vfs.get(), name.c_str(), text.data(), size);
#endif
  return mj_loadXML(path.c_str(), vfs.get(), message.data(), static_cast<int>(message.size()));
}

// ---- Dynamics

/// The mass matrix, nv x nv.
inline void FullMassMatrix(const mjModel* m, const mjData* d, mjtNum* dense) {
#if mjVERSION_HEADER < 3010000
  mj_fullM(m, dense, d->qM);
#else
  mj_fullM(m, d, dense);
#endif
}

/// The moment arm of an actuator about a degree of freedom.
template <class Data>
double Moment(const mjModel* m, const Data* d, int actuator, int dof) {
  if constexpr (requires { d->moment_rowadr; }) {
    const int begin = d->moment_rowadr[actuator];
    for (int k = begin; k < begin + d->moment_rownnz[actuator]; ++k)
      if (d->moment_colind[k] == dof) return d->actuator_moment[k];
    return 0;
  } else {
    return d->actuator_moment[actuator * m->nv + dof];
  }
}

/// The limits of all that actuators give to a joint.
template <class Model>
std::pair<double, double> JointForceRange(const Model* m, int joint) {
  if constexpr (requires { m->jnt_actfrclimited; }) {
    if (m->jnt_actfrclimited[joint])
      return {m->jnt_actfrcrange[2 * joint], m->jnt_actfrcrange[2 * joint + 1]};
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {-kInfinity, kInfinity};
}

/// Lengths between which a tendon's spring is at rest, which MuJoCo 2 has one of.
template <class Model>
std::pair<double, double> TendonRest(const Model* m, int tendon) {
  if constexpr (mjVERSION_HEADER < 300) {
    return {m->tendon_lengthspring[tendon], m->tendon_lengthspring[tendon]};
  } else {
    return {m->tendon_lengthspring[2 * tendon], m->tendon_lengthspring[2 * tendon + 1]};
  }
}

/// The same of a tendon.
template <class Model>
std::pair<double, double> TendonForceRange(const Model* m, int tendon) {
  if constexpr (requires { m->tendon_actfrclimited; }) {
    if (m->tendon_actfrclimited[tendon])
      return {m->tendon_actfrcrange[2 * tendon], m->tendon_actfrcrange[2 * tendon + 1]};
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {-kInfinity, kInfinity};
}

/// Whether the model switches the actuators of a group off.
template <class Model>
bool GroupSwitchedOff(const Model* m, int group) {
  if constexpr (requires { m->opt.disableactuator; }) {
    return group >= 0 && group < 31 && (m->opt.disableactuator >> group & 1) != 0;
  }
  return false;
}

/// Gravity compensation of the engine's own, where it counts as the actuators'.
template <class Model, class Data>
double ActuatedGravity(const Model* m, const Data* d, int dof) {
  if constexpr (requires {
                  m->jnt_actgravcomp;
                  d->qfrc_gravcomp;
                }) {
    return m->jnt_actgravcomp[m->dof_jntid[dof]] ? d->qfrc_gravcomp[dof] : 0;
  }
  return 0;
}

// ---- Contacts

/// Where contacts are looked for. Only MuJoCo 2 has the choice.
enum class Candidates { kAll, kPairs, kDynamic };

template <class Model>
Candidates ContactCandidates(const Model* m) {
  if constexpr (requires { m->opt.collision; }) {
    return static_cast<Candidates>(m->opt.collision);
  }
  return Candidates::kAll;
}

template <class Model>
void SetContactCandidates(Model* m, Candidates candidates) {
  if constexpr (requires { m->opt.collision; }) m->opt.collision = static_cast<int>(candidates);
}

/// How two bodies are written down as one number that excludes them or belongs to a pair.
inline int BodyPairSignature(int body1, int body2) {
  return mjVERSION_HEADER < 300 ? ((body1 + 1) << 16) + body2 + 1 : (body1 << 16) + body2;
}
inline std::pair<int, int> BodiesOfSignature(int signature) {
  const int offset = mjVERSION_HEADER < 300 ? 1 : 0;
  return {(signature >> 16) - offset, (signature & 0xFFFF) - offset};
}

/// What the model disables, with the bits of MuJoCo 2 and 1 << 20 and up for what that could not.
/// Switches of the engine's own ways (midphase, native collisions, islands, autoreset) are left
/// out.
inline int DisabledPhysics(const mjModel* m) {
#if mjVERSION_HEADER < 300
  return m->opt.disableflags;
#else
  const int flags = m->opt.disableflags;
  int result = 0;
  const auto take = [&](int flag, int bit) {
    if ((flags & flag) == flag) result |= bit;
  };
  take(mjDSBL_CONSTRAINT, 1 << 0);
  take(mjDSBL_EQUALITY, 1 << 1);
  take(mjDSBL_FRICTIONLOSS, 1 << 2);
  take(mjDSBL_LIMIT, 1 << 3);
  take(mjDSBL_CONTACT, 1 << 4);
#if mjVERSION_HEADER < 336
  take(mjDSBL_PASSIVE, 1 << 5);
#else
  take(mjDSBL_SPRING | mjDSBL_DAMPER, 1 << 5);
  if (!(result & 1 << 5)) {
    take(mjDSBL_SPRING, 1 << 20);
    take(mjDSBL_DAMPER, 1 << 21);
  }
#endif
  take(mjDSBL_GRAVITY, 1 << 6);
  take(mjDSBL_CLAMPCTRL, 1 << 7);
  take(mjDSBL_WARMSTART, 1 << 8);
  take(mjDSBL_FILTERPARENT, 1 << 9);
  take(mjDSBL_ACTUATION, 1 << 10);
  take(mjDSBL_REFSAFE, 1 << 11);
  take(mjDSBL_SENSOR, 1 << 12);
  take(mjDSBL_EULERDAMP, 1 << 22);
  return result;
#endif
}

// ---- Pictures

inline void MoveCamera(const mjModel* m, mjtMouse action, double dx, double dy,
                       const mjvScene* scene, mjvCamera* camera) {
#if mjVERSION_HEADER < 3011000
  mjv_moveCamera(m, action, dx, dy, scene, camera);
#else
  (void)scene;
  mjv_moveCamera(m, action, dx, dy, camera);
#endif
}

/// Newer engines ask for data that they may write to: they work on its stack and leave it as it
/// was.
inline void InitPerturb(const mjModel* m, const mjData* d, const mjvScene* scene,
                        mjvPerturb* perturb) {
  mjv_initPerturb(m, const_cast<mjData*>(d), scene, perturb);
}

/// Draws `geom` in its colour alone.
template <class Geom>
void RemoveTexture(Geom* geom) {
  if constexpr (requires { geom->texid; }) geom->texid = -1;
  if constexpr (requires { geom->matid; }) geom->matid = -1;
}

/// Makes `geom` reach from one point to another.
inline void Connect(mjvGeom* geom, int type, double width, const mjtNum* from, const mjtNum* to) {
#if mjVERSION_HEADER < 300
  mjv_makeConnector(geom, type, width, from[0], from[1], from[2], to[0], to[1], to[2]);
#else
  mjv_connector(geom, type, width, from, to);
#endif
}

/// The body under a point of the picture, 0 to 1 from its lower left, and where it was hit.
/// @return  below 0 for none.
inline int Pick(const mjModel* m, const mjData* d, const mjvOption* options, double aspect,
                double x, double y, const mjvScene* scene, mjtNum* point) {
  int geom = -1, skin = -1;
#if mjVERSION_HEADER < 300
  const int body = mjv_select(m, d, options, aspect, x, y, scene, point, &geom, &skin);
#else
  int flex = -1;
  const int body = mjv_select(m, d, options, aspect, x, y, scene, point, &geom, &flex, &skin);
#endif
  return geom < 0 && skin < 0 ? -1 : body;
}

// ---- Arrays by name

#ifndef MJMODEL_POINTERS_PREAMBLE
#define MJMODEL_POINTERS_PREAMBLE(m)
#endif
#ifndef MJDATA_POINTERS_PREAMBLE
#define MJDATA_POINTERS_PREAMBLE(m)
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma push_macro("MJ_M")
#undef MJ_M

/// Calls visit(name, its rows' name, pointer, rows, columns) for every array of the model.
template <class Model, class Visit>
void VisitModelArrays(Model* m, Visit visit) {
  MJMODEL_POINTERS_PREAMBLE(m)
#define MJ_M(n) m->n
#define X(type, name, rows, columns) \
  visit(#name, #rows, m->name, static_cast<int>(m->rows), static_cast<int>(columns));
  MJMODEL_POINTERS
#undef X
#undef MJ_M
}

/// The same for those of the data, whose pointers are null without it.
template <class Visit>
void VisitDataArrays(const mjModel* m, const mjData* d, Visit visit) {
  MJDATA_POINTERS_PREAMBLE(m)
#define MJ_M(n) n
#define X(type, name, rows, columns) \
  visit(#name, #rows, d ? d->name : nullptr, static_cast<int>(m->rows), static_cast<int>(columns));
  MJDATA_POINTERS
#undef X
#undef MJ_M
}

#pragma pop_macro("MJ_M")
#pragma GCC diagnostic pop

}  // namespace sinew::sim::engine
