#include "agents/ppo_learners.h"

#include <algorithm>
#include <numbers>

#include "agents/gaussian.h"
#include "models/orthogonal.h"

namespace sinew::agents {
namespace {

constexpr double kHiddenGain = std::numbers::sqrt2;
constexpr double kPolicyGain = 0.01;  // first actions hardly depend on the state
constexpr double kValueGain = 1;

LearnerOptions OnCpu(LearnerOptions options) {
  options.backend = "fused";
  options.device = "cpu";
  return options;
}

void GatherRows(std::span<const float> from, int width, std::span<const int> rows,
                std::vector<float>* to) {
  to->resize(rows.size() * width);
  float* out = to->data();
  for (const int row : rows) {
    out = std::copy_n(from.data() + static_cast<size_t>(row) * width, width, out);
  }
}

// a few hundred rows at a time, so that the layers' outputs stay in the cache
void ForwardRows(models::Network& network, std::span<const float> observations,
                 std::vector<float>* outputs) {
  constexpr size_t kChunk = 256;
  const size_t width = network.spec().inputs, rows = observations.size() / width;
  outputs->clear();
  for (size_t first = 0; first < rows; first += kChunk) {
    const size_t size = std::min(kChunk, rows - first);
    const auto out = network.Evaluate(observations.subspan(first * width, size * width), {},
                                      static_cast<int>(size));
    outputs->insert(outputs->end(), out.begin(), out.end());
  }
}

}  // namespace

std::vector<std::span<const int>> Minibatches(std::span<const int> rows, int batch) {
  const size_t count = std::max<size_t>(1, rows.size() / batch);
  std::vector<std::span<const int>> minibatches;
  for (size_t i = 0; i < count; ++i) {
    const size_t begin = rows.size() * i / count, end = rows.size() * (i + 1) / count;
    minibatches.push_back(rows.subspan(begin, end - begin));
  }
  return minibatches;
}

// log_std is learned as the biases of a layer without inputs, which no back end ever evaluates
PolicyLearner::PolicyLearner(const Options& options, Random& random)
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

void PolicyLearner::Sample(std::span<const float> observations, Random& random,
                           std::span<float> actions) {
  const int batch = static_cast<int>(actions.size()) / options_.network.outputs;
  SampleGaussian(mean_.online().Evaluate(observations, {}, batch), log_std(), random, actions);
}

void PolicyLearner::BeginUpdate(const RolloutBuffer& rollout) {
  ForwardRows(mean_.online(), rollout.observations(), &old_mean_);
  old_log_std_.assign(log_std().begin(), log_std().end());
  old_log_prob_.resize(rollout.rewards().size());
  GaussianLogProb(rollout.actions(), old_mean_, old_log_std_, old_log_prob_);
}

void PolicyLearner::Epoch(const RolloutBuffer& rollout, std::span<const float> advantages,
                          std::span<const std::span<const int>> minibatches,
                          const PolicyLossOptions& loss) {
  for (const auto& rows : minibatches) Step(rollout, advantages, rows, loss);
}

void PolicyLearner::Step(const RolloutBuffer& rollout, std::span<const float> advantages,
                         std::span<const int> rows, const PolicyLossOptions& loss_options) {
  const int obs_dim = options_.network.inputs, act_dim = options_.network.outputs;
  GatherRows(rollout.observations(), obs_dim, rows, &minibatch_.observations);
  GatherRows(rollout.actions(), act_dim, rows, &minibatch_.actions);
  GatherRows(old_mean_, act_dim, rows, &minibatch_.old_mean);
  GatherRows(old_log_prob_, 1, rows, &minibatch_.old_log_prob);
  GatherRows(advantages, 1, rows, &minibatch_.advantages);
  if (options_.standardize_advantages) Standardize(minibatch_.advantages);

  const auto mean =
      mean_.online().Forward(minibatch_.observations, {}, static_cast<int>(rows.size()));
  mean_gradient_.resize(mean.size());
  const PolicyLoss loss =
      EvaluatePolicyLoss(loss_options,
                         {minibatch_.actions, minibatch_.old_mean, old_log_std_,
                          minibatch_.old_log_prob, minibatch_.advantages},
                         mean, log_std(), mean_gradient_, log_std_.online().gradient().values());
  CheckFinite(loss.total, "policy loss");
  mean_.online().Backward(mean_gradient_, {.parameters = true});
  mean_.Step();
  log_std_.Step();
  const auto low = static_cast<float>(options_.log_std_min);
  const auto high = static_cast<float>(std::max(options_.log_std_min, log_std_bound_));
  for (float& value : log_std_.online().parameters().values()) {
    value = std::clamp(value, low, high);
  }
  figures_.surrogate.Add(loss.surrogate);
  figures_.entropy.Add(loss.entropy);
  figures_.clip_fraction.Add(loss.clip_fraction);
}

double PolicyLearner::Kl(const RolloutBuffer& rollout) {
  ForwardRows(mean_.online(), rollout.observations(), &mean_now_);
  const double kl = GaussianKl(old_mean_, old_log_std_, mean_now_, log_std());
  CheckFinite(kl, "KL divergence of the policy's step");
  return kl;
}

ValueLearner::ValueLearner(const Options& options, Random& random)
    : options_(options), value_("critic", options.network, options.learner, random) {
  models::InitializeOrthogonal(value_.online(), random, kHiddenGain, kValueGain);
  value_.Keep();
}

void ValueLearner::Evaluate(const RolloutBuffer& rollout) {
  ForwardRows(value_.online(), rollout.observations(), &values_);
  ForwardRows(value_.online(), rollout.successors(), &successor_values_);
  next_values_.resize(values_.size());
  rollout.GatherNextValues(values_, successor_values_, next_values_);
}

void ValueLearner::Epoch(const RolloutBuffer& rollout, std::span<const float> returns,
                         std::span<const std::span<const int>> minibatches) {
  for (const auto& rows : minibatches) {
    GatherRows(rollout.observations(), options_.network.inputs, rows, &minibatch_.observations);
    GatherRows(values_, 1, rows, &minibatch_.old_values);
    GatherRows(returns, 1, rows, &minibatch_.returns);
    const auto values =
        value_.online().Forward(minibatch_.observations, {}, static_cast<int>(rows.size()));
    gradient_.resize(rows.size());
    const double loss = EvaluateValueLoss(values, minibatch_.old_values, minibatch_.returns,
                                          options_.clip, gradient_);
    CheckFinite(loss, "value loss");
    value_.online().Backward(gradient_, {.parameters = true});
    value_.Step();
    loss_.Add(loss);
  }
}

}  // namespace sinew::agents
