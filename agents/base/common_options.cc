#include "agents/base/common_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/value_text.h"

namespace sinew::agents {
namespace {

// the schedule with another end; what does not parse is left to be refused
template <class EndOf>
std::string WithEnd(std::string_view present, std::string_view end, EndOf end_of) {
  const auto schedule = ParseNumberList(present);
  const auto value = ParseNumber(end);
  if (!schedule || !value) return std::string(end);
  return FormatNumberList({schedule->front(), end_of(schedule->front(), *value)});
}

}  // namespace

void CommonOptions::Describe(OptionTable& table, std::vector<std::string> normalizers) {
  table.Add("lr_schedule", &lr_schedule, {0, 1},
            "what step sizes are multiplied by, at the run's start and at its end");
  table.Replaced("lr_final", "lr_schedule", FactorUntilTheEnd);
  table.Add("max_grad_norm", &max_grad_norm, {0, 1e6},
            "gradients are clipped to this norm (0: never)");
  table.Renamed("max_gradient_norm", "max_grad_norm");
  table.Add("normalizer", &normalizer, std::move(normalizers),
            "observation scaling: by the task's magnitudes, statistics of the warm-up, running "
            "statistics, or none");
  table.Add("obs_clip", &obs_clip, {0.1, 1e6}, "bound of the scaled observation");
  table.BeginGroup(kRarelyUsed);
  table.Add("max_rollbacks", &max_rollbacks, {0, 1000},
            "updates that may fail on a value that is not finite before the run stops");
  table.Add("backend", &backend, {"fused", "autograd"},
            "fused CPU path or LibTorch autograd: to check one by the other, and for a GPU");
  table.Add("device", &device, {"cpu", "cuda"}, "device of the autograd back end");
  table.BeginGroup("");
}

ObservationScaler CommonOptions::MakeScaler(const AgentContext& context) const {
  using models::NormalizerMode;
  const NormalizerMode mode = normalizer == "warmup"    ? NormalizerMode::kWarmup
                              : normalizer == "running" ? NormalizerMode::kRunning
                                                        : NormalizerMode::kTask;
  return {context,
          models::Normalizer(context.frame_dim(), mode, obs_clip,
                             normalizer == "none" ? std::vector<float>{} : context.obs_magnitude)};
}

std::string FactorUntilTheEnd(std::string_view, std::string_view share) {
  return fmt::format("1,{}", share);
}

OptionTable::Translate EndsAt(double off) {
  return [off](std::string_view present, std::string_view end) {
    return WithEnd(present, end,
                   [off](double start, double value) { return value == off ? start : value; });
  };
}

std::string EndsBelow(std::string_view present, std::string_view end) {
  return WithEnd(present, end, [](double start, double value) { return std::min(start, value); });
}

}  // namespace sinew::agents
