#include "models/adam.h"

#include <cmath>

#include "core/error.h"
#include "models/flat_parameters.h"

namespace sinew::models {

Adam::Adam(int64_t size, const AdamOptions& options)
    : options_(options), first_(size, 0.0f), second_(size, 0.0f) {}

double Adam::Step(std::span<float> parameters, std::span<const float> gradient) {
  ++steps_;
  double norm = 0;
  float scale = 1;
  if (options_.max_gradient_norm > 0) {
    norm = Norm(gradient);
    if (norm > options_.max_gradient_norm)
      scale = static_cast<float>(options_.max_gradient_norm / norm);
  }
  // the bias corrections of both moments folded into step size and epsilon (end of section 2 of the
  // paper)
  const double correction1 = 1 - std::pow(options_.beta1, static_cast<double>(steps_));
  const double correction2 = std::sqrt(1 - std::pow(options_.beta2, static_cast<double>(steps_)));
  const float step = static_cast<float>(options_.learning_rate * correction2 / correction1);
  const float epsilon = static_cast<float>(options_.epsilon * correction2);
  const float beta1 = static_cast<float>(options_.beta1),
              beta2 = static_cast<float>(options_.beta2);
  const float decay = static_cast<float>(options_.weight_decay);
  float* p = parameters.data();
  float* m = first_.data();
  float* v = second_.data();
  const float* gradients = gradient.data();
#pragma omp simd
  for (size_t i = 0; i < parameters.size(); ++i) {
    const float g = scale * gradients[i] + decay * p[i];
    m[i] += (1 - beta1) * (g - m[i]);
    v[i] += (1 - beta2) * (g * g - v[i]);
    p[i] -= step * m[i] / (std::sqrt(v[i]) + epsilon);
  }
  return norm;
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
