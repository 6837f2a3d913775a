#include "models/kernels/math_runtime.h"

#include <ATen/Parallel.h>
#include <cblas.h>
#include <torch/version.h>

namespace sinew::models {

void UseOneMathThread() {
  openblas_set_num_threads(1);
  at::set_num_threads(1);
}

std::string BlasName() {
  return std::string(openblas_get_config()) + " (" + openblas_get_corename() + ")";
}

std::string TorchVersion() { return TORCH_VERSION; }

}  // namespace sinew::models
