#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "policy/file_versions.h"

namespace sinew::policy {
namespace {

using Json = nlohmann::json;

constexpr int64_t kWidest = 1 << 20;
constexpr std::array<std::string_view, 3> kActivations{"relu", "tanh", "identity"};

// what the tensors do not say: activations by layer, the normaliser's clip, the range of log_std
std::string NetworkJson(const Perceptron& perceptron) {
  Json activations = Json::array();
  for (const DenseLayer& layer : perceptron.layers) activations.push_back(layer.activation);
  Json json{{"activations", activations}, {"obs_clip", perceptron.obs_clip}};
  if (perceptron.gaussian) json["log_std"] = {perceptron.gaussian->low, perceptron.gaussian->high};
  return json.dump();
}

DenseLayer ReadLayer(const TensorFile& file, size_t index, std::string activation) {
  const std::string weight = fmt::format("actor.{}.weight", index);
  const auto& shape = file.At(weight).shape;
  if (shape.size() != 2 ||
      std::ranges::any_of(shape, [](int64_t n) { return n < 1 || n > kWidest; })) {
    throw UserError(fmt::format("{}: tensor '{}' is not a matrix", file.source(), weight));
  }
  if (std::ranges::find(kActivations, activation) == kActivations.end()) {
    throw UserError(fmt::format(
        "{}: layer {} has the unknown activation '{}'; known in version 1: relu, tanh, identity",
        file.source(), index, activation));
  }
  return {static_cast<int>(shape[1]), static_cast<int>(shape[0]), file.Values<float>(weight),
          file.Values<float>(fmt::format("actor.{}.bias", index)), std::move(activation)};
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

size_t TensorCount(const Perceptron& perceptron) {
  size_t count = 2 + 2 * perceptron.layers.size();
  if (perceptron.gaussian) count += perceptron.gaussian->weight.empty() ? 1 : 2;
  return count;
}

}  // namespace

void WriteVersion1(const Perceptron& perceptron, TensorWriter* writer) {
  writer->SetMetadata("network", NetworkJson(perceptron));
  const auto obs_dim = static_cast<int64_t>(perceptron.obs_mean.size());
  writer->Add<float>("normalizer.mean", {obs_dim}, perceptron.obs_mean);
  writer->Add<float>("normalizer.scale", {obs_dim}, perceptron.obs_scale);
  for (size_t i = 0; i < perceptron.layers.size(); ++i) {
    const DenseLayer& layer = perceptron.layers[i];
    writer->Add<float>(fmt::format("actor.{}.weight", i), {layer.outputs, layer.inputs},
                       layer.weight);
    writer->Add<float>(fmt::format("actor.{}.bias", i), {layer.outputs}, layer.bias);
  }
  if (!perceptron.gaussian) return;
  const GaussianHead& head = *perceptron.gaussian;
  const auto act_dim = static_cast<int64_t>(head.bias.size());
  if (!head.weight.empty()) {
    writer->Add<float>("log_std.weight", {act_dim, perceptron.layers.back().inputs}, head.weight);
  }
  writer->Add<float>("log_std.bias", {act_dim}, head.bias);
}

Perceptron ReadVersion1(const TensorFile& file) {
  Perceptron perceptron;
  perceptron.obs_mean = file.Values<float>("normalizer.mean");
  perceptron.obs_scale = file.Values<float>("normalizer.scale");
  const Json json =
      Json::parse(std::string_view(file.Metadata("network")), nullptr, /*allow_exceptions=*/false);
  const bool valid =
      json.is_object() && json.contains("activations") && json.contains("obs_clip") &&
      json["activations"].is_array() && json["obs_clip"].is_number() &&
      std::ranges::all_of(json["activations"], [](const Json& a) { return a.is_string(); });
  if (!valid) throw UserError(file.source() + ": the network's description is damaged");
  perceptron.obs_clip = json["obs_clip"].get<float>();
  for (const Json& activation : json["activations"]) {
    perceptron.layers.push_back(
        ReadLayer(file, perceptron.layers.size(), activation.get<std::string>()));
  }
  if (json.contains("log_std")) perceptron.gaussian = ReadHead(file, json["log_std"]);
  if (file.tensors().size() != TensorCount(perceptron)) {
    throw UserError(file.source() + ": the file holds tensors that are not the policy's");
  }
  return perceptron;
}

}  // namespace sinew::policy
