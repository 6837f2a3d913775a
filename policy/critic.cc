#include "policy/critic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "policy/graph_policy.h"
#include "policy/safetensors.h"

namespace sinew::policy {
namespace {

using Json = nlohmann::json;
using Kind = Critic::Kind;

constexpr const char* kFormat = "sinew-critic-1";
constexpr std::array<const char*, 3> kKinds{"action_value", "value", "quadratic"};

int Outputs(Kind kind, int act_dim) {
  return kind == Kind::kQuadratic ? 1 + act_dim + act_dim * (act_dim + 1) / 2 : 1;
}

// y = activation(W x + b)
void Forward(const DenseLayer& layer, const std::vector<float>& x, std::vector<float>* y) {
  y->resize(layer.outputs);
  for (int o = 0; o < layer.outputs; ++o) {
    const float* row = &layer.weight[static_cast<size_t>(o) * layer.inputs];
    float sum = layer.bias[o];
    for (int i = 0; i < layer.inputs; ++i) sum += row[i] * x[i];
    if (layer.activation == "relu") sum = std::max(sum, 0.0f);
    if (layer.activation == "tanh") sum = std::tanh(sum);
    (*y)[o] = sum;
  }
}

class CriticValue : public spec::ValueFunction {
 public:
  CriticValue(const Critic& critic, const PolicyGraph& policy)
      : critic_(critic),
        normalizer_(*FindNormalizer(policy)),
        act_dim_(static_cast<int>(policy.contract.action.size())),
        policy_(MakeArtifactPolicy(policy)),
        policy_action_(act_dim_) {}

  double Value(std::span<const float> observation) override {
    if (critic_.kind != Kind::kActionValue) return critic_.output_scale * Run(observation, {})[0];
    policy_->Act(observation, policy_action_);
    return ActionValue(observation, policy_action_);
  }

  bool rates_actions() const override { return critic_.kind != Kind::kValue; }

  double ActionValue(std::span<const float> observation, std::span<const float> action) override {
    if (critic_.kind == Kind::kValue) return std::numeric_limits<double>::quiet_NaN();
    if (critic_.kind == Kind::kActionValue) {
      return critic_.output_scale * Run(observation, action)[0];
    }
    return critic_.output_scale * Quadratic(Run(observation, {}), action);
  }

  double gamma() const override { return critic_.gamma; }

 private:
  const std::vector<float>& Run(std::span<const float> observation, std::span<const float> action) {
    x_.resize(observation.size());
    for (size_t i = 0; i < observation.size(); ++i) {
      x_[i] =
          std::clamp((observation[i] - normalizer_.mean.values[i]) * normalizer_.scale.values[i],
                     -normalizer_.clip, normalizer_.clip);
    }
    for (size_t layer = 0; layer < critic_.layers.size(); ++layer) {
      if (static_cast<int>(layer) == critic_.action_layer) {
        x_.insert(x_.end(), action.begin(), action.end());
      }
      Forward(critic_.layers[layer], x_, &y_);
      std::swap(x_, y_);
    }
    return x_;
  }

  // Q = V - |L'(a - mu)|^2 / 2, mu = tanh(m), diagonal of L = exp(bound tanh(x / bound)); Gu et al.
  // 2016, arXiv:1603.00748, Eq. 2 to 4, with the bound of agents/off_policy/naf_quadratic.h
  double Quadratic(const std::vector<float>& outputs, std::span<const float> action) const {
    const int n = act_dim_;
    const auto bound = static_cast<float>(critic_.diagonal_bound);
    double penalty = 0;
    for (int column = 0; column < n; ++column) {
      float weighted = 0;
      for (int row = column; row < n; ++row) {
        float entry = outputs[1 + n + row * (row + 1) / 2 + column];
        if (row == column) entry = std::exp(bound * std::tanh(entry / bound));
        weighted += entry * (action[row] - std::tanh(outputs[1 + row]));
      }
      penalty += 0.5 * weighted * weighted;
    }
    return outputs[0] - penalty;
  }

  Critic critic_;
  Normalize normalizer_;
  int act_dim_;
  std::unique_ptr<spec::Policy> policy_;
  std::vector<float> policy_action_, x_, y_;
};

DenseLayer ReadLayer(const TensorFile& file, size_t index, std::string activation) {
  constexpr int64_t kWidest = 1 << 20;
  const std::string weight = fmt::format("critic.{}.weight", index);
  const auto& shape = file.At(weight).shape;
  if (shape.size() != 2 ||
      std::ranges::any_of(shape, [](int64_t n) { return n < 1 || n > kWidest; })) {
    throw UserError(fmt::format("{}: tensor '{}' is not a matrix", file.source(), weight));
  }
  return {static_cast<int>(shape[1]), static_cast<int>(shape[0]), file.Values<float>(weight),
          file.Values<float>(fmt::format("critic.{}.bias", index)), std::move(activation)};
}

}  // namespace

std::filesystem::path CriticPath(const std::filesystem::path& policy) {
  auto path = policy;
  return path.replace_extension("critic");
}

void CheckCritic(const Critic& critic, int obs_dim, int act_dim) {
  const bool late = critic.kind == Kind::kActionValue;
  if (critic.layers.empty()) throw Error("the critic has no layers");
  const int count = static_cast<int>(critic.layers.size());
  if (late && (critic.action_layer < 0 || critic.action_layer >= count)) {
    throw Error(
        fmt::format("the critic's action joins layer {} of {}", critic.action_layer, count));
  }
  int inputs = obs_dim;
  for (int i = 0; i < count; ++i) {
    const DenseLayer& layer = critic.layers[i];
    if (late && i == critic.action_layer) inputs += act_dim;
    const auto outputs = static_cast<size_t>(std::max(0, layer.outputs));
    const bool fits = layer.inputs == inputs && outputs > 0 && layer.bias.size() == outputs &&
                      layer.weight.size() == outputs * static_cast<size_t>(inputs);
    if (!fits) {
      throw Error(fmt::format("the critic's layer {} is {} x {}, its input has {} values", i,
                              layer.outputs, layer.inputs, inputs));
    }
    const auto finite = [](float value) { return std::isfinite(value); };
    if (!std::ranges::all_of(layer.weight, finite) || !std::ranges::all_of(layer.bias, finite)) {
      throw Error(fmt::format("a number of the critic's layer {} is not finite", i));
    }
    inputs = layer.outputs;
  }
  if (inputs != Outputs(critic.kind, act_dim)) {
    throw Error(fmt::format("the critic has {} outputs, expected {}", inputs,
                            Outputs(critic.kind, act_dim)));
  }
}

void SaveCritic(const std::filesystem::path& path, const Critic& critic, Flush flush) {
  TensorWriter writer;
  Json activations = Json::array();
  for (size_t i = 0; i < critic.layers.size(); ++i) {
    const DenseLayer& layer = critic.layers[i];
    activations.push_back(layer.activation);
    writer.Add<float>(fmt::format("critic.{}.weight", i), {layer.outputs, layer.inputs},
                      layer.weight);
    writer.Add<float>(fmt::format("critic.{}.bias", i), {layer.outputs}, layer.bias);
  }
  writer.SetMetadata("format", kFormat);
  writer.SetMetadata("critic", Json{{"kind", kKinds[static_cast<size_t>(critic.kind)]},
                                    {"activations", activations},
                                    {"action_layer", critic.action_layer},
                                    {"diagonal_bound", critic.diagonal_bound},
                                    {"output_scale", critic.output_scale},
                                    {"gamma", critic.gamma},
                                    {"policy_hash", critic.policy_hash}}
                                   .dump());
  writer.Write(path, flush);
}

Critic LoadCritic(const std::filesystem::path& path) {
  const TensorFile file = TensorFile::Parse(ReadFile(path), path.string());
  if (file.Metadata("format") != kFormat) {
    throw UserError(fmt::format("{}: not a critic of the format '{}'", path.string(), kFormat));
  }
  if (!file.has_checksum()) throw UserError(path.string() + ": a critic without its CRC-32");
  Critic critic;
  try {
    const Json json = Json::parse(file.Metadata("critic"));
    const auto kind = std::ranges::find(kKinds, json.at("kind").get<std::string>());
    if (kind == kKinds.end()) throw UserError(path.string() + ": a critic of an unknown kind");
    critic.kind = static_cast<Kind>(kind - kKinds.begin());
    json.at("action_layer").get_to(critic.action_layer);
    json.at("diagonal_bound").get_to(critic.diagonal_bound);
    json.at("output_scale").get_to(critic.output_scale);
    json.at("gamma").get_to(critic.gamma);
    json.at("policy_hash").get_to(critic.policy_hash);
    for (const Json& activation : json.at("activations")) {
      critic.layers.push_back(ReadLayer(file, critic.layers.size(), activation.get<std::string>()));
    }
  } catch (const Json::exception&) {
    throw UserError(path.string() + ": the critic's description is damaged");
  }
  return critic;
}

std::unique_ptr<spec::ValueFunction> MakeValueFunction(const Critic& critic,
                                                       const PolicyGraph& policy) {
  CheckCritic(critic, static_cast<int>(policy.contract.observation.size()),
              static_cast<int>(policy.contract.action.size()));
  if (!FindNormalizer(policy)) throw Error("the critic's policy does not scale its observation");
  if (critic.kind == Kind::kActionValue && HasState(policy)) {
    throw Error("a critic of actions cannot rate the states of a policy that remembers");
  }
  return std::make_unique<CriticValue>(critic, policy);
}

}  // namespace sinew::policy
