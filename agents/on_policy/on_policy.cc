#include "agents/on_policy/on_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "agents/base/snapshot.h"
#include "agents/rollout/rows.h"
#include "core/error.h"

namespace sinew::agents {
namespace {

models::NetworkSpec Spec(int inputs, const std::vector<int64_t>& hidden, int outputs) {
  models::NetworkSpec spec{.inputs = inputs, .hidden = {}, .outputs = outputs};
  spec.hidden.assign(hidden.begin(), hidden.end());
  spec.hidden_activation = models::Activation::kTanh;
  return spec;
}

LearnerOptions LearnerOf(const OnPolicyOptions& options, double learning_rate) {
  return {.learning_rate = learning_rate,
          .adam_epsilon = options.adam_epsilon,
          .max_gradient_norm = options.max_gradient_norm,
          .has_target = false,
          .backend = options.backend,
          .device = options.device};
}

GaussianPolicy::Options PolicyOf(const OnPolicyOptions& options, const AgentContext& context,
                                 double actor_lr) {
  return {.network = Spec(context.obs_dim, options.actor_hidden, context.act_dim),
          .learner = LearnerOf(options, actor_lr),
          .log_std_init = options.log_std_init,
          .log_std_min = options.log_std_min,
          .log_std_max = options.log_std_max};
}

ValueLearner::Options ValueOf(const OnPolicyOptions& options, const AgentContext& context) {
  return {.network = Spec(context.obs_dim, options.critic_hidden, 1),
          .learner = LearnerOf(options, options.critic_lr),
          .clip = options.value_clip};
}

}  // namespace

OnPolicyAgent::OnPolicyAgent(const OnPolicyOptions& options, const AgentContext& context,
                             const ActorSteps& actor)
    : options_(options),
      context_(context),
      init_random_(context.seed, "initial parameters"),
      action_random_(context.seed, "actions"),
      shuffle_random_(context.seed, "minibatches"),
      policy_(PolicyOf(options, context, actor.learning_rate), init_random_),
      value_(ValueOf(options, context), init_random_),
      normalizer_(context.obs_dim,
                  options.normalizer == "running" ? models::NormalizerMode::kRunning
                                                  : models::NormalizerMode::kTask,
                  options.obs_clip, context.obs_magnitude),
      return_scale_(options.gamma, context.num_envs),
      rollout_(static_cast<int>(options.horizon), context.num_envs, context.obs_dim,
               context.act_dim),
      roll_backs_(options.max_rollbacks),
      kl_step_size_(actor.desired_kl) {}

void OnPolicyAgent::Act(std::span<const float> observations, std::span<float> actions) {
  normalized_.resize(observations.size());
  normalizer_.Apply(observations, normalized_);
  samples_.resize(actions.size());
  policy_.Sample(normalized_, action_random_, samples_);
  std::ranges::transform(samples_, actions.begin(),
                         [](float a) { return std::clamp(a, -1.0f, 1.0f); });
}

// The rollout holds what Act saw and drew: observations as they were normalised then, actions
// before they were bounded. Actions that are not from Act are taken as they are.
void OnPolicyAgent::Observe(const StepBatch& batch) {
  normalized_.resize(batch.observations.size());
  next_normalized_.resize(batch.next_observations.size());
  normalizer_.Apply(batch.observations, normalized_);
  normalizer_.Apply(batch.next_observations, next_normalized_);
  const auto actions = samples_.empty() ? batch.actions : std::span<const float>(samples_);
  rollout_.Add({normalized_, actions, batch.rewards, next_normalized_, batch.results});
  samples_.clear();
  return_scale_.Observe(batch.rewards, batch.results);
  normalizer_.Observe(batch.observations);
  env_steps_ += context_.num_envs;
}

void OnPolicyAgent::Update() {
  if (!rollout_.full()) return;
  try {
    LearnFromRollout();
    for (Learner* learner : Learners()) learner->CheckParameters();
    for (Learner* learner : Learners()) learner->CheckMoments();
    for (Learner* learner : Learners()) learner->Keep();
  } catch (const NotFinite& failure) {
    roll_backs_.GoBack(failure, Learners(), updates_, env_steps_);
  }
  rollout_.Clear();
}

void OnPolicyAgent::LearnFromRollout() {
  for (Learner* learner : policy_.learners()) learner->SetRateFactor(ActorRateFactor());
  for (Learner* learner : value_.learners()) learner->SetRateFactor(RateFactor());
  policy_.BoundLogStd(LogStdBound());
  rows_ = rollout_.LearnableRows();
  if (rows_.empty()) return;
  shuffled_rows_ = rows_;
  InParallel([&] { policy_.BeginUpdate(rollout_); }, [&] { value_.Evaluate(rollout_); });
  ScaleRewards();
  updates_ += Learn();
}

void OnPolicyAgent::ScaleRewards() {
  const float clip = static_cast<float>(options_.reward_clip);
  rewards_.assign(rollout_.rewards().begin(), rollout_.rewards().end());
  if (!options_.normalize_rewards) return;
  const float scale = static_cast<float>(1 / return_scale_.std_dev());
  for (float& reward : rewards_) reward = std::clamp(reward * scale, -clip, clip);
}

void OnPolicyAgent::EstimateAdvantages() {
  advantages_.resize(rewards_.size());
  GeneralizedAdvantage({.num_envs = context_.num_envs,
                        .rewards = rewards_,
                        .values = value_.values(),
                        .next_values = value_.next_values(),
                        .ends = rollout_.ends()},
                       options_.gamma, options_.lambda, advantages_);
  returns_.resize(rewards_.size());
  std::ranges::transform(advantages_, value_.values(), returns_.begin(), std::plus<float>());
  const double explained = ExplainedVariance(value_.values(), returns_);
  CheckFinite(explained, "critic's value");
  explained_variance_.Add(explained);
  for (float value : value_.values()) value_mean_.Add(value);
}

std::span<const int> OnPolicyAgent::ShuffledRows() {
  for (size_t i = shuffled_rows_.size(); i > 1; --i) {
    std::swap(shuffled_rows_[i - 1], shuffled_rows_[shuffle_random_.Below(i)]);
  }
  return shuffled_rows_;
}

int64_t OnPolicyAgent::FitCritic(int64_t epochs, int64_t batch) {
  int64_t steps = 0;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    const auto minibatches = Minibatches(ShuffledRows(), static_cast<int>(batch));
    value_.Epoch(rollout_, returns_, minibatches);
    steps += static_cast<int64_t>(minibatches.size());
  }
  return steps;
}

void OnPolicyAgent::ObserveKl(double kl) {
  kl_.Add(kl);
  kl_step_size_.Adapt(kl, RateFactor());
}

// share of the run that was done at the rollout's first step
double OnPolicyAgent::Progress() const {
  const double first_step =
      static_cast<double>(env_steps_ - static_cast<int64_t>(rollout_.steps()) * context_.num_envs);
  return std::min(1.0, first_step / static_cast<double>(context_.total_steps));
}

double OnPolicyAgent::RateFactor() const {
  return adjustment().learning_rate * roll_backs_.caution() *
         (1 + (options_.lr_final - 1) * Progress());
}

double OnPolicyAgent::LogStdBound() const {
  const double final = std::min(options_.log_std_final, options_.log_std_max);
  return std::lerp(options_.log_std_max, final, Progress());
}

std::vector<Learner*> OnPolicyAgent::Learners() {
  std::vector<Learner*> learners = policy_.learners();
  for (Learner* learner : value_.learners()) learners.push_back(learner);
  return learners;
}

OnPolicyAgent::NamedMeans OnPolicyAgent::Means() {
  NamedMeans means = PolicyMeans();
  means.insert(means.end(), {{"kl", &kl_},
                             {"value_loss", &value_.loss()},
                             {"value_mean", &value_mean_},
                             {"explained_variance", &explained_variance_}});
  return means;
}

policy::PolicyArtifact OnPolicyAgent::Snapshot() const {
  auto artifact = StartSnapshot(normalizer_, env_steps_, updates_, context_.seed);
  artifact.layers = models::ToDenseLayers(policy_.network());
  const auto log_std = policy_.log_std();
  artifact.gaussian = policy::GaussianHead{{}, {log_std.begin(), log_std.end()}};
  return artifact;
}

std::optional<policy::Critic> OnPolicyAgent::CriticSnapshot() const {
  return policy::Critic{.kind = policy::Critic::Kind::kValue,
                        .layers = models::CriticLayers(value_.network()),
                        .output_scale = options_.normalize_rewards ? return_scale_.std_dev() : 1,
                        .gamma = options_.gamma};
}

Metrics OnPolicyAgent::TakeMetrics() {
  Metrics metrics;
  for (const auto& [name, mean] : Means()) {
    metrics.emplace_back(name, mean->value());
    *mean = {};
  }
  double std_sum = 0;
  for (float value : policy_.log_std()) std_sum += std::exp(value);
  metrics.emplace_back("action_std", std_sum / context_.act_dim);
  metrics.emplace_back("return_std", return_scale_.std_dev());
  for (const auto& metric : PolicyMetrics()) metrics.push_back(metric);
  metrics.emplace_back("updates", static_cast<double>(updates_));
  metrics.emplace_back("rollbacks", static_cast<double>(roll_backs_.count()));
  return metrics;
}

void OnPolicyAgent::Serialize(models::Archive& archive) {
  archive.Value("env_steps", env_steps_);
  archive.Value("updates", updates_);
  roll_backs_.Serialize(archive);
  kl_step_size_.Serialize(archive);
  SerializePolicy(archive);
  archive.Value("action_random", action_random_);
  archive.Value("shuffle_random", shuffle_random_);
  for (Learner* learner : Learners()) learner->Serialize(archive);
  normalizer_.Serialize(archive, "normalizer");
  return_scale_.Serialize(archive, "return_scale");
  rollout_.Serialize(archive, "rollout");
  for (const auto& [name, mean] : Means()) {
    archive.Value("metrics." + name + ".sum", mean->sum);
    archive.Value("metrics." + name + ".count", mean->count);
  }
  if (archive.loading()) samples_.clear();
}

void OnPolicyOptions::Describe(OptionTable& table) {
  table.Add("actor_hidden", &actor_hidden, {1, 4096}, "widths of the actor's hidden layers");
  table.Add("critic_hidden", &critic_hidden, {1, 4096}, "widths of the critic's hidden layers");
  table.Add("log_std_init", &log_std_init, {-20, 5},
            "log standard deviation of the first actions, in units of the action");
  table.Add("log_std_min", &log_std_min, {-20, 5}, "its lower bound");
  table.Add("log_std_max", &log_std_max, {-20, 5}, "its upper bound");
  table.Add("log_std_final", &log_std_final, {-20, 5},
            "the upper bound falls linearly to this at the end (log_std_max and above: it stays)");
  table.Add("horizon", &horizon, {1, 1e6}, "steps of every environment between updates", "steps");
  table.Add("gamma", &gamma, {0, 1}, "discount per control step");
  table.Add("lambda", &lambda, {0, 1}, "decay of the advantage's trace (0: one step, 1: all)");
  table.Add("normalize_advantages", &normalize_advantages,
            "advantages with mean 0 and deviation 1 in every batch that the policy learns from");
  table.Add("critic_lr", &critic_lr, {0, 1}, "Adam step size of the critic");
  table.Add("value_clip", &value_clip, {0, 1e6},
            "bound of a value's change per update (0: not clipped)");
  table.Add("lr_final", &lr_final, {0, 1}, "step sizes fall linearly to this share at the end");
  table.Add("adam_epsilon", &adam_epsilon, {1e-12, 1}, "Adam's guard against division by zero");
  table.Add("max_gradient_norm", &max_gradient_norm, {0, 1e6},
            "gradients are clipped to this norm (0: never)");
  table.Add("max_rollbacks", &max_rollbacks, {0, 1000},
            "updates that may fail on a value that is not finite before the run stops");
  table.Add("normalizer", &normalizer, {"task", "running"},
            "observation scaling: by the task's magnitudes, or running statistics");
  table.Add("obs_clip", &obs_clip, {0.1, 1e6}, "bound of the scaled observation");
  table.Add("normalize_rewards", &normalize_rewards,
            "divide rewards by the running deviation of the discounted return");
  table.Add("reward_clip", &reward_clip, {0.1, 1e6}, "bound of the normalised reward");
  table.Add("backend", &backend, {"fused", "autograd"}, "fused CPU path or LibTorch autograd");
  table.Add("device", &device, {"cpu", "cuda"}, "device of the autograd back end");
}

void OnPolicyOptions::Check() const {
  if (log_std_min <= log_std_init && log_std_init <= log_std_max) return;
  throw UserError(fmt::format(
      "agent.log_std_init = {} is not between agent.log_std_min = {} and agent.log_std_max = {}",
      log_std_init, log_std_min, log_std_max));
}

}  // namespace sinew::agents
