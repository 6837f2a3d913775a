#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "policy/policy_file.h"

namespace sinew::policy {
namespace {

enum class Activation { kRelu, kTanh, kIdentity };

Activation ParseActivation(const std::string& name) {
  return name == "relu"   ? Activation::kRelu
         : name == "tanh" ? Activation::kTanh
                          : Activation::kIdentity;
}

// Sixteen outputs side by side, in as many registers as the CPU needs for them.
constexpr size_t kLanes = 16;
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));
constexpr size_t kUnroll = 4;

constexpr size_t RoundUp(size_t size, size_t step) { return (size + step - 1) / step * step; }

// A dense layer cut into panels of sixteen outputs, within which the weights follow the inputs: one
// pass over memory in its own order, no sum across lanes. Padded with zeros; every activation maps
// zero to zero, so that the padding stays zero through the network.
class PanelLayer {
 public:
  explicit PanelLayer(const DenseLayer& layer)
      : inputs_(RoundUp(layer.inputs, kUnroll)),
        panels_(RoundUp(layer.outputs, kLanes) / kLanes),
        activation_(ParseActivation(layer.activation)),
        weight_(panels_ * inputs_),
        bias_(panels_) {
    for (size_t i = 0; i < layer.bias.size(); ++i) {
      const size_t panel = i / kLanes, lane = i % kLanes;
      bias_[panel][lane] = layer.bias[i];
      const float* row = &layer.weight[i * layer.inputs];
      for (int j = 0; j < layer.inputs; ++j) weight_[panel * inputs_ + j][lane] = row[j];
    }
  }

  size_t inputs() const { return inputs_; }
  size_t outputs() const { return panels_ * kLanes; }

  /// @param x  [inputs]. @param y  [outputs], aligned to whole panels, written.
  void Forward(const float* x, float* y) const {
    Sum(x, y);
    Activate(y);
  }
  void Sum(const float* x, float* y) const {
    for (size_t p = 0; p < panels_; ++p) {
      SumPanel(p, x, reinterpret_cast<Lanes*>(y + p * kLanes));
    }
  }
  void Activate(float* y) const {
    if (activation_ == Activation::kRelu) {
      for (size_t i = 0; i < outputs(); ++i) y[i] = y[i] < 0 ? 0 : y[i];
    } else if (activation_ == Activation::kTanh) {
      for (size_t i = 0; i < outputs(); ++i) y[i] = std::tanh(y[i]);
    }
  }

 private:
  // four sums at a time, so that no addition waits for the one before
  void SumPanel(size_t panel, const float* x, Lanes* y) const {
    const Lanes* weight = &weight_[panel * inputs_];
    Lanes s0 = bias_[panel], s1{}, s2{}, s3{};
    for (size_t j = 0; j < inputs_; j += kUnroll) {
      s0 += weight[j] * x[j];
      s1 += weight[j + 1] * x[j + 1];
      s2 += weight[j + 2] * x[j + 2];
      s3 += weight[j + 3] * x[j + 3];
    }
    *y = (s0 + s1) + (s2 + s3);
  }

  size_t inputs_, panels_;
  Activation activation_;
  std::vector<Lanes> weight_, bias_;
};

class ArtifactPolicy : public spec::Policy {
 public:
  explicit ArtifactPolicy(const PolicyArtifact& artifact)
      : name_(artifact.contract.agent),
        mean_(artifact.obs_mean),
        scale_(artifact.obs_scale),
        clip_(artifact.obs_clip),
        layers_(artifact.layers.begin(), artifact.layers.end()) {
    size_t widest = layers_.front().inputs();
    for (const PanelLayer& layer : layers_) widest = std::max(widest, layer.outputs());
    for (auto* buffer : {&input_, &output_}) buffer->resize(RoundUp(widest, kLanes) / kLanes);
  }

  std::string name() const override { return name_; }

  void Act(std::span<const float> observation, std::span<float> action) override {
    if (!Normalize(observation)) {
      std::ranges::fill(action, std::numeric_limits<float>::quiet_NaN());
      return;
    }
    for (size_t i = 0; i + 1 < layers_.size(); ++i) {
      layers_[i].Forward(Floats(input_), Floats(output_));
      std::swap(input_, output_);
    }
    layers_.back().Sum(Floats(input_), Floats(output_));
    AddNoise(Floats(input_), std::span(Floats(output_), action.size()));
    layers_.back().Activate(Floats(output_));
    const float* result = Floats(output_);
    for (size_t i = 0; i < action.size(); ++i) action[i] = std::clamp(result[i], -1.0f, 1.0f);
  }

 private:
  /// @param features  input of the last layer. @param u  its output before the activation.
  virtual void AddNoise(const float* /*features*/, std::span<float> /*u*/) {}

  static float* Floats(std::vector<Lanes>& buffer) {
    return reinterpret_cast<float*>(buffer.data());
  }

  // false if an element is not finite
  bool Normalize(std::span<const float> observation) {
    bool finite = true;
    float* input = Floats(input_);
    for (size_t i = 0; i < observation.size(); ++i) {
      finite &= static_cast<bool>(std::isfinite(observation[i]));
      input[i] = std::clamp((observation[i] - mean_[i]) * scale_[i], -clip_, clip_);
    }
    // what an earlier, wider layer left behind
    std::fill_n(input + observation.size(), layers_.front().inputs() - observation.size(), 0.0f);
    return finite;
  }

  std::string name_;
  std::vector<float> mean_, scale_;
  float clip_;
  std::vector<PanelLayer> layers_;
  std::vector<Lanes> input_, output_;  // memory for floats, aligned
};

class SamplingPolicy : public ArtifactPolicy {
 public:
  SamplingPolicy(const PolicyArtifact& artifact, uint64_t seed)
      : ArtifactPolicy(artifact),
        head_(*artifact.gaussian),
        seed_(seed),
        random_(NoiseOfEpisode(seed, 0)) {}

  void Reset(uint64_t episode) override { random_ = NoiseOfEpisode(seed_, episode); }

 private:
  void AddNoise(const float* features, std::span<float> u) override {
    for (size_t i = 0; i < u.size(); ++i) {
      u[i] += std::exp(LogStd(features, i)) * static_cast<float>(random_.Normal());
    }
  }

  float LogStd(const float* features, size_t i) const {
    if (head_.weight.empty()) return head_.bias[i];
    const size_t inputs = head_.weight.size() / head_.bias.size();
    const float* row = &head_.weight[i * inputs];
    float x = head_.bias[i];
    for (size_t j = 0; j < inputs; ++j) x += row[j] * features[j];
    return head_.low + 0.5f * (head_.high - head_.low) * (1 + std::tanh(x));
  }

  GaussianHead head_;
  uint64_t seed_;
  Random random_;
};

}  // namespace

std::unique_ptr<spec::Policy> MakeArtifactPolicy(const PolicyArtifact& artifact) {
  CheckArtifact(artifact);
  return std::make_unique<ArtifactPolicy>(artifact);
}

std::unique_ptr<spec::Policy> MakeSamplingPolicy(const PolicyArtifact& artifact, uint64_t seed) {
  CheckArtifact(artifact);
  if (!artifact.gaussian) {
    throw UserError(fmt::format("a policy of '{}' is deterministic: it has nothing to sample from",
                                artifact.contract.agent));
  }
  return std::make_unique<SamplingPolicy>(artifact, seed);
}

Random NoiseOfEpisode(uint64_t seed, uint64_t episode) {
  return Random(seed, "policy noise", episode);
}

}  // namespace sinew::policy
