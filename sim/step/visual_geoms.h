#pragma once

#include <mujoco/mujoco.h>

#include <vector>

namespace sinew::sim {

/// Tells the geoms that physics knows of from those that are only seen: shells, markers and meshes
/// that touch nothing. MuJoCo poses both in every evaluation of the dynamics, and MuJoCo 2 goes
/// through both in its search for contacts, which together can take half of a step; none of it
/// changes what moves.
///
/// The seen ones are moved behind the others and taken off their bodies' lists, so that a model
/// that is stepped with the first count() geoms alone does the same without them. Apart from
/// contype and conaffinity 0, a geom is only seen if no pair, sensor, tendon or tuple names it, no
/// range finder could hit it and no fluid drags at it. What decides this is read once: a seen geom
/// stays one if its contype is written later.
///
/// With MuJoCo 3, whose search does not look at them, all geoms count.
class VisualGeoms {
 public:
  /// @param m  is reordered; nothing else of it changes. What is made here holds for its copies.
  explicit VisualGeoms(mjModel* m);

  /// Geoms that physics knows of: ids from 0.
  int count() const { return count_; }
  /// Brings the seen ones to where their bodies were when the others were last posed.
  void Place(const mjModel* m, mjData* d) const;
  /// Gives the model, or a copy of it, the order back that MuJoCo had compiled.
  void Undo(mjModel* m) const;

 private:
  int count_ = 0;
  std::vector<int> order_;  // MuJoCo's id of each geom
};

}  // namespace sinew::sim
