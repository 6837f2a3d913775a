#include "sim/step/contact_pairs.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "sim/engine/engine.h"

namespace sinew::sim {

namespace {

// beyond, the search is the cheaper one
constexpr int kMostPairs = 128;

constexpr int kFriction = 5;  // sliding twice, torsional, rolling twice

using Bytes = std::span<const char>;

template <typename T>
Bytes BytesOf(const T* values, int count) {
  return {reinterpret_cast<const char*>(values), sizeof(T) * count};
}

// all that pairs and their parameters are made of and that may be written to a model
std::array<Bytes, 17> Sources(const mjModel* m, int geoms) {
  return {BytesOf(m->geom_contype, geoms),
          BytesOf(m->geom_conaffinity, geoms),
          BytesOf(m->geom_condim, geoms),
          BytesOf(m->geom_priority, geoms),
          BytesOf(m->geom_solmix, geoms),
          BytesOf(m->geom_solref, mjNREF * geoms),
          BytesOf(m->geom_solimp, mjNIMP * geoms),
          BytesOf(m->geom_friction, 3 * geoms),
          BytesOf(m->geom_margin, geoms),
          BytesOf(m->geom_gap, geoms),
          BytesOf(m->pair_dim, m->npair),
          BytesOf(m->pair_solref, mjNREF * m->npair),
          BytesOf(m->pair_solimp, mjNIMP * m->npair),
          BytesOf(m->pair_margin, m->npair),
          BytesOf(m->pair_gap, m->npair),
          BytesOf(m->pair_friction, kFriction * m->npair),
          BytesOf(&m->opt.disableflags, 1)};
}

bool Same(std::span<const Bytes> sources, const std::vector<char>& seen) {
  size_t at = 0;
  for (const Bytes& bytes : sources) {
    if (at + bytes.size() > seen.size()) return false;
    if (!bytes.empty() && std::memcmp(bytes.data(), seen.data() + at, bytes.size()) != 0)
      return false;
    at += bytes.size();
  }
  return at == seen.size();
}

bool CanTouch(const mjModel* m, int geom1, int geom2) {
  return (m->geom_contype[geom1] & m->geom_conaffinity[geom2]) != 0 ||
         (m->geom_contype[geom2] & m->geom_conaffinity[geom1]) != 0;
}

bool BodiesCanTouch(const mjModel* m, int body1, int body2) {
  const int weld1 = m->body_weldid[body1], weld2 = m->body_weldid[body2];
  if (weld1 == weld2) return false;
  const int parent1 = m->body_weldid[m->body_parentid[weld1]];
  const int parent2 = m->body_weldid[m->body_parentid[weld2]];
  const bool filter = (m->opt.disableflags & mjDSBL_FILTERPARENT) == 0;
  if (filter && weld1 != 0 && weld2 != 0 && (weld1 == parent2 || weld2 == parent1)) return false;
  return std::find(m->exclude_signature, m->exclude_signature + m->nexclude,
                   engine::BodyPairSignature(body1, body2)) == m->exclude_signature + m->nexclude;
}

// the first geom's share in what the two have between them
mjtNum Mix(mjtNum solmix1, mjtNum solmix2) {
  if (solmix1 >= mjMINVAL && solmix2 >= mjMINVAL) return solmix1 / (solmix1 + solmix2);
  if (solmix1 < mjMINVAL && solmix2 < mjMINVAL) return 0.5;
  return solmix1 < mjMINVAL ? 0.0 : 1.0;
}

}  // namespace

void ContactPairs::Follow(const mjModel* m, int geoms) {
  if (!engine::kStepsCanBeSpared) return;
  const auto sources = Sources(m, geoms);
  const engine::Candidates candidates = engine::ContactCandidates(m);
  if (candidates == candidates_ && Same(sources, seen_)) return;
  candidates_ = candidates;
  seen_.clear();
  for (const Bytes& bytes : sources) seen_.insert(seen_.end(), bytes.begin(), bytes.end());
  Rebuild(m);
}

void ContactPairs::Rebuild(const mjModel* m) {
  for (auto* values : {&geom1_, &geom2_, &dim_, &signature_}) values->clear();
  for (auto* values : {&solref_, &solimp_, &margin_, &gap_, &friction_}) values->clear();
  // a model of explicit pairs alone has no search
  apply_ = candidates_ != engine::Candidates::kPairs;
  if (!apply_) return;
  int pair = candidates_ == engine::Candidates::kAll ? 0 : m->npair;
  for (int body1 = 0; body1 < m->nbody; ++body1) {
    for (int body2 = body1 + 1; body2 < m->nbody; ++body2) {
      while (pair < m->npair && m->pair_signature[pair] <= engine::BodyPairSignature(body1, body2))
        AddExplicit(m, pair++);
      if (BodiesCanTouch(m, body1, body2)) AddDynamic(m, body1, body2);
    }
    apply_ = size() <= kMostPairs;
    if (!apply_) return;
  }
  while (pair < m->npair) AddExplicit(m, pair++);
}

void ContactPairs::AddExplicit(const mjModel* m, int pair) {
  geom1_.push_back(m->pair_geom1[pair]);
  geom2_.push_back(m->pair_geom2[pair]);
  dim_.push_back(m->pair_dim[pair]);
  signature_.push_back(m->pair_signature[pair]);
  margin_.push_back(m->pair_margin[pair]);
  gap_.push_back(m->pair_gap[pair]);
  const auto append = [pair](std::vector<mjtNum>* to, const mjtNum* rows, int columns) {
    to->insert(to->end(), rows + columns * pair, rows + columns * (pair + 1));
  };
  append(&solref_, m->pair_solref, mjNREF);
  append(&solimp_, m->pair_solimp, mjNIMP);
  append(&friction_, m->pair_friction, kFriction);
}

void ContactPairs::AddDynamic(const mjModel* m, int body1, int body2) {
  const auto is_explicit = [&](int a, int b) {
    for (int k = 0; k < size(); ++k) {
      if (signature_[k] != engine::BodyPairSignature(body1, body2)) continue;
      if ((geom1_[k] == a && geom2_[k] == b) || (geom1_[k] == b && geom2_[k] == a)) return true;
    }
    return false;
  };
  const int end1 = m->body_geomadr[body1] + m->body_geomnum[body1];
  const int end2 = m->body_geomadr[body2] + m->body_geomnum[body2];
  for (int first = m->body_geomadr[body1]; first < end1; ++first) {
    for (int second = m->body_geomadr[body2]; second < end2; ++second) {
      if (!CanTouch(m, first, second) || is_explicit(first, second)) continue;
      AddPair(m, first, second, engine::BodyPairSignature(body1, body2));
    }
  }
}

void ContactPairs::AddPair(const mjModel* m, int geom1, int geom2, int signature) {
  // what MuJoCo mixes, it mixes with the one of the lower type first
  if (m->geom_type[geom1] > m->geom_type[geom2]) std::swap(geom1, geom2);
  geom1_.push_back(geom1);
  geom2_.push_back(geom2);
  signature_.push_back(signature);
  margin_.push_back(std::max(m->geom_margin[geom1], m->geom_margin[geom2]));
  gap_.push_back(std::max(m->geom_gap[geom1], m->geom_gap[geom2]));

  // the one that counts, or both
  const int priority1 = m->geom_priority[geom1], priority2 = m->geom_priority[geom2];
  const int a = priority1 >= priority2 ? geom1 : geom2;
  const int b = priority2 >= priority1 ? geom2 : geom1;
  dim_.push_back(std::max(m->geom_condim[a], m->geom_condim[b]));
  for (const int k : {0, 0, 1, 2, 2})
    friction_.push_back(std::max(m->geom_friction[3 * a + k], m->geom_friction[3 * b + k]));

  // the library's own arithmetic, for its roundings
  const mjtNum mix = a == b ? 1 : Mix(m->geom_solmix[a], m->geom_solmix[b]);
  const auto append_mixed = [&](std::vector<mjtNum>* to, const mjtNum* rows, int columns) {
    std::array<mjtNum, std::max(mjNREF, mjNIMP)> mixed{};
    mju_scl(mixed.data(), rows + columns * a, mix, columns);
    mju_addToScl(mixed.data(), rows + columns * b, 1 - mix, columns);
    to->insert(to->end(), mixed.begin(), mixed.begin() + columns);
  };
  append_mixed(&solimp_, m->geom_solimp, mjNIMP);
  const mjtNum* ref1 = m->geom_solref + mjNREF * a;
  const mjtNum* ref2 = m->geom_solref + mjNREF * b;
  if (ref1[0] > 0 && ref2[0] > 0) {
    append_mixed(&solref_, m->geom_solref, mjNREF);
  } else {
    for (int k = 0; k < mjNREF; ++k) solref_.push_back(std::min(ref1[k], ref2[k]));
  }
}

bool ContactPairs::apply() const { return apply_ && !mjcb_contactfilter; }

void ContactPairs::Install(mjModel* copy) {
  engine::SetContactCandidates(copy, engine::Candidates::kPairs);
  copy->npair = size();
  copy->pair_geom1 = geom1_.data();
  copy->pair_geom2 = geom2_.data();
  copy->pair_dim = dim_.data();
  copy->pair_signature = signature_.data();
  copy->pair_solref = solref_.data();
  copy->pair_solimp = solimp_.data();
  copy->pair_margin = margin_.data();
  copy->pair_gap = gap_.data();
  copy->pair_friction = friction_.data();
}

}  // namespace sinew::sim
