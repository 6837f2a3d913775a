#include "sim/step/visual_geoms.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <string_view>

#include "sim/engine/engine.h"

namespace sinew::sim {
namespace {

std::vector<bool> KnownToPhysics(const mjModel* m) {
  std::vector<bool> known(m->ngeom);
  for (int g = 0; g < m->ngeom; ++g) {
    known[g] = m->geom_contype[g] != 0 || m->geom_conaffinity[g] != 0 ||
               m->geom_fluid[static_cast<size_t>(mjNFLUID) * g] != 0;
  }
  for (int p = 0; p < m->npair; ++p) known[m->pair_geom1[p]] = known[m->pair_geom2[p]] = true;
  for (int w = 0; w < m->nwrap; ++w) {
    const int type = m->wrap_type[w];
    if (type == mjWRAP_SPHERE || type == mjWRAP_CYLINDER) known[m->wrap_objid[w]] = true;
  }
  for (int s = 0; s < m->nsensor; ++s) {
    if (m->sensor_objtype[s] == mjOBJ_GEOM) known[m->sensor_objid[s]] = true;
    if (m->sensor_reftype[s] == mjOBJ_GEOM) known[m->sensor_refid[s]] = true;
    if (m->sensor_type[s] == mjSENS_RANGEFINDER) std::fill(known.begin(), known.end(), true);
  }
  for (int t = 0; t < m->ntupledata; ++t) {
    if (m->tuple_objtype[t] == mjOBJ_GEOM) known[m->tuple_objid[t]] = true;
  }
  return known;
}

// row k becomes what row order[k] was
template <typename T>
void Permute(T* rows, int columns, const std::vector<int>& order) {
  const size_t width = columns;
  const auto before = std::make_unique<T[]>(width * order.size());
  std::copy_n(rows, width * order.size(), before.get());
  for (size_t k = 0; k < order.size(); ++k) {
    std::copy_n(before.get() + width * order[k], width, rows + width * k);
  }
}

std::vector<int> Inverse(const std::vector<int>& order) {
  std::vector<int> inverse(order.size());
  for (size_t k = 0; k < order.size(); ++k) inverse[order[k]] = static_cast<int>(k);
  return inverse;
}

// @param order  the present id of what each geom is to become; with the first `count` on their
// bodies' lists
void Reorder(mjModel* m, const std::vector<int>& order, int count) {
  engine::VisitModelArrays(
      m, [&order](const char*, std::string_view kind, auto* values, int, int columns) {
        if (kind == "ngeom") Permute(values, columns, order);
      });
  const std::vector<int> renamed = Inverse(order);
  const auto rename = [&renamed](int* geom) { *geom = renamed[*geom]; };
  for (int p = 0; p < m->npair; ++p) {
    rename(m->pair_geom1 + p);
    rename(m->pair_geom2 + p);
  }
  for (int w = 0; w < m->nwrap; ++w) {
    const int type = m->wrap_type[w];
    if (type == mjWRAP_SPHERE || type == mjWRAP_CYLINDER) rename(m->wrap_objid + w);
  }
  for (int s = 0; s < m->nsensor; ++s) {
    if (m->sensor_objtype[s] == mjOBJ_GEOM) rename(m->sensor_objid + s);
    if (m->sensor_reftype[s] == mjOBJ_GEOM) rename(m->sensor_refid + s);
  }
  for (int t = 0; t < m->ntupledata; ++t) {
    if (m->tuple_objtype[t] == mjOBJ_GEOM) rename(m->tuple_objid + t);
  }
  for (int b = 0; b < m->nbody; ++b) {
    m->body_geomnum[b] = 0;
    m->body_geomadr[b] = -1;
  }
  for (int g = 0; g < count; ++g) {
    const int body = m->geom_bodyid[g];
    if (m->body_geomnum[body]++ == 0) m->body_geomadr[body] = g;
  }
}

}  // namespace

VisualGeoms::VisualGeoms(mjModel* m) : count_(m->ngeom), order_(m->ngeom) {
  std::iota(order_.begin(), order_.end(), 0);
  if (!engine::kStepsCanBeSpared) return;
  const std::vector<bool> known = KnownToPhysics(m);
  const auto seen = std::stable_partition(order_.begin(), order_.end(),
                                          [&known](int geom) { return known[geom]; });
  count_ = static_cast<int>(seen - order_.begin());
  Reorder(m, order_, count_);
}

void VisualGeoms::Place(const mjModel* m, mjData* d) const {
  for (int g = count_; g < m->ngeom; ++g) {
    mj_local2Global(d, d->geom_xpos + 3 * g, d->geom_xmat + 9 * g, m->geom_pos + 3 * g,
                    m->geom_quat + 4 * g, m->geom_bodyid[g], m->geom_sameframe[g]);
  }
}

void VisualGeoms::Undo(mjModel* m) const {
  if (engine::kStepsCanBeSpared) Reorder(m, Inverse(order_), m->ngeom);
}

}  // namespace sinew::sim
