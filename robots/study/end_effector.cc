// Which point of a robot reaches for things.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>

#include "core/error.h"
#include "core/names.h"
#include "robots/study/study.h"

namespace sinew::robots {
namespace {

// the earlier in the list, the likelier; the list's length for none of them
size_t Rank(const std::string& name) {
  static constexpr std::array kWords{"end_effector", "endeffector", "eef",   "tcp",  "tool",
                                     "grasp",        "pinch",       "ee_",   "_ee",  "gripper",
                                     "attachment",   "flange",      "hand",  "palm", "fingertip",
                                     "tip",          "finger",      "wrist", "foot"};
  const std::string lower = Lower(name);
  for (size_t i = 0; i < kWords.size(); ++i)
    if (lower.find(kWords[i]) != lower.npos) return i;
  return kWords.size();
}

size_t WorstRank() { return Rank(""); }

// in the frame of a body, the box around the geoms of it [m]; empty without geoms
struct Bounds {
  Eigen::Vector3d low = Eigen::Vector3d::Constant(std::numeric_limits<double>::infinity());
  Eigen::Vector3d high = -low;
  bool empty() const { return !(low[0] <= high[0]); }
};

Bounds BoundsOf(const mjModel* m, int body) {
  Bounds bounds;
  for (int g = m->body_geomadr[body]; g >= 0 && g < m->body_geomadr[body] + m->body_geomnum[body];
       ++g) {
    const Eigen::Vector3d centre(m->geom_pos + 3 * g);
    double matrix[9];
    mju_quat2Mat(matrix, m->geom_quat + 4 * g);
    Eigen::Vector3d half(m->geom_size + 3 * g);
    if (m->geom_type[g] == mjGEOM_SPHERE) half.setConstant(half[0]);
    if (m->geom_type[g] == mjGEOM_CAPSULE) half = {half[0], half[0], half[0] + half[1]};
    if (m->geom_type[g] == mjGEOM_CYLINDER) half = {half[0], half[0], half[1]};
    const Eigen::Map<Eigen::Matrix<double, 3, 3, Eigen::RowMajor>> rotation(matrix);
    const Eigen::Vector3d reach = rotation.cwiseAbs() * half;
    bounds.low = bounds.low.cwiseMin(centre - reach);
    bounds.high = bounds.high.cwiseMax(centre + reach);
  }
  return bounds;
}

// the middle of what hangs on the body, else the far end of its own shape
Eigen::Vector3d TipOf(const mjModel* m, int body) {
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  int fingers = 0;
  for (int b = body + 1; b < m->nbody; ++b) {
    if (m->body_parentid[b] != body || m->body_jntnum[b] == 0) continue;
    const Eigen::Map<const Eigen::Vector3d> com(m->body_ipos + 3 * b);
    double moved[3];
    mju_rotVecQuat(moved, com.data(), m->body_quat + 4 * b);
    sum += Eigen::Vector3d(m->body_pos + 3 * b) + Eigen::Vector3d(moved);
    ++fingers;
  }
  if (fingers >= 2) return sum / fingers;
  const Bounds bounds = BoundsOf(m, body);
  // without a shape, an even rod: it ends as far beyond its centre of mass as it begins before it
  const bool moves = m->body_jntnum[body] > 0 && m->body_mass[body] > 0;
  if (bounds.empty() && moves) return 2 * Eigen::Vector3d(m->body_ipos + 3 * body);
  if (bounds.empty()) return Eigen::Vector3d::Zero();
  const Eigen::Vector3d centre = (bounds.low + bounds.high) / 2;
  int axis = 0;
  centre.cwiseAbs().maxCoeff(&axis);
  Eigen::Vector3d tip = centre;
  tip[axis] = centre[axis] >= 0 ? bounds.high[axis] : bounds.low[axis];
  return tip;
}

size_t Depth(const mjModel* m, int body) { return ChainJoints(m, body).size(); }

EndEffector Wanted(const mjModel* m, const std::string& name) {
  const int site = mj_name2id(m, mjOBJ_SITE, name.c_str());
  if (site >= 0) return {.site = site, .body = m->site_bodyid[site], .why = "as asked for"};
  const int body = mj_name2id(m, mjOBJ_BODY, name.c_str());
  if (body > 0) return {.body = body, .position = TipOf(m, body), .why = "as asked for"};
  std::vector<std::string> known;
  for (int i = 0; i < m->nsite; ++i) known.push_back(NameOf(m, mjOBJ_SITE, i));
  for (int i = 1; i < m->nbody; ++i) known.push_back(NameOf(m, mjOBJ_BODY, i));
  throw UserError("--end-effector: " + UnknownName("site or body", name, known));
}

struct Candidate {
  EndEffector end;
  size_t rank = 0, depth = 0;
};

// names first, then the deeper, then the earlier
bool Better(const Candidate& a, const Candidate& b) {
  if (a.rank != b.rank) return a.rank < b.rank;
  return a.depth > b.depth;
}

std::vector<Candidate> Candidates(const mjModel* m, const Anatomy& anatomy) {
  std::vector<Candidate> all;
  for (int s = 0; s < m->nsite; ++s) {
    const int body = m->site_bodyid[s];
    if (m->body_rootid[body] != anatomy.root) continue;
    const std::string name = NameOf(m, mjOBJ_SITE, s);
    all.push_back(
        {{.site = s, .body = body, .why = "the site's name"}, Rank(name), Depth(m, body)});
  }
  for (int b = 1; b < m->nbody; ++b) {
    if (m->body_rootid[b] != anatomy.root) continue;
    const std::string name = NameOf(m, mjOBJ_BODY, b);
    all.push_back({{.body = b, .why = "the body's name"}, Rank(name), Depth(m, b)});
  }
  return all;
}

}  // namespace

EndEffector FindEndEffector(const mjModel* m, const Anatomy& anatomy, const std::string& wanted) {
  if (!wanted.empty()) return Wanted(m, wanted);
  const auto all = Candidates(m, anatomy);
  size_t deepest = 0;
  for (const Candidate& c : all) deepest = std::max(deepest, c.depth);
  const Candidate* best = nullptr;
  for (const Candidate& c : all) {
    // a name near the base means something else; fingers may come after the hand
    const bool far = c.depth + 2 >= deepest && 5 * c.depth >= 3 * deepest;
    if (c.rank < WorstRank() && far && c.depth > 0 && (!best || Better(c, *best))) best = &c;
  }
  EndEffector end;
  if (best) {
    end = best->end;
  } else {
    for (const Candidate& c : all)
      if (c.end.site < 0 && c.depth == deepest) end = c.end;
    end.why = "the last body of the longest chain";
  }
  if (end.site < 0) end.position = TipOf(m, end.body);
  return end;
}

}  // namespace sinew::robots
