#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "policy/operations/operations.h"
#include "spec/contract.h"

namespace sinew::policy {

/// The values that every graph has: what the policy is given, and what it puts out, within +-1.
inline constexpr const char* kObservation = "observation";
inline constexpr const char* kAction = "action";

/// One operation of a graph: reads values, or state as it was before the step, and gives a value.
struct Node {
  std::string output;               // name of the value
  std::vector<std::string> inputs;  // of values or state slots
  Operation operation;
  bool operator==(const Node&) const = default;
};

/// What a policy remembers from one step to the next.
struct StateSlot {
  std::string name;
  Shape shape;
  std::vector<float> initial = {};  // at the start of an episode; empty: zeros
  /// The value that it holds in the next step; may be kAction, the action just put out.
  std::string next;
  /// The next value is put in front and what no longer fits falls out: the last k of them, newest
  /// first.
  bool push = false;
  /// At the start of an episode it holds copies of this value instead of `initial`.
  std::string fill = {};
  bool operator==(const StateSlot&) const = default;
};

/// A policy as plain data: an ordered list of operations over named values, the state between
/// steps, and the contract. Training ends in one; evaluation, viewer, verification and every
/// exporter begin with one.
///
/// A step evaluates the nodes in order. The action is clip(values[action], +-1). Then every state
/// slot takes its next value, unless an observation or the action was not finite: such a step
/// leaves the state as it was.
struct PolicyGraph {
  spec::Contract contract;
  std::vector<Node> nodes;
  std::vector<StateSlot> state;
  std::string action;  // the value that the action is made of
  bool operator==(const PolicyGraph&) const = default;
};

/// Shapes of all values and state slots by name.
using Shapes = std::map<std::string, Shape>;

/// Refuses a graph that cannot be run: values that are read before they are there, parameters that
/// do not fit or are not finite, state of another shape than what is written into it, sizes that
/// are not the contract's. @throws Error saying which, in one line. @return the shapes.
Shapes CheckGraph(const PolicyGraph& graph);

/// Whether it remembers anything between steps.
inline bool HasState(const PolicyGraph& graph) { return !graph.state.empty(); }
/// Whether a slot is filled at the start of an episode, so that the start must be known.
bool HasFill(const PolicyGraph& graph);
/// Numbers of its state as one vector: 1 for "the episode has begun" where a slot is filled, then
/// the slots in their order. All formats lay it out like this.
int64_t StateSize(const PolicyGraph& graph);
/// The state vector at the start of an episode.
std::vector<float> InitialState(const PolicyGraph& graph);

/// The stochastic head, if the policy has one. @return index of its node, -1 for a deterministic
/// policy.
int FindGaussian(const PolicyGraph& graph);
inline bool CanSample(const PolicyGraph& graph) { return FindGaussian(graph) >= 0; }

/// How the observation itself is scaled; null if it is not.
const Normalize* FindNormalizer(const PolicyGraph& graph);

/// Of one evaluation. @param stochastic  of a sampled action.
Cost CountCost(const PolicyGraph& graph, bool stochastic = false);
/// Weights and biases that one deterministic evaluation takes.
inline int64_t ParameterCount(const PolicyGraph& graph) { return CountCost(graph).parameters; }

/// Shapes of what a node reads. @param shapes  as CheckGraph gives them.
std::vector<Shape> InputShapes(const Node& node, const Shapes& shapes);

}  // namespace sinew::policy
