#include "deploy/base/reference.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sinew::deploy {
namespace {

using policy::Activation;
using policy::Tensor;
using Vector = std::vector<double>;

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

void Apply(Activation activation, Vector* y) {
  for (double& x : *y) {
    switch (activation) {
      case Activation::kIdentity:
        break;
      case Activation::kRelu:
        x = std::max(x, 0.0);
        break;
      case Activation::kTanh:
        x = std::tanh(x);
        break;
      case Activation::kSigmoid:
        x = Sigmoid(x);
        break;
      case Activation::kSilu:
        x *= Sigmoid(x);
        break;
    }
  }
}

Vector Affine(const Tensor& weight, const Tensor& bias, const Vector& x) {
  Vector y(bias.values.begin(), bias.values.end());
  const float* w = weight.values.data();
  for (double& sum : y) {
    for (const double value : x) sum += *w++ * value;
  }
  return y;
}

// One operation on its inputs; the rows of this emitter's table.
struct Evaluate {
  const std::vector<const Vector*>& inputs;
  const std::vector<policy::Shape>& shapes;  // of the inputs
  std::span<const float> noise;

  const Vector& x() const { return *inputs[0]; }

  Vector operator()(const policy::Normalize& op) const {
    Vector y = x();
    const double clip = op.clip;
    for (size_t i = 0; i < y.size(); ++i) {
      y[i] = std::clamp((y[i] - op.mean.values[i]) * op.scale.values[i], -clip, clip);
    }
    return y;
  }
  Vector operator()(const policy::Dense& op) const {
    Vector y = Affine(op.weight, op.bias, x());
    Apply(op.activation, &y);
    return y;
  }
  Vector operator()(const policy::Activate& op) const {
    Vector y = x();
    Apply(op.activation, &y);
    return y;
  }
  Vector operator()(const policy::LayerNorm& op) const {
    const auto n = static_cast<double>(x().size());
    const double mean = std::accumulate(x().begin(), x().end(), 0.0) / n;
    double variance = 0;
    for (const double value : x()) variance += (value - mean) * (value - mean) / n;
    Vector y = x();
    for (size_t i = 0; i < y.size(); ++i) {
      y[i] = (y[i] - mean) / std::sqrt(variance + op.epsilon) * op.weight.values[i] +
             op.bias.values[i];
    }
    return y;
  }
  Vector operator()(const policy::RmsNorm& op) const {
    double square = 0;
    for (const double value : x()) square += value * value / static_cast<double>(x().size());
    Vector y = x();
    for (size_t i = 0; i < y.size(); ++i) {
      y[i] = y[i] / std::sqrt(square + op.epsilon) * op.weight.values[i];
    }
    return y;
  }
  Vector operator()(const policy::Add&) const {
    Vector y = x();
    for (size_t k = 1; k < inputs.size(); ++k) {
      for (size_t i = 0; i < y.size(); ++i) y[i] += (*inputs[k])[i];
    }
    return y;
  }
  Vector operator()(const policy::Concatenate&) const {
    Vector y;
    for (const Vector* input : inputs) y.insert(y.end(), input->begin(), input->end());
    return y;
  }
  Vector operator()(const policy::Slice& op) const {
    return {x().begin() + op.begin, x().begin() + op.end};
  }
  Vector operator()(const policy::Flatten&) const { return x(); }
  Vector operator()(const policy::Picture&) const { return x(); }
  Vector operator()(const policy::Conv2d& op) const {
    const policy::Shape& in = shapes[0];
    const policy::Shape out = op.Check({in}), &w = op.weight.shape;
    Vector y;
    for (int64_t o = 0; o < out[0]; ++o) {
      for (int64_t i = 0; i < out[1]; ++i) {
        for (int64_t j = 0; j < out[2]; ++j) {
          double sum = op.bias.values[o];
          for (int64_t k = 0; k < w[1] * w[2] * w[3]; ++k) {
            const int64_t c = k / (w[2] * w[3]), u = k / w[3] % w[2], v = k % w[3];
            const int64_t row = i * op.stride + u - op.padding;
            const int64_t column = j * op.stride + v - op.padding;
            if (row < 0 || row >= in[1] || column < 0 || column >= in[2]) continue;
            sum += double{op.weight.values[o * w[1] * w[2] * w[3] + k]} *
                   x()[(c * in[1] + row) * in[2] + column];
          }
          y.push_back(sum);
        }
      }
    }
    Apply(op.activation, &y);
    return y;
  }
  Vector operator()(const policy::Gru& op) const {
    const Vector &h = *inputs[1], i = Affine(op.weight_ih, op.bias_ih, x()),
                 s = Affine(op.weight_hh, op.bias_hh, h);
    const size_t size = h.size();
    Vector next;
    for (size_t k = 0; k < size; ++k) {
      const double r = Sigmoid(i[k] + s[k]), z = Sigmoid(i[size + k] + s[size + k]);
      const double n = std::tanh(i[2 * size + k] + r * s[2 * size + k]);
      next.push_back((1 - z) * n + z * h[k]);
    }
    return next;
  }
  Vector operator()(const policy::Gaussian& op) const {
    Vector y = x();
    if (noise.empty()) return y;
    Vector log_std(op.bias.values.begin(), op.bias.values.end());
    if (!op.weight.empty()) {
      log_std = Affine(op.weight, op.bias, *inputs[1]);
      for (double& value : log_std) {
        value = op.low + 0.5 * (double{op.high} - op.low) * (1 + std::tanh(value));
      }
    }
    for (size_t i = 0; i < y.size(); ++i) y[i] += std::exp(log_std[i]) * noise[i];
    return y;
  }
  Vector operator()(const policy::ActionTable& op) const {
    const int64_t best = std::ranges::max_element(x()) - x().begin(), width = op.table.shape[1];
    const auto row = op.table.values.begin() + best * width;
    return {row, row + width};
  }
  Vector operator()(const policy::Clip& op) const {
    Vector y = x();
    for (double& value : y) {
      value = std::clamp<double>(value, op.low, op.high) * op.scale + op.offset;
    }
    return y;
  }
};

Vector Copies(const Vector& value, size_t size) {
  Vector copies;
  while (copies.size() < size) copies.insert(copies.end(), value.begin(), value.end());
  return copies;
}

}  // namespace

Reference::Reference(const policy::PolicyGraph& graph)
    : graph_(graph), shapes_(policy::CheckGraph(graph)) {
  Reset();
}

void Reference::Reset() {
  begun_ = false;
  for (const policy::StateSlot& slot : graph_.state) {
    Vector& value = state_[slot.name];
    value.assign(slot.initial.begin(), slot.initial.end());
    value.resize(static_cast<size_t>(policy::ElementCount(slot.shape)));
  }
}

std::vector<double> Reference::Act(std::span<const float> observation,
                                   std::span<const float> noise) {
  values_.clear();
  values_[policy::kObservation].assign(observation.begin(), observation.end());
  const auto fill = [this](const std::string& name) {
    for (const policy::StateSlot& slot : graph_.state) {
      if (begun_ || slot.fill != name) continue;
      state_[slot.name] = Copies(values_[name], state_[slot.name].size());
    }
  };
  fill(policy::kObservation);
  for (const policy::Node& node : graph_.nodes) {
    std::vector<const Vector*> inputs;
    for (const std::string& input : node.inputs) {
      inputs.push_back(state_.contains(input) ? &state_.at(input) : &values_.at(input));
    }
    const auto shapes = policy::InputShapes(node, shapes_);
    Vector value = std::visit(Evaluate{inputs, shapes, noise}, node.operation);
    values_[node.output] = std::move(value);
    fill(node.output);
  }
  std::vector<double> action = values_.at(graph_.action);
  for (double& value : action) value = std::clamp(value, -1.0, 1.0);
  Remember(action);
  return action;
}

void Reference::Remember(const std::vector<double>& action) {
  begun_ = true;
  for (const policy::StateSlot& slot : graph_.state) {
    Vector& state = state_[slot.name];
    const size_t size = state.size();
    const Vector& next = slot.next == policy::kAction ? action : values_.at(slot.next);
    state.insert(state.begin(), next.begin(), next.end());
    state.resize(size);
  }
}

std::vector<double> ReferenceAction(const policy::PolicyGraph& graph,
                                    std::span<const float> observation,
                                    std::span<const float> noise) {
  return Reference(graph).Act(observation, noise);
}

}  // namespace sinew::deploy
