#include "policy/graph_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <utility>

namespace sinew::policy {

std::string GraphBuilder::FreeName(const std::string& wanted) const {
  const auto taken = [this](const std::string& name) {
    return std::ranges::count(graph_.nodes, name, &Node::output) +
               std::ranges::count(graph_.state, name, &StateSlot::name) >
           0;
  };
  std::string name = wanted;
  for (int k = 2; taken(name); ++k) name = fmt::format("{}{}", wanted, k);
  return name;
}

GraphBuilder::Value GraphBuilder::Apply(Operation operation, std::vector<Value> inputs,
                                        const std::string& name) {
  const std::string wanted = name.empty() ? std::string(KindOf(operation)) : name;
  graph_.nodes.push_back({FreeName(wanted), std::move(inputs), std::move(operation)});
  return graph_.nodes.back().output;
}

GraphBuilder::Value GraphBuilder::Remember(StateSlot slot) {
  slot.name = FreeName(slot.name);
  graph_.state.push_back(std::move(slot));
  return graph_.state.back().name;
}

GraphBuilder::Value GraphBuilder::Normalize(const Value& x, std::vector<float> mean,
                                            std::vector<float> scale, float clip) {
  return Apply(policy::Normalize{VectorOf(std::move(mean)), VectorOf(std::move(scale)), clip}, {x},
               "normalized");
}

GraphBuilder::Value GraphBuilder::Layers(Value x, std::span<const DenseLayer> layers,
                                         const std::optional<GaussianHead>& head) {
  for (size_t k = 0; k < layers.size(); ++k) {
    Dense dense = DenseOf(layers[k]);
    const Activation activation = dense.activation;
    const bool sampled = head && k + 1 == layers.size();
    if (sampled) dense.activation = Activation::kIdentity;
    const Value features = x;
    x = Apply(std::move(dense), {x}, fmt::format("layer{}", k));
    if (!sampled) continue;
    Gaussian noise{{}, VectorOf(head->bias), head->low, head->high};
    std::vector<Value> inputs{x};
    if (!head->weight.empty()) {
      noise.weight = {{layers[k].outputs, layers[k].inputs}, head->weight};
      inputs.push_back(features);
    }
    x = Apply(std::move(noise), std::move(inputs), "sample");
    if (activation != Activation::kIdentity)
      x = Apply(policy::Activate{activation}, {x}, "bounded");
  }
  return x;
}

GraphBuilder::Value GraphBuilder::Activate(const Value& x, const std::string& activation) {
  return Apply(policy::Activate{ParseActivation(activation)}, {x}, activation);
}

GraphBuilder::Value GraphBuilder::GruCell(const Value& x, Gru gru, const std::string& name) {
  const Value state = Remember({.name = name, .shape = {gru.size()}, .next = ""});
  const Value next = Apply(std::move(gru), {x, state}, state + "_next");
  std::ranges::find(graph_.state, state, &StateSlot::name)->next = next;
  return next;
}

// [x_t - x_t-1, x_t-1 - x_t-2, ...], every one scaled alike.
GraphBuilder::Value GraphBuilder::Differences(const Value& x, const Value& past, int64_t length,
                                              const Scaling& scaling) {
  const auto width = static_cast<int64_t>(scaling.mean.size());
  const int64_t size = (length - 1) * width;
  const Value frames = Apply(Concatenate{}, {x, past}, "frames");
  const Value newer = Apply(Slice{.begin = 0, .end = size}, {frames}, "newer");
  const Value older = Apply(Slice{.begin = width, .end = size + width}, {frames}, "older");
  // a product with -1 is exact
  const Value minus_older =
      Apply(policy::Normalize{VectorOf(std::vector<float>(size, 0.0f)),
                              VectorOf(std::vector<float>(size, -1.0f)), FLT_MAX},
            {older}, "minus_older");
  Scaling each{{}, {}, scaling.clip};
  for (int64_t k = 1; k < length; ++k) {
    each.mean.insert(each.mean.end(), scaling.mean.begin(), scaling.mean.end());
    each.scale.insert(each.scale.end(), scaling.scale.begin(), scaling.scale.end());
  }
  const Value steps = Apply(Add{}, {newer, minus_older}, "steps");
  return Apply(
      policy::Normalize{VectorOf(std::move(each.mean)), VectorOf(std::move(each.scale)), each.clip},
      {steps}, "differences");
}

GraphBuilder::Value GraphBuilder::History(const Value& x, int64_t width, int64_t act_dim,
                                          int64_t length, const Scaling* differences) {
  if (length <= 1) return x;
  const Value past = Remember(
      {.name = "past_values", .shape = {length - 1, width}, .next = x, .push = true, .fill = x});
  const Value actions = Remember(
      {.name = "past_actions", .shape = {length - 1, act_dim}, .next = kAction, .push = true});
  const Value older = differences ? Differences(x, past, length, *differences) : past;
  return Apply(Concatenate{}, {x, older, actions}, "history");
}

PolicyGraph GraphBuilder::Build(const Value& action) {
  graph_.action = action;
  return std::move(graph_);
}

}  // namespace sinew::policy
