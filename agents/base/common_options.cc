#include "agents/base/common_options.h"

#include <utility>

namespace sinew::agents {

void CommonOptions::Describe(OptionTable& table, std::vector<std::string> normalizers) {
  table.Add("lr_final", &lr_final, {0, 1}, "step sizes fall linearly to this share at the end");
  table.Add("max_gradient_norm", &max_gradient_norm, {0, 1e6},
            "gradients are clipped to this norm (0: never)");
  table.Add("normalizer", &normalizer, std::move(normalizers),
            "observation scaling: by the task's magnitudes, statistics of the warm-up, running "
            "statistics, or none");
  table.Add("obs_clip", &obs_clip, {0.1, 1e6}, "bound of the scaled observation");
  table.Add("max_rollbacks", &max_rollbacks, {0, 1000},
            "updates that may fail on a value that is not finite before the run stops");
  table.Add("backend", &backend, {"fused", "autograd"}, "fused CPU path or LibTorch autograd");
  table.Add("device", &device, {"cpu", "cuda"}, "device of the autograd back end");
}

models::Normalizer CommonOptions::MakeNormalizer(const AgentContext& context) const {
  using models::NormalizerMode;
  const NormalizerMode mode = normalizer == "warmup"    ? NormalizerMode::kWarmup
                              : normalizer == "running" ? NormalizerMode::kRunning
                                                        : NormalizerMode::kTask;
  return {context.obs_dim, mode, obs_clip,
          normalizer == "none" ? std::vector<float>{} : context.obs_magnitude};
}

}  // namespace sinew::agents
