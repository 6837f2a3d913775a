#include "models/residual_layout.h"

#include <stdexcept>

namespace sinew::models {

ResidualLayout::ResidualLayout(const NetworkSpec& spec)
    : norm_(spec.residual.norm),
      expansion_(spec.residual.expansion),
      blocks_(spec.residual.blocks) {
  if (blocks_ < 1 || expansion_ < 1 || spec.hidden.size() != 1 || spec.late_layer != 0) {
    throw std::logic_error("residual blocks need one hidden width and the action beside the input");
  }
  embedding_ = {spec.inputs + spec.late_inputs, spec.hidden[0], 0};
  const Block last = block(blocks_ - 1);
  last_norm_ = NormAt(last.down.end());
  head_ = {width(), spec.outputs, After(last_norm_)};
}

NormPlace ResidualLayout::NormAt(int64_t offset) const {
  return {width(), offset, norm_ == NormKind::kLayer};
}

int64_t ResidualLayout::After(const NormPlace& norm) const {
  if (norm_ == NormKind::kNone) return norm.gain;
  return norm.centred ? norm.bias() + norm.width : norm.bias();
}

ResidualLayout::Block ResidualLayout::block(int index) const {
  int64_t offset = embedding_.end();
  Block block;
  for (int i = 0; i <= index; ++i) {
    block.norm = NormAt(offset);
    block.up = {width(), inner(), After(block.norm)};
    block.down = {inner(), width(), block.up.end()};
    offset = block.down.end();
  }
  return block;
}

}  // namespace sinew::models
