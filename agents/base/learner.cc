#include "agents/base/learner.h"

#include <algorithm>
#include <cmath>

namespace sinew::agents {
namespace {

models::AdamOptions AdamOf(const LearnerOptions& options) {
  return {.learning_rate = options.learning_rate,
          .epsilon = options.adam_epsilon,
          .weight_decay = options.weight_decay,
          .max_gradient_norm = options.max_gradient_norm};
}

models::Backend BackendOf(const LearnerOptions& options) {
  return options.backend == "fused" ? models::Backend::kFused : models::Backend::kAutograd;
}

}  // namespace

void CheckFinite(double value, const char* quantity) {
  if (!std::isfinite(static_cast<float>(value))) throw NotFinite(quantity);
}

ParameterLearner::ParameterLearner(std::string name, std::unique_ptr<models::Learnable> online,
                                   std::unique_ptr<models::Learnable> target,
                                   const LearnerOptions& options)
    : name_(std::move(name)),
      learning_rate_(options.learning_rate),
      online_(std::move(online)),
      target_(std::move(target)),
      adam_(online_->parameters().size(), AdamOf(options)),
      kept_{{}, {}, adam_} {}

void ParameterLearner::Start() {
  if (target_) CopyTo(target_.get());
  Keep();
}

void ParameterLearner::Step(double tau, ThreadPool* pool) {
  models::Follower follower;
  if (tau > 0) follower = {target_->parameters().values(), static_cast<float>(tau)};
  finite_ = adam_.Step(online_->parameters().values(), online_->gradient().values(), follower, pool)
                .finite;
}

void ParameterLearner::CopyTo(models::Learnable* network) const {
  std::ranges::copy(online_->parameters().values(), network->parameters().values().begin());
}

void ParameterLearner::CheckParameters() const {
  if (models::AllFinite(online_->parameters().values())) return;
  throw NotFinite("parameter vector of " + name_);
}

void ParameterLearner::CheckStep() const {
  if (!finite_) throw NotFinite("parameter vector of " + name_);
}

void ParameterLearner::CheckMoments() const {
  if (!adam_.Finite()) throw NotFinite("moment vector of " + name_);
}

void ParameterLearner::Keep() {
  const auto online = online_->parameters().values();
  kept_.online.assign(online.begin(), online.end());
  if (target_) {
    const auto target = target_->parameters().values();
    kept_.target.assign(target.begin(), target.end());
  }
  kept_.adam = adam_;
}

void ParameterLearner::RollBack() {
  std::ranges::copy(kept_.online, online_->parameters().values().begin());
  if (target_) std::ranges::copy(kept_.target, target_->parameters().values().begin());
  adam_ = kept_.adam;
  finite_ = true;
}

void ParameterLearner::Serialize(models::Archive& archive) {
  // a broken learner must not replace the last good checkpoint
  if (!archive.loading()) CheckParameters();
  archive.Values(name_ + ".online", online_->parameters().values());
  archive.Values(name_ + ".kept.online", std::span<float>(kept_.online));
  if (target_) {
    archive.Values(name_ + ".target", target_->parameters().values());
    archive.Values(name_ + ".kept.target", std::span<float>(kept_.target));
  }
  adam_.Serialize(archive, name_ + ".adam");
  kept_.adam.Serialize(archive, name_ + ".kept.adam");
  if (archive.loading()) finite_ = models::AllFinite(online_->parameters().values());
}

std::unique_ptr<models::Network> MakeNetwork(const models::NetworkSpec& spec,
                                             const LearnerOptions& options) {
  return models::MakeNetwork(spec, BackendOf(options), options.device);
}

std::unique_ptr<models::RecurrentNetwork> MakeNetwork(const models::RecurrentSpec& spec,
                                                      const LearnerOptions& options) {
  return models::MakeRecurrentNetwork(spec, BackendOf(options), options.device);
}

policy::DenseLayer OutputsOf(const policy::DenseLayer& layer, int first, int count) {
  const auto row = layer.weight.begin() + static_cast<int64_t>(first) * layer.inputs;
  const auto bias = layer.bias.begin() + first;
  return {layer.inputs,
          count,
          {row, row + static_cast<int64_t>(count) * layer.inputs},
          {bias, bias + count},
          layer.activation};
}

std::vector<policy::DenseLayer> TanhHead(const models::Network& network, int first, int count) {
  std::vector<policy::DenseLayer> layers = models::ToDenseLayers(network);
  layers.back() = OutputsOf(layers.back(), first, count);
  layers.back().activation = "tanh";
  return layers;
}

}  // namespace sinew::agents
