#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "core/random.h"
#include "policy/graph_builder.h"
#include "tests/policy/test_artifact.h"

namespace sinew::policy {

/// Random policies of any shape, made of all operations; the same seed gives the same one.
class RandomGraph {
 public:
  explicit RandomGraph(uint64_t seed, int64_t obs_dim = 7, int64_t act_dim = 2)
      : random_(seed, "graph"),
        act_dim_(act_dim),
        graph_(RandomArtifact({static_cast<int>(obs_dim), static_cast<int>(act_dim)}).contract) {
    Set(graph_.Normalize(kObservation, Floats(obs_dim), Floats(obs_dim, 1, 0.2), 3), obs_dim);
  }

  /// @param sampled  with a Gaussian head.
  PolicyGraph Make(bool sampled = false) {
    if (random_.Below(2) == 0) History();
    const auto steps = 3 + random_.Below(6);
    for (uint64_t k = 0; k < steps; ++k) Grow(random_.Below(kKinds));
    if (random_.Below(2) == 0) MakeGru();
    return End(sampled);
  }

  /// One with this operation, by its place in the list of Grow.
  PolicyGraph MakeWith(uint64_t kind) {
    Grow(kind % kKinds);
    return End(false);
  }
  static constexpr uint64_t kKinds = 11;

 private:
  void Set(const std::string& name, int64_t width) {
    x_ = name;
    width_ = width;
  }
  std::vector<float> Floats(int64_t count, double mean = 0, double deviation = 0.5) {
    std::vector<float> values;
    for (int64_t i = 0; i < count; ++i) {
      values.push_back(static_cast<float>(mean + deviation * random_.Normal()));
    }
    return values;
  }
  Tensor Weight(int64_t outputs, int64_t inputs) {
    return {{outputs, inputs},
            Floats(outputs * inputs, 0, 1 / std::sqrt(static_cast<double>(inputs)))};
  }
  Activation AnyActivation() { return static_cast<Activation>(random_.Below(5)); }
  int64_t AnyWidth() { return 1 + static_cast<int64_t>(random_.Below(20)); }

  void MakeDense(int64_t outputs, Activation activation) {
    Set(graph_.Apply(Dense{Weight(outputs, width_), VectorOf(Floats(outputs)), activation}, {x_}),
        outputs);
  }
  void History() {
    const auto length = 2 + static_cast<int64_t>(random_.Below(3));
    const auto value = graph_.History(x_, width_, act_dim_, length);
    Set(value, length * width_ + (length - 1) * act_dim_);
  }
  void MakeGru() {
    const int64_t size = AnyWidth();
    Gru gru{Weight(3 * size, width_), Weight(3 * size, size), VectorOf(Floats(3 * size)),
            VectorOf(Floats(3 * size))};
    Set(graph_.GruCell(x_, std::move(gru)), size);
  }
  void MakeConv() {
    // any width becomes a picture of two channels
    const int64_t height = 2 + static_cast<int64_t>(random_.Below(3)), width = 3;
    MakeDense(2 * height * width, Activation::kTanh);
    const auto picture = graph_.Apply(Picture{2, height, width}, {x_});
    Conv2d conv{{{3, 2, 2, 2}, Floats(24)}, VectorOf(Floats(3))};
    conv.stride = 1 + static_cast<int64_t>(random_.Below(2));
    conv.padding = static_cast<int64_t>(random_.Below(2));
    conv.activation = AnyActivation();
    const int64_t size = ElementCount(conv.Check({{2, height, width}}));
    Set(graph_.Apply(Flatten{}, {graph_.Apply(std::move(conv), {picture})}), size);
  }
  // a slot with an initial value that holds a slice of this value in the next step
  void MakeDelay() {
    const int64_t size = 1 + static_cast<int64_t>(random_.Below(static_cast<uint64_t>(width_)));
    const auto part = graph_.Apply(Slice{width_ - size, width_}, {x_}, "part");
    const auto before =
        graph_.Remember({.name = "before", .shape = {size}, .initial = Floats(size), .next = part});
    Set(graph_.Apply(Concatenate{}, {x_, before}), width_ + size);
  }

  void Grow(uint64_t kind) {
    switch (kind) {
      case 0:
        return MakeDense(AnyWidth(), AnyActivation());
      case 1:
        return Set(graph_.Apply(Activate{AnyActivation()}, {x_}), width_);
      case 2:
        return Set(
            graph_.Apply(LayerNorm{VectorOf(Floats(width_, 1)), VectorOf(Floats(width_))}, {x_}),
            width_);
      case 3:
        return Set(graph_.Apply(RmsNorm{VectorOf(Floats(width_, 1))}, {x_}), width_);
      case 4: {
        const auto before = x_;
        MakeDense(width_, AnyActivation());
        return Set(graph_.Sum({before, x_, before}), width_);
      }
      case 5:
        return Set(graph_.Apply(Concatenate{}, {x_, kObservation, x_}),
                   2 * width_ + static_cast<int64_t>(Contract().observation.size()));
      case 6: {
        const auto begin = static_cast<int64_t>(random_.Below(static_cast<uint64_t>(width_)));
        return Set(graph_.Apply(Slice{begin, width_}, {x_}), width_ - begin);
      }
      case 7:
        return MakeConv();
      case 8:
        return Set(graph_.Apply(Clip{-0.7f, 0.9f, 1.5f, -0.1f}, {x_}), width_);
      case 9:
        return MakeGru();
      default:
        return MakeDelay();
    }
  }

  PolicyGraph End(bool sampled) {
    if (!sampled && random_.Below(4) == 0) {
      const auto choices = 2 + static_cast<int64_t>(random_.Below(5));
      MakeDense(choices, Activation::kIdentity);
      return graph_.Build(graph_.Apply(ActionTable{Weight(choices, act_dim_)}, {x_}));
    }
    const auto features = x_;
    const int64_t width = width_;
    MakeDense(act_dim_, Activation::kIdentity);
    if (!sampled) return graph_.Build(graph_.Activate(x_, "tanh"));
    Gaussian head{{}, VectorOf(Floats(act_dim_, -1)), -4, 1};
    std::vector<std::string> inputs{x_};
    if (random_.Below(2) == 0) {
      head.weight = Weight(act_dim_, width);
      inputs.push_back(features);
    }
    return graph_.Build(graph_.Activate(graph_.Apply(std::move(head), inputs), "tanh"));
  }

  const spec::Contract& Contract() const { return graph_.contract(); }

  Random random_;
  int64_t act_dim_;
  GraphBuilder graph_;
  std::string x_;
  int64_t width_ = 0;
};

/// Observations of a few episodes, one row each, and where the episodes begin.
struct Sequence {
  std::vector<std::vector<float>> observation, noise;
  std::vector<bool> begins;
};

inline Sequence RandomSequence(uint64_t seed, size_t obs_dim, size_t act_dim, int steps = 40) {
  Random random(seed, "sequence");
  Sequence sequence;
  const auto row = [&](size_t size) {
    std::vector<float> values(size);
    for (float& x : values) x = static_cast<float>(random.Normal());
    return values;
  };
  for (int k = 0; k < steps; ++k) {
    sequence.begins.push_back(k == 0 || k == 3 || k == 20);
    sequence.observation.push_back(row(obs_dim));
    sequence.noise.push_back(row(act_dim));
  }
  return sequence;
}

}  // namespace sinew::policy
