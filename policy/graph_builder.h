#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/graph.h"
#include "policy/perceptron.h"

namespace sinew::policy {

/// Puts a graph together, operation by operation; each call names the value that it gives, so that
/// a policy is a few lines:
///
///     GraphBuilder graph(contract);
///     auto x = graph.Normalize(kObservation, mean, scale, clip);
///     x = graph.Gru(x, gru);
///     return graph.Build(graph.Layers(x, layers, head));
///
/// Values are known by their names. Where no name is given, the operation's own is taken, numbered
/// if it is taken.
class GraphBuilder {
 public:
  using Value = std::string;
  /// (x - mean) scale, clipped to +-clip.
  struct Scaling {
    std::vector<float> mean, scale;
    float clip;
  };

  /// @param contract  its observation says how many numbers there are.
  explicit GraphBuilder(spec::Contract contract) { graph_.contract = std::move(contract); }

  const spec::Contract& contract() const { return graph_.contract; }

  /// Any operation. @param inputs  values or state slots. @return the value that it gives.
  Value Apply(Operation operation, std::vector<Value> inputs, const std::string& name = "");
  /// A state slot. @return its name, to be read by operations.
  Value Remember(StateSlot slot);

  /// @param mean, scale  [size of x].
  Value Normalize(const Value& x, std::vector<float> mean, std::vector<float> scale, float clip);
  /// Dense layers one behind the other: "layer0", "layer1", ..., with the noise of `head` before
  /// the last one's activation.
  Value Layers(Value x, std::span<const DenseLayer> layers,
               const std::optional<GaussianHead>& head = std::nullopt);
  Value Activate(const Value& x, const std::string& activation);
  /// x_1 + x_2 + ...
  Value Sum(std::vector<Value> values) { return Apply(Add{}, std::move(values)); }
  /// A GRU cell whose state slot is `name`; zeros at the start of an episode.
  Value GruCell(const Value& x, Gru gru, const std::string& name = "memory");
  /// x with what was there before: [x_t, x_t-1, ..., x_t-K+1, a_t-1, ..., a_t-K+1], K = length, a
  /// the actions put out. At the start of an episode the first x is repeated and the actions are
  /// zero.
  /// @param width  numbers in x. @param act_dim  numbers in an action. length 1 gives x itself.
  /// @param differences  if not null, x_t-k gives way to x_t-k+1 - x_t-k, scaled so.
  Value History(const Value& x, int64_t width, int64_t act_dim, int64_t length,
                const Scaling* differences = nullptr);

  /// @param action  the value that the action is made of.
  PolicyGraph Build(const Value& action);

 private:
  Value Differences(const Value& x, const Value& past, int64_t length, const Scaling& scaling);
  std::string FreeName(const std::string& wanted) const;

  PolicyGraph graph_;
};

}  // namespace sinew::policy
