#pragma once

#include <mujoco/mujoco.h>

#include "sim/step/contact_pairs.h"
#include "sim/step/visual_geoms.h"

namespace sinew::sim {

/// A model as its steps see it: they come to the same states, bit for bit, without posing what is
/// only seen and without a search for contacts where looking at each pair is cheaper.
class StepModel {
 public:
  /// @param m  whose geoms that are only seen are moved behind the others; see VisualGeoms.
  explicit StepModel(mjModel* m) : visuals_(m) {}

  const VisualGeoms& visuals() const { return visuals_; }
  /// What to pass to MuJoCo in place of `m`, which is the model this was made of or a copy of it,
  /// with all that has been written to it since. Good until the next call; `m` keeps its arrays.
  const mjModel* Follow(const mjModel* m) {
    view_ = *m;
    view_.ngeom = visuals_.count();
    pairs_.Follow(m, visuals_.count());
    if (pairs_.apply()) pairs_.Install(&view_);
    return &view_;
  }

 private:
  VisualGeoms visuals_;
  ContactPairs pairs_;
  mjModel view_{};
};

}  // namespace sinew::sim
