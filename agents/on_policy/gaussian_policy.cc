#include "agents/on_policy/gaussian_policy.h"

#include <algorithm>
#include <numbers>

#include "agents/on_policy/gaussian.h"
#include "agents/rollout/rows.h"
#include "models/orthogonal.h"

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

// log_std is learned as the biases of a layer without inputs, which no back end ever evaluates
GaussianPolicy::GaussianPolicy(const Options& options, Random& random)
    : options_(options),
      log_std_bound_(options.log_std_max),
      mean_("actor", options.network, options.learner, random),
      log_std_("log_std", {.hidden = {}, .outputs = options.network.outputs},
               OnCpu(options.learner), random) {
  models::InitializeOrthogonal(mean_.online(), random, kHiddenGain, kPolicyGain);
  std::ranges::fill(log_std_.online().parameters().values(),
                    static_cast<float>(options.log_std_init));
  for (Learner* learner : learners()) learner->Keep();
}

void GaussianPolicy::Sample(std::span<const float> observations, Random& random,
                            std::span<float> actions) {
  const int batch = static_cast<int>(actions.size()) / act_dim();
  SampleGaussian(mean_.online().Evaluate(observations, {}, batch), log_std(), random, actions);
}

void GaussianPolicy::KeepLogStdWithinBounds() {
  const auto low = static_cast<float>(options_.log_std_min);
  const auto high = static_cast<float>(std::max(options_.log_std_min, log_std_bound_));
  for (float& value : log_std_.online().parameters().values()) {
    value = std::clamp(value, low, high);
  }
}

void GaussianPolicy::BeginUpdate(const RolloutBuffer& rollout) {
  ForwardRows(mean_.online(), rollout.observations(), &old_mean_);
  old_log_std_.assign(log_std().begin(), log_std().end());
  old_log_prob_.resize(rollout.rewards().size());
  GaussianLogProb(rollout.actions(), old_mean_, old_log_std_, old_log_prob_);
}

double GaussianPolicy::Kl(const RolloutBuffer& rollout) {
  ForwardRows(mean_.online(), rollout.observations(), &mean_now_);
  const double kl = GaussianKl(old_mean_, old_log_std_, mean_now_, log_std());
  CheckFinite(kl, "KL divergence of the policy's step");
  return kl;
}

}  // namespace sinew::agents
