#include "policy/perceptron.h"

#include <algorithm>

#include "policy/graph_builder.h"

namespace sinew::policy {
namespace {

// Reads nodes one behind the other, each from the one before.
class Chain {
 public:
  explicit Chain(const PolicyGraph& graph) : graph_(graph) {}

  // the next node, if it is of this kind and reads what the one before gave
  template <class Op>
  const Op* Take() {
    if (done()) return nullptr;
    const Node& node = graph_.nodes[next_];
    const Op* op = std::get_if<Op>(&node.operation);
    if (!op || node.inputs.empty() || node.inputs[0] != last_) return nullptr;
    before_ = last_;
    last_ = node.output;
    ++next_;
    return op;
  }
  bool done() const { return next_ == graph_.nodes.size(); }
  const std::string& last() const { return last_; }
  const std::string& before() const { return before_; }
  const Node& node() const { return graph_.nodes[next_ - 1]; }

 private:
  const PolicyGraph& graph_;
  size_t next_ = 0;
  std::string last_ = kObservation, before_;
};

bool InVersion1(Activation activation) { return activation <= Activation::kTanh; }

DenseLayer LayerOf(const Dense& dense) {
  return {static_cast<int>(dense.inputs()), static_cast<int>(dense.outputs()), dense.weight.values,
          dense.bias.values, ActivationName(dense.activation)};
}

}  // namespace

Dense DenseOf(const DenseLayer& layer) {
  return {{{layer.outputs, layer.inputs}, layer.weight},
          VectorOf(layer.bias),
          ParseActivation(layer.activation)};
}

PolicyGraph GraphOf(const spec::Contract& contract, const Perceptron& perceptron) {
  GraphBuilder builder(contract);
  const auto x = builder.Normalize(kObservation, perceptron.obs_mean, perceptron.obs_scale,
                                   perceptron.obs_clip);
  return builder.Build(builder.Layers(x, perceptron.layers, perceptron.gaussian));
}

std::optional<Perceptron> AsPerceptron(const PolicyGraph& graph) {
  Chain chain(graph);
  const Normalize* normalize = chain.Take<Normalize>();
  if (HasState(graph) || !normalize) return std::nullopt;
  Perceptron perceptron{normalize->mean.values, normalize->scale.values, normalize->clip, {}, {}};
  std::string features;  // what the last layer reads
  while (const Dense* dense = chain.Take<Dense>()) {
    if (!InVersion1(dense->activation)) return std::nullopt;
    features = chain.before();
    perceptron.layers.push_back(LayerOf(*dense));
  }
  if (perceptron.layers.empty()) return std::nullopt;
  const std::string bare = ActivationName(Activation::kIdentity);
  if (const Gaussian* head = chain.Take<Gaussian>()) {
    const bool fits = perceptron.layers.back().activation == bare &&
                      (head->weight.empty() || chain.node().inputs[1] == features);
    if (!fits) return std::nullopt;
    perceptron.gaussian = {head->weight.values, head->bias.values, head->low, head->high};
    if (const Activate* last = chain.Take<Activate>()) {
      if (!InVersion1(last->activation)) return std::nullopt;
      perceptron.layers.back().activation = ActivationName(last->activation);
    }
  }
  if (!chain.done() || graph.action != chain.last()) return std::nullopt;
  return perceptron;
}

}  // namespace sinew::policy
