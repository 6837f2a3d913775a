#include "policy/operations/gru.h"

#include <cmath>

#include "policy/operations/dense_kernel.h"

namespace sinew::policy {
namespace {

class GruStep : public Step {
 public:
  GruStep(const Gru& gru, const StepPlace& place)
      : from_input_(gru.weight_ih, gru.bias_ih),
        from_state_(gru.weight_hh, gru.bias_hh),
        size_(static_cast<size_t>(gru.size())),
        place_(place),
        input_gates_(from_input_.padded_outputs() / kLanes),
        state_gates_(from_state_.padded_outputs() / kLanes) {}

  void Run() override {
    auto* i = reinterpret_cast<float*>(input_gates_.data());
    auto* s = reinterpret_cast<float*>(state_gates_.data());
    from_input_.Sum(place_.inputs[0], i);
    from_state_.Sum(place_.inputs[1], s);
    // r and z in place of their sums
    for (size_t k = 0; k < 2 * size_; ++k) i[k] += s[k];
    ApplyActivation(Activation::kSigmoid, i, 2 * size_);
    float *r = i, *z = i + size_, *n = i + 2 * size_;
    for (size_t k = 0; k < size_; ++k) n[k] += r[k] * s[2 * size_ + k];
    ApplyActivation(Activation::kTanh, n, size_);
    const float* h = place_.inputs[1];
    for (size_t k = 0; k < size_; ++k) place_.output[k] = (1 - z[k]) * n[k] + z[k] * h[k];
  }

 private:
  PanelLayer from_input_, from_state_;
  size_t size_;
  StepPlace place_;
  std::vector<Lanes> input_gates_, state_gates_;
};

}  // namespace

Shape Gru::Check(const std::vector<Shape>& values) const {
  const int64_t width = ExpectVector(values[0]), state = ExpectVector(values[1]);
  ExpectShape("weight_ih", weight_ih, {3 * state, width});
  ExpectShape("weight_hh", weight_hh, {3 * state, state});
  ExpectShape("bias_ih", bias_ih, {3 * state});
  ExpectShape("bias_hh", bias_hh, {3 * state});
  return {state};
}

Cost Gru::Count(const std::vector<Shape>&) const {
  const int64_t weights = 3 * size() * (inputs() + size());
  return {weights + 6 * size(), weights + 3 * size()};
}

std::unique_ptr<Step> Gru::Prepare(const StepPlace& place) const {
  return std::make_unique<GruStep>(*this, place);
}

}  // namespace sinew::policy
