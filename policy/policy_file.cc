#include "policy/policy_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "policy/safetensors.h"

namespace sinew::policy {
namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "sinew-policy-1";
constexpr std::array<std::string_view, 3> kActivations{"relu", "tanh", "identity"};

void CheckFinite(const std::string& name, const std::vector<float>& values) {
  const auto bad = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
  if (bad == values.end()) return;
  throw Error(fmt::format("the policy's {}[{}] is {}", name, bad - values.begin(), *bad));
}

void CheckVector(const std::string& name, const std::vector<float>& values, size_t size) {
  if (values.size() != size) {
    throw Error(
        fmt::format("the policy's {} has {} values, expected {}", name, values.size(), size));
  }
  CheckFinite(name, values);
}

void CheckLimits(const spec::Contract& contract) {
  for (const spec::ActionElement& element : contract.action) {
    for (const double limit :
         {element.ctrl_low, element.ctrl_high, element.torque_low, element.torque_high}) {
      if (std::isfinite(limit)) continue;
      throw Error(fmt::format("a limit of joint '{}' is {}", element.joint, limit));
    }
  }
  for (const double period : {contract.control_dt, contract.timestep}) {
    if (!std::isfinite(period) || period <= 0) {
      throw Error(
          fmt::format("the policy's control period or timestep is {}, expected > 0", period));
    }
  }
}

void CheckLayer(const DenseLayer& layer, size_t index, size_t inputs) {
  const std::string name = fmt::format("layer {}", index);
  if (layer.inputs < 1 || layer.outputs < 1 || static_cast<size_t>(layer.inputs) != inputs) {
    throw Error(fmt::format("the policy's {} is {} x {}, its input has {} values", name,
                            layer.outputs, layer.inputs, inputs));
  }
  if (std::ranges::find(kActivations, layer.activation) == kActivations.end()) {
    throw Error(
        fmt::format("the policy's {} has the unknown activation '{}'; known: relu, tanh, identity",
                    name, layer.activation));
  }
  CheckVector(name + " weight", layer.weight, inputs * layer.outputs);
  CheckVector(name + " bias", layer.bias, layer.outputs);
}

void CheckHead(const GaussianHead& head, const DenseLayer& last) {
  constexpr float kBound = 30;  // exp() of it is far beyond any use, and finite
  if (!head.weight.empty()) CheckVector("log_std weight", head.weight, last.weight.size());
  CheckVector("log_std bias", head.bias, last.bias.size());
  std::vector<float> bounded{head.low, head.high};
  if (head.weight.empty()) bounded = head.bias;
  for (const float value : bounded) {
    if (!(std::abs(value) <= kBound)) {
      throw Error(
          fmt::format("the policy's log_std is {}, expected {} to {}", value, -kBound, kBound));
    }
  }
  if (!head.weight.empty() && !(head.low <= head.high)) {
    throw Error(fmt::format("the policy's log_std goes from {} to {}", head.low, head.high));
  }
}

// what the tensors do not say: activations by layer, the normaliser's clip, the range of log_std
std::string NetworkJson(const PolicyArtifact& artifact) {
  Json activations = Json::array();
  for (const DenseLayer& layer : artifact.layers) activations.push_back(layer.activation);
  Json json{{"activations", activations}, {"obs_clip", artifact.obs_clip}};
  if (artifact.gaussian) json["log_std"] = {artifact.gaussian->low, artifact.gaussian->high};
  return json.dump();
}

void AddHead(const GaussianHead& head, int64_t inputs, TensorWriter* writer) {
  const auto act_dim = static_cast<int64_t>(head.bias.size());
  if (!head.weight.empty()) {
    writer->Add<float>("log_std.weight", {act_dim, inputs}, head.weight);
  }
  writer->Add<float>("log_std.bias", {act_dim}, head.bias);
}

TensorWriter MakeWriter(const PolicyArtifact& artifact) {
  CheckArtifact(artifact);
  TensorWriter writer;
  writer.SetMetadata("format", kFormat);
  writer.SetMetadata("contract", spec::ContractToJson(artifact.contract));
  writer.SetMetadata("network", NetworkJson(artifact));
  const auto obs_dim = static_cast<int64_t>(artifact.obs_mean.size());
  writer.Add<float>("normalizer.mean", {obs_dim}, artifact.obs_mean);
  writer.Add<float>("normalizer.scale", {obs_dim}, artifact.obs_scale);
  for (size_t i = 0; i < artifact.layers.size(); ++i) {
    const DenseLayer& layer = artifact.layers[i];
    writer.Add<float>(fmt::format("actor.{}.weight", i), {layer.outputs, layer.inputs},
                      layer.weight);
    writer.Add<float>(fmt::format("actor.{}.bias", i), {layer.outputs}, layer.bias);
  }
  if (artifact.gaussian) AddHead(*artifact.gaussian, artifact.layers.back().inputs, &writer);
  return writer;
}

DenseLayer ReadLayer(const TensorFile& file, size_t index, std::string activation) {
  constexpr int64_t kWidest = 1 << 20;
  const std::string weight = fmt::format("actor.{}.weight", index);
  const auto& shape = file.At(weight).shape;
  if (shape.size() != 2 ||
      std::ranges::any_of(shape, [](int64_t n) { return n < 1 || n > kWidest; })) {
    throw UserError(fmt::format("{}: tensor '{}' is not a matrix", file.source(), weight));
  }
  DenseLayer layer;
  layer.inputs = static_cast<int>(shape[1]);
  layer.outputs = static_cast<int>(shape[0]);
  layer.weight = file.Values<float>(weight);
  layer.bias = file.Values<float>(fmt::format("actor.{}.bias", index));
  layer.activation = std::move(activation);
  return layer;
}

GaussianHead ReadHead(const TensorFile& file, const Json& range) {
  const bool valid =
      range.is_array() && range.size() == 2 && range[0].is_number() && range[1].is_number();
  if (!valid) throw UserError(file.source() + ": the range of log_std is damaged");
  GaussianHead head;
  if (file.tensors().contains("log_std.weight")) {
    head.weight = file.Values<float>("log_std.weight");
  }
  head.bias = file.Values<float>("log_std.bias");
  head.low = range[0].get<float>();
  head.high = range[1].get<float>();
  return head;
}

void ReadNetwork(const TensorFile& file, PolicyArtifact* artifact) {
  const Json json =
      Json::parse(std::string_view(file.Metadata("network")), nullptr, /*allow_exceptions=*/false);
  const bool valid =
      json.is_object() && json.contains("activations") && json.contains("obs_clip") &&
      json["activations"].is_array() && json["obs_clip"].is_number() &&
      std::ranges::all_of(json["activations"], [](const Json& a) { return a.is_string(); });
  if (!valid) throw UserError(file.source() + ": the network's description is damaged");
  artifact->obs_clip = json["obs_clip"].get<float>();
  for (const Json& activation : json["activations"]) {
    artifact->layers.push_back(
        ReadLayer(file, artifact->layers.size(), activation.get<std::string>()));
  }
  if (json.contains("log_std")) artifact->gaussian = ReadHead(file, json["log_std"]);
}

size_t TensorCount(const PolicyArtifact& artifact) {
  size_t count = 2 + 2 * artifact.layers.size();
  if (artifact.gaussian) count += artifact.gaussian->weight.empty() ? 1 : 2;
  return count;
}

}  // namespace

int64_t ParameterCount(const PolicyArtifact& artifact) {
  size_t count = 0;
  for (const DenseLayer& layer : artifact.layers) count += layer.weight.size() + layer.bias.size();
  return static_cast<int64_t>(count);
}

void CheckArtifact(const PolicyArtifact& artifact) {
  const size_t obs_dim = artifact.contract.observation.size();
  CheckVector("normalizer.mean", artifact.obs_mean, obs_dim);
  CheckVector("normalizer.scale", artifact.obs_scale, obs_dim);
  if (!std::isfinite(artifact.obs_clip) || artifact.obs_clip <= 0) {
    throw Error(fmt::format("the policy's obs_clip is {}, expected > 0", artifact.obs_clip));
  }
  if (artifact.layers.empty()) throw Error("the policy has no layers");
  size_t inputs = obs_dim;
  for (size_t i = 0; i < artifact.layers.size(); ++i) {
    CheckLayer(artifact.layers[i], i, inputs);
    inputs = artifact.layers[i].outputs;
  }
  if (inputs != artifact.contract.action.size()) {
    throw Error(fmt::format("the policy gives {} actions, its contract names {} joints", inputs,
                            artifact.contract.action.size()));
  }
  if (artifact.gaussian) CheckHead(*artifact.gaussian, artifact.layers.back());
  CheckLimits(artifact.contract);
}

void SavePolicy(const std::filesystem::path& path, const PolicyArtifact& artifact, Flush flush) {
  MakeWriter(artifact).Write(path, flush);
}

PolicyArtifact LoadPolicy(const std::filesystem::path& path) {
  return ParsePolicy(ReadFile(path), path.string());
}

PolicyArtifact ParsePolicy(std::string bytes, const std::string& source) {
  const TensorFile file = TensorFile::Parse(std::move(bytes), source);
  if (file.Metadata("format") != kFormat) {
    throw UserError(fmt::format("{}: not a policy file of the format '{}'", source, kFormat));
  }
  if (!file.has_checksum()) throw UserError(source + ": a policy file without its CRC-32");
  PolicyArtifact artifact;
  artifact.contract = spec::ContractFromJson(file.Metadata("contract"), source);
  artifact.obs_mean = file.Values<float>("normalizer.mean");
  artifact.obs_scale = file.Values<float>("normalizer.scale");
  ReadNetwork(file, &artifact);
  if (file.tensors().size() != TensorCount(artifact)) {
    throw UserError(source + ": the file holds tensors that are not the policy's");
  }
  try {
    CheckArtifact(artifact);
  } catch (const Error& error) {
    throw UserError(fmt::format("{}: {}", source, error.what()));
  }
  return artifact;
}

std::string PolicyHash(const PolicyArtifact& artifact) {
  return HashHex(MakeWriter(artifact).Serialize());
}

}  // namespace sinew::policy
