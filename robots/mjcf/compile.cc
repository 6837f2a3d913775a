#include "robots/mjcf/compile.h"

#include "core/files.h"
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
#if mjVERSION_HEADER < 320
  return d->actuator_moment[actuator * m->nv + dof];
#else
  const int begin = d->moment_rowadr[actuator];
  for (int k = begin; k < begin + d->moment_rownnz[actuator]; ++k)
    if (d->moment_colind[k] == dof) return d->actuator_moment[k];
  return 0;
#endif
}

}  // namespace sinew::robots
