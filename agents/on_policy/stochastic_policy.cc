#include "agents/on_policy/stochastic_policy.h"

#include <algorithm>
#include <numbers>
#include <utility>

namespace sinew::agents {
namespace {

constexpr double kHiddenGain = std::numbers::sqrt2;
constexpr double kPolicyGain = 0.01;  // first actions hardly depend on the state

LearnerOptions OnCpu(LearnerOptions options) {
  options.backend = "fused";
  options.device = "cpu";
  return options;
}

}  // namespace

// shared parameters are learned as the biases of a layer without inputs, which no back end ever
// evaluates
StochasticPolicy::StochasticPolicy(std::unique_ptr<Distribution> distribution,
                                   const Options& options, Random& random)
    : distribution_(std::move(distribution)),
      obs_dim_(options.network.inputs),
      network_(MakeRolloutNetwork("actor", options.network, options.learner, random)) {
  if (const int size = distribution_->shared_size(); size > 0) {
    shared_.emplace(distribution_->shared_name(),
                    models::NetworkSpec{.hidden = {}, .outputs = size}, OnCpu(options.learner),
                    random);
    distribution_->InitializeShared(shared_->online().parameters().values());
  }
  network_->InitializeOrthogonal(random, kHiddenGain, kPolicyGain);
  for (ParameterLearner* learner : learners()) learner->Keep();
}

std::span<const float> StochasticPolicy::shared() const {
  if (!shared_) return {};
  return shared_->online().parameters().values();
}

std::span<float> StochasticPolicy::shared_gradient() {
  if (!shared_) return {};
  return shared_->online().gradient().values();
}

std::vector<ParameterLearner*> StochasticPolicy::learners() {
  std::vector<ParameterLearner*> learners{&network_->learner()};
  if (shared_) learners.push_back(&*shared_);
  return learners;
}

void StochasticPolicy::Sample(std::span<const float> observations, std::span<const uint8_t> begins,
                              Random& random, std::span<float> samples) {
  const auto rows = network_->Act(observations, begins);
  distribution_->Sample({rows, shared()}, random, samples);
}

void StochasticPolicy::Constrain() {
  if (shared_) distribution_->Constrain(progress_, shared_->online().parameters().values());
}

void StochasticPolicy::SetShared(std::span<const float> shared) {
  if (shared_) std::ranges::copy(shared, shared_->online().parameters().values().begin());
  Constrain();
}

void StochasticPolicy::Step() {
  network_->learner().Step();
  if (shared_) shared_->Step();
  Constrain();
}

void StochasticPolicy::BeginUpdate(const RolloutBuffer& rollout) {
  network_->Evaluate(rollout, &old_rows_);
  old_shared_.assign(shared().begin(), shared().end());
  old_log_prob_.resize(rollout.rewards().size());
  distribution_->LogProb(rollout.actions(), old(), old_log_prob_);
}

double StochasticPolicy::Kl(const RolloutBuffer& rollout) {
  network_->Evaluate(rollout, &rows_now_);
  const double kl = distribution_->Kl(old(), {rows_now_, shared()});
  CheckFinite(kl, "KL divergence of the policy's step");
  return kl;
}

}  // namespace sinew::agents
