#pragma once

#include <mujoco/mujoco.h>

#include <filesystem>

#include "robots/mjcf/mjcf.h"
#include "sim/simulation.h"

namespace sinew::robots {

/// Writes the model to `file`, with its assets where they are now, and compiles it.
class Compiled {
 public:
  /// @throws UserError with MuJoCo's own message if it does not load.
  Compiled(const Mjcf& mjcf, const std::filesystem::path& file);

  const mjModel* model() const { return model_.get(); }
  mjModel* model() { return model_.get(); }
  mjData* data() const { return data_.get(); }

 private:
  std::unique_ptr<mjModel, void (*)(mjModel*)> model_;
  std::unique_ptr<mjData, void (*)(mjData*)> data_;
};

/// The moment arm of an actuator about a degree of freedom, in data on which mj_forward was run.
double DenseMoment(const mjModel* m, const mjData* d, int actuator, int dof);

}  // namespace sinew::robots
