#include <torch/torch.h>

#include "models/autograd_layers.h"
#include "models/kernels/norm_kernels.h"
#include "models/residual_layout.h"

namespace sinew::models {
namespace {

torch::Tensor Linear(const torch::Tensor& x, const torch::Tensor& flat, const DensePlace& place) {
  return torch::linear(
      x, flat.slice(0, place.weight, place.bias()).view({place.outputs, place.inputs}),
      flat.slice(0, place.bias(), place.end()));
}

torch::Tensor Normed(const torch::Tensor& x, const torch::Tensor& flat, const NormPlace& place,
                     NormKind norm) {
  if (norm == NormKind::kNone) return x;
  const auto gain = flat.slice(0, place.gain, place.gain + place.width);
  if (norm == NormKind::kLayer) {
    const auto bias = flat.slice(0, place.bias(), place.bias() + place.width);
    return torch::layer_norm(x, {place.width}, gain, bias, kNormEpsilon);
  }
  return x * torch::rsqrt(x.square().mean(1, /*keepdim=*/true) + kNormEpsilon) * gain;
}

}  // namespace

torch::Tensor ResidualLayers(const NetworkSpec& spec, const torch::Tensor& flat,
                             const torch::Tensor& x, const torch::Tensor& late) {
  const ResidualLayout layout(spec);
  const NormKind norm = spec.residual.norm;
  torch::Tensor h =
      Linear(spec.late_inputs > 0 ? torch::cat({x, late}, 1) : x, flat, layout.embedding());
  for (int i = 0; i < layout.blocks(); ++i) {
    const ResidualLayout::Block block = layout.block(i);
    h = h + Linear(torch::relu(Linear(Normed(h, flat, block.norm, norm), flat, block.up)), flat,
                   block.down);
  }
  return Linear(Normed(h, flat, layout.last_norm(), norm), flat, layout.head());
}

}  // namespace sinew::models
