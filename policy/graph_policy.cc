#include "policy/graph_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "core/error.h"
#include "policy/operations/dense_kernel.h"

namespace sinew::policy {
namespace {

// Blocks of numbers that begin on whole panels and are padded with zeros, in one allocation.
class Arena {
 public:
  /// @return  offset of a block of `size` numbers.
  size_t Reserve(size_t size) {
    const size_t offset = panels_;
    panels_ += RoundUp(size, kLanes) / kLanes;
    return offset;
  }
  /// To be called once, after the last Reserve.
  void Allocate() { memory_.resize(panels_); }
  float* At(size_t offset) { return reinterpret_cast<float*>(memory_.data() + offset); }

 private:
  size_t panels_ = 0;
  std::vector<Lanes> memory_;
};

// A state slot at work.
struct Slot {
  float* values = nullptr;
  const float* next = nullptr;
  size_t size = 0, next_size = 0;

  void Take() {
    std::copy_backward(values, values + size - next_size, values + size);
    std::copy_n(next, next_size, values);
  }
};

class GraphPolicy : public spec::Policy {
 public:
  GraphPolicy(const PolicyGraph& graph, std::optional<uint64_t> seed)
      : name_(graph.contract.agent),
        act_dim_(graph.contract.action.size()),
        seed_(seed),
        random_(NoiseOfEpisode(seed.value_or(0), 0)),
        noise_(seed ? act_dim_ : 0),
        has_fill_(HasFill(graph)),
        initial_(InitialState(graph)) {
    Place(graph, CheckGraph(graph));
    Restore(initial_);
  }

  std::string name() const override { return name_; }

  void Reset(uint64_t episode) override {
    if (seed_) random_ = NoiseOfEpisode(*seed_, episode);
    Restore(initial_);
  }

  void Act(std::span<const float> observation, std::span<float> action) override {
    bool finite = true;
    for (size_t i = 0; i < observation.size(); ++i) {
      finite &= static_cast<bool>(std::isfinite(observation[i]));
      observation_[i] = observation[i];
    }
    if (!finite) {
      std::ranges::fill(action, std::numeric_limits<float>::quiet_NaN());
      return;
    }
    for (float& value : noise_) value = static_cast<float>(random_.Normal());
    for (const auto& step : steps_) step->Run();
    for (size_t i = 0; i < act_dim_; ++i) action[i] = std::clamp(result_[i], -1.0f, 1.0f);
    if (!slots_.empty()) Remember(action);
  }

  std::optional<std::vector<float>> SaveState() const override {
    if (seed_) return std::nullopt;  // the noise goes on as well
    std::vector<float> state(has_fill_ ? 1 : 0, begun_ ? 1.0f : 0.0f);
    for (const Slot& slot : slots_) state.insert(state.end(), slot.values, slot.values + slot.size);
    return state;
  }

  void RestoreState(std::span<const float> state) override {
    if (state.size() == initial_.size()) return Restore(state);
    throw Error(fmt::format("the state has {} numbers, the policy remembers {}", state.size(),
                            initial_.size()));
  }

 private:
  void Place(const PolicyGraph& graph, const Shapes& shapes) {
    std::map<std::string, size_t> offsets;
    for (const auto& [name, shape] : shapes) {
      offsets[name] = arena_.Reserve(static_cast<size_t>(ElementCount(shape)));
    }
    offsets[kAction] = arena_.Reserve(act_dim_);
    arena_.Allocate();
    const auto at = [&](const std::string& name) { return arena_.At(offsets.at(name)); };
    observation_ = at(kObservation);
    result_ = at(graph.action);
    action_ = at(kAction);
    PlaceFills(graph, shapes, kObservation, at);
    for (const Node& node : graph.nodes) {
      StepPlace place{{},
                      InputShapes(node, shapes),
                      at(node.output),
                      ElementCount(shapes.at(node.output)),
                      seed_ ? noise_.data() : nullptr};
      for (const std::string& input : node.inputs) place.inputs.push_back(at(input));
      steps_.push_back(
          std::visit([&](const auto& op) { return op.Prepare(place); }, node.operation));
      PlaceFills(graph, shapes, node.output, at);
    }
    for (const StateSlot& slot : graph.state) {
      const auto size = static_cast<size_t>(ElementCount(slot.shape));
      const size_t next =
          slot.next == kAction ? act_dim_ : static_cast<size_t>(ElementCount(shapes.at(slot.next)));
      slots_.push_back({at(slot.name), at(slot.next), size, next});
    }
  }

  // at an episode's first step, copies of the value that has just been computed
  void PlaceFills(const PolicyGraph& graph, const Shapes& shapes, const std::string& value,
                  const auto& at) {
    for (const StateSlot& slot : graph.state) {
      if (slot.fill != value) continue;
      steps_.push_back(
          MakeStep([this, from = at(value), to = at(slot.name),
                    size = ElementCount(shapes.at(value)), total = ElementCount(slot.shape)] {
            for (int64_t i = 0; !begun_ && i < total; i += size) std::copy_n(from, size, to + i);
          }));
    }
  }

  void Remember(std::span<const float> action) {
    if (!std::ranges::all_of(action, [](float a) { return std::isfinite(a); })) return;
    std::ranges::copy(action, action_);
    for (Slot& slot : slots_) slot.Take();
    begun_ = true;
  }

  void Restore(std::span<const float> state) {
    const float* from = state.data();
    begun_ = has_fill_ && *from++ != 0;
    for (const Slot& slot : slots_) {
      std::copy_n(from, slot.size, slot.values);
      from += slot.size;
    }
  }

  std::string name_;
  size_t act_dim_;
  std::optional<uint64_t> seed_;  // of a policy that samples
  Random random_;
  std::vector<float> noise_;
  Arena arena_;
  std::vector<std::unique_ptr<Step>> steps_;
  std::vector<Slot> slots_;
  float *observation_ = nullptr, *action_ = nullptr;
  const float* result_ = nullptr;
  bool has_fill_, begun_ = false;
  std::vector<float> initial_;
};

}  // namespace

std::unique_ptr<spec::Policy> MakeArtifactPolicy(const PolicyGraph& graph) {
  return std::make_unique<GraphPolicy>(graph, std::nullopt);
}

std::unique_ptr<spec::Policy> MakeSamplingPolicy(const PolicyGraph& graph, uint64_t seed) {
  CheckGraph(graph);
  if (!CanSample(graph)) {
    throw UserError(fmt::format("a policy of '{}' is deterministic: it has nothing to sample from",
                                graph.contract.agent));
  }
  return std::make_unique<GraphPolicy>(graph, seed);
}

Random NoiseOfEpisode(uint64_t seed, uint64_t episode) {
  return Random(seed, "policy noise", episode);
}

}  // namespace sinew::policy
