#include "bench/gemm.h"

#include <cblas.h>

#include <algorithm>

#include "core/random.h"

namespace sinew::bench {
namespace {

struct Layer {
  int inputs, outputs;
};

using Layers = std::vector<Layer>;

/// Collects the products of passes over a multilayer perceptron.
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

  std::vector<Gemm> gemms() const { return gemms_; }

 private:
  void Add(const Gemm& gemm) { gemms_.push_back(gemm); }

  int batch_;
  std::vector<Gemm> gemms_;
};

void Fill(std::vector<float>* values, size_t size, Random* random) {
  values->resize(size);
  for (float& value : *values) value = static_cast<float>(random->Uniform(-1, 1));
}

}  // namespace

std::vector<Gemm> DdpgGemms(const LearnerShape& shape) {
  const int hidden = shape.hidden;
  const Layers actor{{shape.obs, hidden}, {hidden, hidden}, {hidden, shape.act}};
  const Layers critic{{shape.obs + shape.act, hidden}, {hidden, hidden}, {hidden, 1}};
  Products products(shape.batch);
  // targets
  products.Forward(actor);
  products.Forward(critic);
  // critic's loss
  products.Forward(critic);
  products.WeightGradients(critic);
  products.InputGradients(critic);
  // actor's loss
  products.Forward(actor);
  products.Forward(critic);
  products.InputGradients(critic);
  products.InputGradient({shape.act, hidden});
  products.WeightGradients(actor);
  products.InputGradients(actor);
  return products.gemms();
}

GemmRunner::GemmRunner(std::vector<Gemm> gemms) : gemms_(std::move(gemms)) {
  size_t a = 0, b = 0, c = 0;
  for (const Gemm& gemm : gemms_) {
    a = std::max(a, static_cast<size_t>(gemm.m) * gemm.k);
    b = std::max(b, static_cast<size_t>(gemm.k) * gemm.n);
    c = std::max(c, static_cast<size_t>(gemm.m) * gemm.n);
  }
  Random random(1, "gemm");
  Fill(&a_, a, &random);
  Fill(&b_, b, &random);
  c_.resize(c);
}

void GemmRunner::Run() {
  for (const Gemm& gemm : gemms_) {
    cblas_sgemm(CblasRowMajor, gemm.transpose_a ? CblasTrans : CblasNoTrans,
                gemm.transpose_b ? CblasTrans : CblasNoTrans, gemm.m, gemm.n, gemm.k, 1, a_.data(),
                gemm.transpose_a ? gemm.m : gemm.k, b_.data(), gemm.transpose_b ? gemm.k : gemm.n,
                0, c_.data(), gemm.n);
  }
}

double GemmRunner::flops() const {
  double sum = 0;
  for (const Gemm& gemm : gemms_) sum += 2.0 * gemm.m * gemm.n * gemm.k;
  return sum;
}

}  // namespace sinew::bench
