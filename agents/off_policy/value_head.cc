#include "agents/off_policy/value_head.h"

#include <algorithm>
#include <cmath>

namespace sinew::agents {

void ValueHead::Read(std::span<const float> outputs, Reading* reading) const {
  reading->values.resize(outputs.size() / this->outputs());
  if (!categorical) {
    std::ranges::copy(outputs, reading->values.begin());
    return;
  }
  reading->probabilities.resize(outputs.size());
  models::Softmax(support, outputs, reading->probabilities);
  models::Means(support, reading->probabilities, reading->values);
}

void ValueHead::Targets(const Successors& successors, const Bootstrap& bootstrap,
                        const Reading& next, std::vector<float>* targets) const {
  targets->resize(next.values.size() * outputs());
  if (categorical) {
    return models::ProjectReturns(support, next.probabilities, successors.rewards,
                                  successors.discounts, successors.bonus, *targets);
  }
  for (size_t i = 0; i < targets->size(); ++i) {
    (*targets)[i] = next.values[i] + successors.bonus[i];
  }
  bootstrap.Targets(successors.rewards, successors.discounts, successors.largest_bonus, *targets);
}

TdLoss ValueHead::Loss(const Reading& reading, std::span<const float> targets,
                       std::span<const float> weights, std::vector<float>* gradient) const {
  gradient->resize(targets.size());
  if (!categorical) return SquaredTdError(reading.values, targets, weights, *gradient);
  TdLoss loss;
  loss.loss = models::CrossEntropy(support, reading.probabilities, targets, weights, *gradient);
  for (float value : reading.values) {
    loss.mean_q += value;
    loss.mean_abs_q += std::abs(value);
  }
  const auto batch = static_cast<double>(reading.values.size());
  return {loss.loss, loss.mean_q / batch, loss.mean_abs_q / batch};
}

void ValueHead::ValueGradient(const Reading& reading, std::span<const float> slopes,
                              std::vector<float>* gradient) const {
  gradient->resize(slopes.size() * outputs());
  if (!categorical) {
    std::ranges::copy(slopes, gradient->begin());
    return;
  }
  models::MeanGradient(support, reading.probabilities, reading.values, slopes, *gradient);
}

void ValueHead::Errors(const Reading& reading, std::span<const float> targets,
                       std::vector<float>* errors) const {
  if (!categorical) return AbsoluteTdError(reading.values, targets, errors);
  errors->resize(reading.values.size());
  models::Means(support, targets, *errors);
  for (size_t i = 0; i < errors->size(); ++i) {
    (*errors)[i] = std::abs(reading.values[i] - (*errors)[i]);
  }
}

}  // namespace sinew::agents
