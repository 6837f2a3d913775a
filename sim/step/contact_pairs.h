#pragma once

#include <mujoco/mujoco.h>

#include <vector>

#include "sim/engine/engine.h"

namespace sinew::sim {

/// Every pair of geoms of a model that can touch, with what their contact is made of, in the order
/// in which MuJoCo 2 goes through them. To look at each of a few pairs costs less than its search
/// for those that are near (principal axes of all geoms, boxes around the bodies, two sorts), and
/// finds the same contacts in the same order.
///
/// The rules are those of MuJoCo's manual, "Collision detection" and "Contact parameters": bodies
/// that are welded together or parent and child do not touch, nor do excluded ones and geoms
/// without a bit of contype and conaffinity in common; explicit pairs come first.
class ContactPairs {
 public:
  /// Follows what was written to the model since: pairs and parameters are worked out anew if one
  /// of the numbers they depend on has changed.
  /// @param geoms  of which the model's first are considered.
  void Follow(const mjModel* m, int geoms);
  /// Whether the pairs can stand in for the search: there are few, and nothing but MuJoCo's own
  /// rules decides on them.
  bool apply() const;
  /// Gives a copy of the model's struct the pairs in place of the search. They stay this object's.
  void Install(mjModel* copy);

 private:
  void Rebuild(const mjModel* m);
  void AddDynamic(const mjModel* m, int body1, int body2);
  void AddExplicit(const mjModel* m, int pair);
  void AddPair(const mjModel* m, int geom1, int geom2, int signature);
  int size() const { return static_cast<int>(geom1_.size()); }

  bool apply_ = false;
  engine::Candidates candidates_{};
  std::vector<char> seen_;  // the bytes that the pairs were made of
  std::vector<int> geom1_, geom2_, dim_, signature_;
  std::vector<mjtNum> solref_, solimp_, margin_, gap_, friction_;
};

}  // namespace sinew::sim
