#include "robots/study/rest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

#include "core/random.h"

namespace sinew::robots {
namespace {

using Pair = std::pair<int, int>;
using Data = std::unique_ptr<mjData, void (*)(mjData*)>;

constexpr int kPoses = 100;
constexpr double kNearlyAlways = 0.95;

std::set<Pair> TouchingBodies(const mjModel* m, mjData* d, const std::vector<double>& qpos) {
  std::ranges::copy(qpos, d->qpos);
  mj_fwdPosition(m, d);
  std::set<Pair> pairs;
  for (int c = 0; c < d->ncon; ++c) {
    const int one = m->geom_bodyid[d->contact[c].geom1], two = m->geom_bodyid[d->contact[c].geom2];
    if (one != 0 && two != 0 && one != two) pairs.insert(std::minmax(one, two));
  }
  return pairs;
}

std::set<Pair> NearlyAlwaysTouching(const mjModel* m, mjData* d, std::vector<double> qpos) {
  std::map<Pair, int> counts;
  Random random(0, "touching");
  for (int i = 0; i < kPoses; ++i) {
    for (int j = 0; j < m->njnt; ++j) {
      if (!IsScalar(m, j)) continue;
      const double* range = m->jnt_range + 2 * j;
      qpos[m->jnt_qposadr[j]] =
          m->jnt_limited[j] ? random.Uniform(range[0], range[1]) : random.Uniform(-3, 3);
    }
    FollowCouplings(m, qpos.data());
    for (const Pair& pair : TouchingBodies(m, d, qpos)) ++counts[pair];
  }
  std::set<Pair> pairs;
  for (const auto& [pair, count] : counts)
    if (count >= kNearlyAlways * kPoses) pairs.insert(pair);
  return pairs;
}

void Exclude(Mjcf* mjcf, const mjModel* m, const Pair& pair, const std::string& why) {
  const std::string one = NameOf(m, mjOBJ_BODY, pair.first);
  const std::string two = NameOf(m, mjOBJ_BODY, pair.second);
  mjcf->Section("contact").Add("exclude", {{"body1", one}, {"body2", two}});
  mjcf->report->Guessed(why, one + " and " + two);
}

bool Fits(const Element& key, const char* attribute, int size) {
  return !key.Has(attribute) || Numbers(key, attribute).size() == static_cast<size_t>(size);
}

// the model's keyframe that people start from; -1: none
int ChosenKeyframe(const mjModel* m) {
  for (const char* wanted : {"home", "stand", "standing", "init", "initial", "ready", "rest"}) {
    const int key = mj_name2id(m, mjOBJ_KEY, wanted);
    if (key >= 0) return key;
  }
  return m->nkey > 0 ? 0 : -1;
}

}  // namespace

void DropUnfitKeyframes(Mjcf* mjcf, const mjModel* m) {
  for (Element* section : mjcf->Sections("keyframe")) {
    std::erase_if(section->children, [&](const Element& key) {
      const bool fits = Fits(key, "qpos", m->nq) && Fits(key, "qvel", m->nv) &&
                        Fits(key, "act", m->na) && Fits(key, "ctrl", m->nu) &&
                        Fits(key, "mpos", 3 * m->nmocap) && Fits(key, "mquat", 4 * m->nmocap);
      if (!fits) {
        mjcf->report->Inexact("keyframes whose lists do not fit the model are left out",
                              key.Get("name", key.Where()));
      }
      return !fits;
    });
  }
}

Home FindHome(Mjcf* mjcf, const mjModel* m, const Anatomy& anatomy) {
  const int key = ChosenKeyframe(m);
  if (key >= 0) {
    Home home{NameOf(m, mjOBJ_KEY, key),
              {m->key_qpos + key * m->nq, m->key_qpos + (key + 1) * m->nq}};
    mjcf->report->Guessed(fmt::format("episodes start from the keyframe {}", home.keyframe));
    return home;
  }
  Home home{"home", NeutralPose(m)};
  if (anatomy.free_joint >= 0) {
    const Data data(mj_makeData(m), mj_deleteData);
    std::ranges::copy(home.qpos, data->qpos);
    mj_kinematics(m, data.get());
    const double lowest = LowestPoint(m, data.get(), anatomy.root);
    const double ground = GroundHeight(m).value_or(0);
    if (lowest < 1e6) home.qpos[m->jnt_qposadr[anatomy.free_joint] + 2] += ground - lowest;
  }
  mjcf->Section("keyframe").Add("key", {{"name", home.keyframe}, {"qpos", Join(home.qpos)}});
  mjcf->report->Guessed(
      anatomy.free_joint >= 0
          ? "episodes start from a keyframe home: joints at 0 or in the middle of ranges without "
            "0, the lowest point on the ground"
          : "episodes start from a keyframe home: joints at 0 or in the middle of ranges without "
            "0");
  return home;
}

void ExcludeTouching(Mjcf* mjcf, const mjModel* m, const std::vector<double>& home) {
  const Data data(mj_makeData(m), mj_deleteData);
  const std::set<Pair> at_rest = TouchingBodies(m, data.get(), home);
  for (const Pair& pair : at_rest)
    Exclude(mjcf, m, pair, "bodies that touch at rest do not collide");
  for (const Pair& pair : NearlyAlwaysTouching(m, data.get(), home)) {
    if (!at_rest.contains(pair))
      Exclude(mjcf, m, pair, "bodies that touch in nearly every pose do not collide");
  }
}

void AddFloor(Mjcf* mjcf) {
  Element& world = mjcf->Section("worldbody");
  world.Add("light", {{"pos", "0 0 3"}, {"dir", "0 0 -1"}, {"directional", "true"}});
  world.Add(
      "geom",
      {{"name", "floor"}, {"type", "plane"}, {"size", "0 0 0.05"}, {"rgba", "0.55 0.58 0.62 1"}});
  mjcf->report->Guessed("a floor at height 0 is added");
}

}  // namespace sinew::robots
