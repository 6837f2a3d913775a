#include "deploy/c/c_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace sinew::deploy {
namespace {

// the last node that reads each value; those that are needed at the end are read by one more
std::map<std::string, size_t> LastReaders(const policy::PolicyGraph& graph) {
  std::map<std::string, size_t> last;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& input : graph.nodes[i].inputs) last[input] = i;
  }
  last[graph.action] = graph.nodes.size();
  for (const policy::StateSlot& slot : graph.state) last[slot.next] = graph.nodes.size();
  return last;
}

// Hands out buffers, the lowest first.
class Buffers {
 public:
  int Take() {
    int index = 0;
    while (taken_.contains(index)) ++index;
    taken_.insert(index);
    count_ = std::max(count_, index + 1);
    return index;
  }
  void Release(int index) { taken_.erase(index); }
  int count() const { return count_; }

 private:
  std::set<int> taken_;
  int count_ = 0;
};

}  // namespace

std::string CBufferName(int index) {
  const auto letter = static_cast<char>('a' + index % 26);
  return index < 26 ? std::string(1, letter) : fmt::format("{}{}", letter, index / 26);
}

bool WorksInPlace(const policy::Operation& operation) {
  return std::visit(
      policy::Overloaded{
          [](const policy::Activate&) { return true; },
          [](const policy::Gaussian&) { return true; }, [](const policy::Clip&) { return true; },
          [](const policy::Flatten&) { return true; }, [](const policy::Picture&) { return true; },
          [](const policy::Add&) { return true; }, [](const auto&) { return false; }},
      operation);
}

CValues PlaceValues(const policy::PolicyGraph& graph, const policy::Shapes& shapes) {
  const auto last = LastReaders(graph);
  CValues values;
  values.expression[policy::kObservation] = "observation";
  values.width = policy::ElementCount(shapes.at(policy::kObservation));
  for (const policy::StateSlot& slot : graph.state) {
    values.expression[slot.name] = "state->s_" + slot.name;
  }
  Buffers buffers;
  std::map<std::string, int> held;  // values in buffers
  const auto dies = [&](const std::string& value, size_t node) {
    return held.contains(value) && (!last.contains(value) || last.at(value) <= node);
  };
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const policy::Node& node = graph.nodes[i];
    const std::string first = node.inputs[0];
    // the other inputs of a sum may be the same value
    const bool once = std::ranges::count(node.inputs, first) == 1;
    const bool in_place = WorksInPlace(node.operation) && once && dies(first, i);
    const int buffer = in_place ? held.at(first) : buffers.Take();
    if (in_place) held.erase(first);
    for (const std::string& input : node.inputs) {
      if (!dies(input, i)) continue;
      buffers.Release(held.at(input));
      held.erase(input);
    }
    held[node.output] = buffer;
    values.expression[node.output] = CBufferName(buffer);
    values.width = std::max(values.width, policy::ElementCount(shapes.at(node.output)));
    if (!dies(node.output, i)) continue;  // read by something
    buffers.Release(buffer);
    held.erase(node.output);
  }
  values.buffers = buffers.count();
  return values;
}

}  // namespace sinew::deploy
