#include "policy/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace sinew::policy {
namespace {

constexpr int64_t kLargestValue = int64_t{1} << 20;  // numbers in a value or a slot
constexpr int64_t kMostNumbers = int64_t{1} << 24;   // in all values together
constexpr size_t kMostNodes = 4096, kLongestName = 64;

// what a reader of files and a writer of C can both take
bool IsName(const std::string& name) {
  const auto valid = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= kLongestName && name[0] >= 'a' && name[0] <= 'z' &&
         std::ranges::all_of(name, valid);
}

// names come from files: one line, whatever is in them
std::string Printable(const std::string& name) {
  std::string text = name.substr(0, kLongestName);
  for (char& c : text) c = c >= ' ' && c <= '~' ? c : '?';
  return text;
}

void CheckLimits(const spec::Contract& contract) {
  for (const spec::ActionElement& element : contract.action) {
    for (const double limit : {element.ctrl_low, element.ctrl_high, element.low(), element.high(),
                               element.kp, element.kd}) {
      if (std::isfinite(limit)) continue;
      throw Error(fmt::format("a limit of joint '{}' is {}", element.name(), limit));
    }
    if (!std::isnan(element.torque_low) && !std::isnan(element.torque_high)) continue;
    throw Error(fmt::format("a torque limit of joint '{}' is no number", element.name()));
  }
  for (const double period : {contract.control_dt, contract.timestep}) {
    if (!std::isfinite(period) || period <= 0) {
      throw Error(
          fmt::format("the policy's control period or timestep is {}, expected > 0", period));
    }
  }
}

// @throws Error naming the first number that is not finite
struct FiniteFields {
  const std::string& node;

  void operator()(const char* name, const Tensor& tensor) {
    const auto& values = tensor.values;
    const auto bad =
        std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
    if (bad == values.end()) return;
    throw Error(
        fmt::format("the policy's {} {}[{}] is {}", node, name, bad - values.begin(), *bad));
  }
  void operator()(const char* name, float value) {
    if (!std::isfinite(value))
      throw Error(fmt::format("the policy's {} {} is {}", node, name, value));
  }
  void operator()(const char*, const auto&) {}
};

// Walks through the graph in the order of evaluation.
class Checker {
 public:
  explicit Checker(const PolicyGraph& graph) : graph_(graph) {}

  Shapes Check() {
    Declare(kObservation, {static_cast<int64_t>(graph_.contract.observation.size())});
    for (const StateSlot& slot : graph_.state) DeclareSlot(slot);
    if (graph_.nodes.empty()) throw Error("the policy has no operations");
    if (graph_.nodes.size() > kMostNodes) {
      throw Error(fmt::format("the policy has {} operations, {} are allowed", graph_.nodes.size(),
                              kMostNodes));
    }
    for (const Node& node : graph_.nodes) CheckNode(node);
    CheckAction();
    for (const StateSlot& slot : graph_.state) CheckSlot(slot);
    CheckLimits(graph_.contract);
    return std::move(shapes_);
  }

 private:
  void Declare(const std::string& name, const Shape& shape) {
    const bool reserved = name == kAction || name == "state" || name == "begun" || name == "noise";
    if (!IsName(name) || reserved) {
      throw Error(
          fmt::format("'{}' is no name for a value: a letter, then letters, digits and _, "
                      "{} at most; action, state, begun and noise are taken",
                      Printable(name), kLongestName));
    }
    int64_t count = 1;
    for (const int64_t size : shape) {
      if (size < 1 || size > kLargestValue || (count *= size) > kLargestValue) {
        throw Error(fmt::format("the value '{}' is {}: every size is 1 to {} numbers in all", name,
                                ShapeText(shape), kLargestValue));
      }
    }
    numbers_ += count;
    if (numbers_ > kMostNumbers) throw Error("the policy's values are too large together");
    if (!shapes_.emplace(name, shape).second) {
      throw Error(fmt::format("the value '{}' is given twice", name));
    }
  }

  void DeclareSlot(const StateSlot& slot) {
    Declare(slot.name, slot.shape);
    const auto size = static_cast<size_t>(ElementCount(slot.shape));
    if (!slot.initial.empty() && slot.initial.size() != size) {
      throw Error(fmt::format("the state '{}' is {}, its initial value has {} numbers", slot.name,
                              ShapeText(slot.shape), slot.initial.size()));
    }
    if (!std::ranges::all_of(slot.initial, [](float x) { return std::isfinite(x); })) {
      throw Error(fmt::format("the initial value of the state '{}' is not finite", slot.name));
    }
  }

  bool IsSlot(const std::string& name) const {
    return std::ranges::find(graph_.state, name, &StateSlot::name) != graph_.state.end();
  }

  // a slot that is filled can be read when what fills it is there
  const Shape& Read(const Node& node, const std::string& input) const {
    const auto found = shapes_.find(input);
    if (found == shapes_.end()) {
      throw Error(fmt::format("the policy's {} ({}) reads '{}' before anything gives it",
                              node.output, KindOf(node.operation), Printable(input)));
    }
    for (const StateSlot& slot : graph_.state) {
      if (slot.name != input || slot.fill.empty() || shapes_.contains(slot.fill)) continue;
      throw Error(fmt::format("the policy's {} ({}) reads the state '{}' before '{}' fills it",
                              node.output, KindOf(node.operation), slot.name,
                              Printable(slot.fill)));
    }
    return found->second;
  }

  void CheckNode(const Node& node) {
    if (!IsName(node.output)) return Declare(node.output, {1});
    std::visit([&](const auto& op) { Declare(node.output, CheckOperation(node, op)); },
               node.operation);
  }

  template <class Op>
  Shape CheckOperation(const Node& node, const Op& op) const {
    std::vector<Shape> inputs;
    for (const std::string& input : node.inputs) inputs.push_back(Read(node, input));
    if (inputs.size() < Op::kArity.least || inputs.size() > Op::kArity.most) {
      throw Error(fmt::format("the policy's {} ({}) reads {} values, expected {} to {}",
                              node.output, Op::kKind, inputs.size(), Op::kArity.least,
                              Op::kArity.most));
    }
    FiniteFields finite{node.output};
    Op::Describe(op, finite);
    try {
      return op.Check(inputs);
    } catch (const Error& error) {
      throw Error(fmt::format("the policy's {} ({}): {}", node.output, Op::kKind, error.what()));
    }
  }

  // a value of this step, not state
  const Shape& Value(const std::string& name, const std::string& reader) const {
    const auto found = shapes_.find(name);
    if (found != shapes_.end() && !IsSlot(name)) return found->second;
    throw Error(fmt::format("{} is '{}', which no operation gives", reader, Printable(name)));
  }

  void CheckAction() const {
    const Shape& shape = Value(graph_.action, "the policy's action");
    const size_t joints = graph_.contract.action.size();
    if (shape.size() != 1 || static_cast<size_t>(shape[0]) != joints) {
      throw Error(fmt::format("the policy gives {} actions, its contract names {} joints",
                              ShapeText(shape), joints));
    }
    const auto is_head = [](const Node& node) {
      return std::holds_alternative<Gaussian>(node.operation);
    };
    if (std::ranges::count_if(graph_.nodes, is_head) > 1) {
      throw Error("the policy has more than one stochastic head");
    }
    const int head = FindGaussian(graph_);
    if (head < 0) return;
    const Shape& sampled = shapes_.at(graph_.nodes[static_cast<size_t>(head)].output);
    if (static_cast<size_t>(sampled[0]) != joints) {
      throw Error(fmt::format("the policy's stochastic head has {} values for {} joints",
                              sampled[0], joints));
    }
  }

  void CheckSlot(const StateSlot& slot) const {
    const std::string reader = fmt::format("the next value of the state '{}'", slot.name);
    const int64_t size = ElementCount(slot.shape);
    const auto joints = static_cast<int64_t>(graph_.contract.action.size());
    const int64_t next = slot.next == kAction ? joints : ElementCount(Value(slot.next, reader));
    const bool fits = slot.push ? next > 0 && size % next == 0 : size == next;
    if (!fits) {
      throw Error(
          fmt::format("{} has {} numbers, the state is {}", reader, next, ShapeText(slot.shape)));
    }
    if (slot.fill.empty()) return;
    const int64_t fill =
        ElementCount(Value(slot.fill, fmt::format("what fills the state '{}'", slot.name)));
    if (size % fill != 0) {
      throw Error(fmt::format("what fills the state '{}' has {} numbers, the state is {}",
                              slot.name, fill, ShapeText(slot.shape)));
    }
  }

  const PolicyGraph& graph_;
  Shapes shapes_;
  int64_t numbers_ = 0;
};

}  // namespace

Shapes CheckGraph(const PolicyGraph& graph) { return Checker(graph).Check(); }

bool HasFill(const PolicyGraph& graph) {
  return std::ranges::any_of(graph.state, [](const StateSlot& slot) { return !slot.fill.empty(); });
}

int64_t StateSize(const PolicyGraph& graph) {
  int64_t size = HasFill(graph) ? 1 : 0;
  for (const StateSlot& slot : graph.state) size += ElementCount(slot.shape);
  return size;
}

std::vector<float> InitialState(const PolicyGraph& graph) {
  std::vector<float> state(HasFill(graph) ? 1 : 0);
  for (const StateSlot& slot : graph.state) {
    state.insert(state.end(), slot.initial.begin(), slot.initial.end());
    if (slot.initial.empty()) {
      state.resize(state.size() + static_cast<size_t>(ElementCount(slot.shape)));
    }
  }
  return state;
}

int FindGaussian(const PolicyGraph& graph) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (std::holds_alternative<Gaussian>(graph.nodes[i].operation)) return static_cast<int>(i);
  }
  return -1;
}

const Normalize* FindNormalizer(const PolicyGraph& graph) {
  for (const Node& node : graph.nodes) {
    const auto* normalize = std::get_if<Normalize>(&node.operation);
    if (normalize && node.inputs.size() == 1 && node.inputs[0] == kObservation) return normalize;
  }
  return nullptr;
}

std::vector<Shape> InputShapes(const Node& node, const Shapes& shapes) {
  std::vector<Shape> inputs;
  for (const std::string& input : node.inputs) inputs.push_back(shapes.at(input));
  return inputs;
}

Cost CountCost(const PolicyGraph& graph, bool stochastic) {
  const Shapes shapes = CheckGraph(graph);
  Cost total;
  for (const Node& node : graph.nodes) {
    if (!stochastic && std::holds_alternative<Gaussian>(node.operation)) continue;
    const Cost cost = std::visit(
        [&](const auto& op) { return op.Count(InputShapes(node, shapes)); }, node.operation);
    total.parameters += cost.parameters;
    total.macs += cost.macs;
  }
  return total;
}

}  // namespace sinew::policy
