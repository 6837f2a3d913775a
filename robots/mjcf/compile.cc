#include "robots/mjcf/compile.h"

#include "core/files.h"
#include "sim/engine/engine.h"
#include "sim/load_model.h"

namespace sinew::robots {

Compiled::Compiled(const Mjcf& mjcf, const std::filesystem::path& file)
    : model_(nullptr, mj_deleteModel), data_(nullptr, mj_deleteData) {
  WriteFileAtomically(file, WriteXml(mjcf.root), Flush::kNo);
  model_.reset(sim::LoadModel(file));
  data_.reset(mj_makeData(model_.get()));
  mj_forward(model_.get(), data_.get());
}

double DenseMoment(const mjModel* m, const mjData* d, int actuator, int dof) {
  return sim::engine::Moment(m, d, actuator, dof);
}

}  // namespace sinew::robots
