#include "agents/on_policy/kl_step_size.h"

#include <algorithm>

namespace sinew::agents {

void KlStepSize::Adapt(double kl, double schedule) {
  if (desired_kl_ == 0) return;
  constexpr double kChange = 1.5, kLeast = 0.01, kMost = 10;
  const double desired = desired_kl_ * schedule * schedule;
  if (kl > 2 * desired) factor_ /= kChange;
  if (kl < desired / 2) factor_ *= kChange;
  factor_ = std::clamp(factor_, kLeast, kMost);
}

// without a desired KL there is nothing to remember, and checkpoints stay what they were
void KlStepSize::Serialize(models::Archive& archive) {
  if (desired_kl_ != 0) archive.Value("kl_step_size", factor_);
}

}  // namespace sinew::agents
