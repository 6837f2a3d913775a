#include "robots/study/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/names.h"

namespace sinew::robots {
namespace {

constexpr int kLegJoints = 2;  // a leg has at least as many

bool HasChildren(const mjModel* m, int body) {
  return std::find(m->body_parentid + body + 1, m->body_parentid + m->nbody, body) !=
         m->body_parentid + m->nbody;
}

int JointsBelow(const mjModel* m, int root) {
  int count = 0;
  for (int j = 0; j < m->njnt; ++j)
    count += IsScalar(m, j) && m->body_rootid[m->jnt_bodyid[j]] == root;
  return count;
}

bool NamesLeg(const std::string& name) {
  static constexpr std::array kWords{"foot",  "feet",  "ankle", "calf", "shin", "knee",
                                     "thigh", "tibia", "toe",   "leg",  "wheel"};
  return std::ranges::any_of(kWords,
                             [&](const char* word) { return name.find(word) != name.npos; });
}

}  // namespace

std::string NameOf(const mjModel* m, mjtObj type, int id) {
  const char* name = mj_id2name(m, type, id);
  return name ? name : fmt::format("{} {}", mju_type2Str(type), id);
}

bool IsScalar(const mjModel* m, int joint) {
  return m->jnt_type[joint] == mjJNT_HINGE || m->jnt_type[joint] == mjJNT_SLIDE;
}

std::vector<int> ChainJoints(const mjModel* m, int body) {
  std::vector<int> joints;
  for (; body > 0; body = m->body_parentid[body]) {
    for (int k = m->body_jntnum[body] - 1; k >= 0; --k)
      if (IsScalar(m, m->body_jntadr[body] + k)) joints.push_back(m->body_jntadr[body] + k);
  }
  std::ranges::reverse(joints);
  return joints;
}

Anatomy StudyAnatomy(const mjModel* m) {
  Anatomy anatomy;
  for (int b = 1; b < m->nbody; ++b) {
    if (m->body_parentid[b] != 0) continue;
    const int joints = JointsBelow(m, b);
    if (anatomy.root != 0 && joints <= anatomy.scalar_joints) continue;
    anatomy = {.root = b, .scalar_joints = joints};
  }
  for (int j = 0; j < m->njnt; ++j)
    if (m->jnt_type[j] == mjJNT_FREE && m->jnt_bodyid[j] == anatomy.root) anatomy.free_joint = j;
  std::vector<int> hips;  // the first joint of each chain that looks like a leg
  for (int b = 1; b < m->nbody; ++b) {
    if (m->body_rootid[b] != anatomy.root || HasChildren(m, b)) continue;
    const auto chain = ChainJoints(m, b);
    if (static_cast<int>(chain.size()) < kLegJoints) continue;
    bool named = false;
    for (int up = b; up > 0; up = m->body_parentid[up])
      named |= NamesLeg(Lower(NameOf(m, mjOBJ_BODY, up)));
    if (!named || std::ranges::find(hips, chain[0]) != hips.end()) continue;
    hips.push_back(chain[0]);
  }
  anatomy.legs = static_cast<int>(hips.size());
  return anatomy;
}

bool LooksLegged(const mjModel*, const Anatomy& anatomy) { return anatomy.legs >= 2; }

void FollowCouplings(const mjModel* m, double* qpos) {
  for (int e = 0; e < m->neq; ++e) {
    if (m->eq_type[e] != mjEQ_JOINT) continue;
    const int follower = m->eq_obj1id[e], leader = m->eq_obj2id[e];
    const double* c = m->eq_data + mjNEQDATA * e;
    double x = 0;
    if (leader >= 0) x = qpos[m->jnt_qposadr[leader]] - m->qpos0[m->jnt_qposadr[leader]];
    const double y = c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * c[4])));
    qpos[m->jnt_qposadr[follower]] = m->qpos0[m->jnt_qposadr[follower]] + y;
  }
}

std::vector<double> NeutralPose(const mjModel* m) {
  std::vector<double> qpos(m->qpos0, m->qpos0 + m->nq);
  for (int j = 0; j < m->njnt; ++j) {
    if (!IsScalar(m, j) || !m->jnt_limited[j]) continue;
    const double low = m->jnt_range[2 * j], high = m->jnt_range[2 * j + 1];
    double& q = qpos[m->jnt_qposadr[j]];
    // at an end the limit would push at once
    const double margin = 0.02 * (high - low);
    if (q < low - margin || q > high + margin)
      q = (low + high) / 2;
    else
      q = std::clamp(q, low, high);
  }
  FollowCouplings(m, qpos.data());
  return qpos;
}

double LowestPoint(const mjModel* m, const mjData* d, int root) {
  double lowest = std::numeric_limits<double>::infinity();
  for (int g = 0; g < m->ngeom; ++g) {
    if (m->body_rootid[m->geom_bodyid[g]] != root) continue;
    if (m->geom_contype[g] == 0 && m->geom_conaffinity[g] == 0) continue;
    const double* p = d->geom_xpos + 3 * g;
    const double* r = d->geom_xmat + 9 * g;
    const double* s = m->geom_size + 3 * g;
    double low = p[2];
    if (m->geom_type[g] == mjGEOM_SPHERE)
      low -= s[0];
    else if (m->geom_type[g] == mjGEOM_CAPSULE)
      low -= s[0] + std::abs(r[8]) * s[1];
    else if (m->geom_type[g] == mjGEOM_CYLINDER)
      low -= std::abs(r[8]) * s[1] + s[0] * std::sqrt(std::max(0.0, 1 - r[8] * r[8]));
    else if (m->geom_type[g] == mjGEOM_MESH) {
      const int mesh = m->geom_dataid[g];
      for (int v = 0; v < m->mesh_vertnum[mesh]; ++v) {
        const float* x = m->mesh_vert + 3 * (m->mesh_vertadr[mesh] + v);
        low = std::min(low, p[2] + r[6] * x[0] + r[7] * x[1] + r[8] * x[2]);
      }
    } else {
      low -= std::abs(r[6]) * s[0] + std::abs(r[7]) * s[1] + std::abs(r[8]) * s[2];
    }
    lowest = std::min(lowest, low);
  }
  return lowest;
}

std::optional<double> GroundHeight(const mjModel* m) {
  std::optional<double> height;
  for (int g = 0; g < m->ngeom; ++g) {
    const bool touches = m->geom_contype[g] != 0 || m->geom_conaffinity[g] != 0;
    const bool ground = m->geom_type[g] == mjGEOM_PLANE || m->geom_type[g] == mjGEOM_HFIELD;
    if (!ground || !touches || m->geom_bodyid[g] != 0) continue;
    height = std::max(height.value_or(m->geom_pos[3 * g + 2]), m->geom_pos[3 * g + 2]);
  }
  return height;
}

}  // namespace sinew::robots
