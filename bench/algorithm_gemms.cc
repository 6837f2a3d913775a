#include "bench/algorithm_gemms.h"

#include <cstddef>

namespace sinew::bench {
namespace {

struct Layer {
  int inputs, outputs;
};

using Layers = std::vector<Layer>;

Layers Perceptron(int inputs, int hidden, int outputs) {
  return {{inputs, hidden}, {hidden, hidden}, {hidden, outputs}};
}

/// Collects the products of passes over multilayer perceptrons.
class Products {
 public:
  explicit Products(int batch) : batch_(batch) {}

  // y = x W'
  void Forward(const Layers& layers) {
    for (const Layer& layer : layers) Add({batch_, layer.outputs, layer.inputs, false, true});
  }
  // dW = delta' x
  void WeightGradients(const Layers& layers) {
    for (const Layer& layer : layers) Add({layer.outputs, layer.inputs, batch_, true, false});
  }
  // dx = delta W, for all layers but the first
  void InputGradients(const Layers& layers) {
    for (size_t i = 1; i < layers.size(); ++i) InputGradient(layers[i]);
  }
  void InputGradient(const Layer& layer) {
    Add({batch_, layer.inputs, layer.outputs, false, false});
  }
  // forward, and back to every parameter
  void Learn(const Layers& layers) {
    Forward(layers);
    WeightGradients(layers);
    InputGradients(layers);
  }
  // through a critic to the action that stands among its inputs
  void ToAction(const Layers& critic, int act) {
    Forward(critic);
    InputGradients(critic);
    InputGradient({act, critic.front().outputs});
  }

  std::vector<Gemm> gemms() const { return gemms_; }

 private:
  void Add(const Gemm& gemm) { gemms_.push_back(gemm); }

  int batch_;
  std::vector<Gemm> gemms_;
};

}  // namespace

std::vector<Gemm> DdpgGemms(const LearnerShape& shape, int critics, int policy_delay) {
  const Layers actor = Perceptron(shape.obs, shape.hidden, shape.act);
  const Layers critic = Perceptron(shape.obs + shape.act, shape.hidden, 1);
  Products products(shape.batch);
  for (int update = 0; update < policy_delay; ++update) {
    products.Forward(actor);  // the target's
    for (int i = 0; i < critics; ++i) {
      products.Forward(critic);  // the target's
      products.Learn(critic);
    }
  }
  products.ToAction(critic, shape.act);
  products.Learn(actor);
  return products.gemms();
}

std::vector<Gemm> SacGemms(const LearnerShape& shape) {
  const Layers actor = Perceptron(shape.obs, shape.hidden, 2 * shape.act);
  const Layers critic = Perceptron(shape.obs + shape.act, shape.hidden, 1);
  Products products(shape.batch);
  products.Forward(actor);  // at the next observations
  for (int i = 0; i < 2; ++i) {
    products.Forward(critic);  // the target's
    products.Learn(critic);
    products.ToAction(critic, shape.act);
  }
  products.Learn(actor);
  return products.gemms();
}

std::vector<Gemm> FsacGemms(const LearnerShape& shape, int policy_delay) {
  constexpr int kExpansion = 4, kAtoms = 101;
  const auto blocks = [&](int inputs, int outputs) {
    const int width = shape.hidden, inner = kExpansion * width;
    return Layers{{inputs, width}, {width, inner}, {inner, width}, {width, outputs}};
  };
  const Layers actor = blocks(shape.obs, 2 * shape.act);
  const Layers critic = blocks(shape.obs + shape.act, kAtoms);
  Products products(shape.batch);
  for (int update = 0; update < policy_delay; ++update) {
    products.Forward(actor);  // at the next observations
    for (int i = 0; i < 2; ++i) {
      products.Forward(critic);  // the target's
      products.Learn(critic);
    }
  }
  for (int i = 0; i < 2; ++i) products.ToAction(critic, shape.act);
  products.Learn(actor);
  return products.gemms();
}

std::vector<Gemm> NafGemms(const LearnerShape& shape) {
  const int triangle = shape.act * (shape.act + 1) / 2;
  Products products(shape.batch);
  products.Forward(Perceptron(shape.obs, shape.hidden, 1));  // V of the target
  products.Learn(Perceptron(shape.obs, shape.hidden, 1 + shape.act + triangle));
  return products.gemms();
}

std::vector<Gemm> PpoGemms(const LearnerShape& shape) {
  Products products(shape.batch);
  products.Learn(Perceptron(shape.obs, shape.hidden, shape.act));
  products.Learn(Perceptron(shape.obs, shape.hidden, 1));
  return products.gemms();
}

}  // namespace sinew::bench
