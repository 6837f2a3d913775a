#include "models/adam.h"

#include <array>
#include <bit>
#include <cmath>

#include "core/error.h"
#include "models/flat_parameters.h"

namespace sinew::models {
namespace {

constexpr size_t kLineFloats = kCacheLine / sizeof(float);

/// The constants of one step, with the bias corrections of both moments folded into step size and
/// epsilon (end of section 2 of the paper).
struct Constants {
  float scale, decay, beta1, beta2, step, epsilon, tau;
};

/// The same part of every array.
struct Part {
  float *parameter, *first, *second, *target;
  const float* gradient;
  size_t size;
};

// @return  whether all new parameters are finite
template <bool kFollow>
bool StepPart(const Constants& c, const Part& part) {
  float *parameter = part.parameter, *first = part.first, *second = part.second;
  float* target = part.target;
  const float* gradient = part.gradient;
  uint32_t bad = 0;
#pragma omp simd reduction(| : bad)
  for (size_t i = 0; i < part.size; ++i) {
    // nothing is read back that was just written: waiting for such a store costs more than all else
    const float p = parameter[i], g = c.scale * gradient[i] + c.decay * p;
    const float m = first[i] + c.beta1 * (g - first[i]);
    const float v = second[i] + c.beta2 * (g * g - second[i]);
    const float next = p - c.step * m / (std::sqrt(v) + c.epsilon);
    if constexpr (kFollow) target[i] += c.tau * (next - target[i]);
    first[i] = m;
    second[i] = v;
    parameter[i] = next;
    bad |= (std::bit_cast<uint32_t>(next) & 0x7f800000u) == 0x7f800000u ? 1u : 0u;
  }
  return bad == 0;
}

}  // namespace

Adam::Adam(int64_t size, const AdamOptions& options)
    : options_(options), first_(size, 0.0f), second_(size, 0.0f) {}

AdamReport Adam::Step(std::span<float> parameters, std::span<const float> gradient,
                      const Follower& follower, ThreadPool* pool) {
  ++steps_;
  AdamReport report;
  float scale = 1;
  if (options_.max_gradient_norm > 0) {
    report.norm = Norm(gradient);
    if (report.norm > options_.max_gradient_norm)
      scale = static_cast<float>(options_.max_gradient_norm / report.norm);
  }
  const double correction1 = 1 - std::pow(options_.beta1, static_cast<double>(steps_));
  const double correction2 = std::sqrt(1 - std::pow(options_.beta2, static_cast<double>(steps_)));
  const Constants constants{
      .scale = scale,
      .decay = static_cast<float>(options_.weight_decay),
      .beta1 = 1 - static_cast<float>(options_.beta1),
      .beta2 = 1 - static_cast<float>(options_.beta2),
      .step = static_cast<float>(options_.learning_rate * correction2 / correction1),
      .epsilon = static_cast<float>(options_.epsilon * correction2),
      .tau = follower.tau};
  // cut at the same place for any number of threads: what is left over behind whole vectors may be
  // rounded in another way
  const size_t middle = parameters.size() / 2 / kLineFloats * kLineFloats;
  std::array<bool, 2> finite{};
  const auto step_half = [&](int half) {
    const size_t begin = half == 0 ? 0 : middle, end = half == 0 ? middle : parameters.size();
    const bool follow = !follower.target.empty();
    const Part part{parameters.data() + begin, first_.data() + begin,
                    second_.data() + begin,    follow ? follower.target.data() + begin : nullptr,
                    gradient.data() + begin,   end - begin};
    finite[half] = follow ? StepPart<true>(constants, part) : StepPart<false>(constants, part);
  };
  if (pool) {
    pool->ParallelFor(2, step_half);
  } else {
    step_half(0);
    step_half(1);
  }
  report.finite = finite[0] && finite[1];
  return report;
}

bool Adam::Finite() const { return AllFinite(first_) && AllFinite(second_); }

void Adam::Serialize(Archive& archive, const std::string& name) {
  // a broken optimiser must not replace the last good checkpoint
  if (!archive.loading() && !Finite()) {
    throw Error("moments of " + name + " are not finite; nothing was saved");
  }
  archive.Value(name + ".steps", steps_);
  archive.Value(name + ".learning_rate", options_.learning_rate);
  archive.Values(name + ".first", std::span<float>(first_));
  archive.Values(name + ".second", std::span<float>(second_));
}

}  // namespace sinew::models
