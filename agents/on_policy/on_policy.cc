#include "agents/on_policy/on_policy.h"

#include <algorithm>
#include <utility>

#include "agents/base/snapshot.h"

namespace sinew::agents {
namespace {

RolloutNetworkSpec Spec(const OnPolicyOptions& options, const AgentContext& context,
                        const std::vector<int64_t>& hidden, int outputs) {
  return {.inputs = context.obs_dim,
          .hidden = hidden,
          .outputs = outputs,
          .memory = options.width(),
          .burn_in = static_cast<int>(options.burn_in),
          .num_envs = context.num_envs};
}

int PieceLength(const OnPolicyOptions& options) {
  return options.width() > 0 ? static_cast<int>(options.sequence_length) : 0;
}

StochasticPolicy MakePolicy(const OnPolicyOptions& options, const AgentContext& context,
                            double actor_lr, Random& random) {
  auto distribution = MakeGaussian(options, context.act_dim);
  const int outputs = distribution->outputs();
  return {std::move(distribution),
          {.network = Spec(options, context, options.actor_hidden, outputs),
           .learner = options.learner(actor_lr)},
          random};
}

ValueLearner::Options CriticOf(const OnPolicyOptions& options, const AgentContext& context) {
  return {.network = Spec(options, context, options.critic_hidden, 1),
          .learner = options.learner(options.critic_lr),
          .clip = options.value_clip};
}

std::vector<ParameterLearner*> Together(std::vector<ParameterLearner*> first,
                                        const std::vector<ParameterLearner*>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

OnPolicyAgent::OnPolicyAgent(const OnPolicyOptions& options, const AgentContext& context,
                             const OnPolicyParts& parts)
    : options_(options),
      context_(context),
      clock_(context),
      init_random_(context.seed, "initial parameters"),
      action_random_(context.seed, "actions"),
      policy_(MakePolicy(options, context, parts.actor_lr, init_random_)),
      critic_(CriticOf(options, context), init_random_),
      scaler_(options.MakeScaler(context)),
      advantages_({.gamma = options.gamma,
                   .lambda = options.gae_lambda,
                   .normalize_rewards = options.normalize_rewards,
                   .reward_clip = options.reward_clip},
                  context.num_envs),
      rollout_(static_cast<int>(options.rollout_steps), context.num_envs, context.obs_dim,
               policy_.distribution().sample_width()),
      rows_(context.seed, PieceLength(options)),
      rule_(parts.make_rule(&policy_)),
      learners_(Together(policy_.learners(), critic_.learners()), options.max_rollbacks),
      kl_step_size_(parts.desired_kl),
      begins_(context.num_envs, 1) {
  rule_->Track(&figures_);
  figures_.Track("kl", &kl_);
  figures_.Track("value_loss", &critic_.loss());
  figures_.Track("value_mean", &advantages_.value_mean());
  figures_.Track("explained_variance", &advantages_.explained_variance());
}

void OnPolicyAgent::Act(const ActBatch& batch, std::span<float> actions) {
  if (!batch.episode_begins.empty()) std::ranges::copy(batch.episode_begins, begins_.begin());
  normalized_.resize(batch.observations.size());
  scaler_.Apply(batch.observations, normalized_);
  const Distribution& distribution = policy_.distribution();
  samples_.resize(actions.size() / context_.act_dim * distribution.sample_width());
  policy_.Sample(normalized_, begins_, action_random_, samples_);
  distribution.ToActions(samples_, actions);
}

// The rollout holds what Act saw and drew: observations as they were normalised then, samples
// before they became actions. Actions that are not from Act are taken as they are.
void OnPolicyAgent::Observe(const StepBatch& batch) {
  normalized_.resize(batch.observations.size());
  next_normalized_.resize(batch.next_observations.size());
  scaler_.Apply(batch.observations, normalized_);
  scaler_.Apply(batch.next_observations, next_normalized_);
  const auto samples = samples_.empty() ? batch.actions : std::span<const float>(samples_);
  rollout_.Add({normalized_, samples, batch.rewards, next_normalized_, batch.results}, begins_);
  samples_.clear();
  std::ranges::transform(batch.results, begins_.begin(),
                         [](const spec::StepResult& result) { return result.done() ? 1 : 0; });
  advantages_.Observe(batch.rewards, batch.results);
  scaler_.Observe(batch.observations);
  clock_.Advance();
}

LearnOutcome OnPolicyAgent::Learn() {
  if (!rollout_.full()) return {};
  const int64_t updates_before = clock_.updates();
  learners_.Try(clock_.updates(), clock_.env_steps(), [this] {
    LearnFromRollout();
    learners_.CheckParameters();
    learners_.Keep();
  });
  RunBoth(
      context_.pool, [this] { policy_.network().EndRollout(rollout_); },
      [this] { critic_.network().EndRollout(rollout_); });
  rollout_.Clear();
  return {clock_.updates() - updates_before, learners_.TakeWarnings()};
}

void OnPolicyAgent::LearnFromRollout() {
  for (ParameterLearner* learner : policy_.learners()) learner->SetRateFactor(ActorRateFactor());
  for (ParameterLearner* learner : critic_.learners()) learner->SetRateFactor(RateFactor());
  policy_.SetProgress(Progress());
  rows_.Assign(rollout_);
  if (rows_.rows().empty()) return;
  RunBoth(
      context_.pool, [&] { policy_.BeginUpdate(rollout_); }, [&] { critic_.Evaluate(rollout_); });
  advantages_.BeginUpdate(rollout_);
  const LessonOutcome outcome = rule_->Learn({.rollout = rollout_,
                                              .policy = policy_,
                                              .critic = critic_,
                                              .advantages = advantages_,
                                              .rows = rows_,
                                              .rate_factor = RateFactor(),
                                              .pool = context_.pool});
  clock_.CountUpdates(outcome.updates);
  kl_.Add(outcome.kl);
  kl_step_size_.Adapt(outcome.kl, RateFactor());
}

double OnPolicyAgent::RateFactor() const {
  return adjustment_.learning_rate * learners_.caution() * options_.lr_schedule.At(Progress());
}

policy::PolicyGraph OnPolicyAgent::Snapshot() const {
  auto graph = StartSnapshot(context_, scaler_, clock_);
  const auto [value, layers] = policy_.network().Describe(PolicyInput(context_), &graph);
  return graph.Build(policy_.distribution().Describe(value, layers, policy_.shared(), &graph));
}

std::optional<policy::Critic> OnPolicyAgent::CriticSnapshot() const {
  // a value of what is remembered is none of what is seen
  if (options_.width() > 0) return std::nullopt;
  return policy::Critic{.kind = policy::Critic::Kind::kValue,
                        .layers = critic_.layers(),
                        .output_scale = advantages_.value_scale(),
                        .gamma = options_.gamma};
}

Metrics OnPolicyAgent::TakeMetrics() {
  Metrics metrics;
  figures_.TakeInto(&metrics);
  std::ranges::move(policy_.distribution().Gauges(policy_.shared()), std::back_inserter(metrics));
  metrics.emplace_back("return_std", advantages_.return_std());
  std::ranges::move(rule_->Gauges(RateFactor(), ActorRateFactor()), std::back_inserter(metrics));
  metrics.emplace_back("updates", static_cast<double>(clock_.updates()));
  metrics.emplace_back("rollbacks", static_cast<double>(learners_.roll_backs()));
  return metrics;
}

void OnPolicyAgent::Serialize(models::Archive& archive) {
  clock_.Serialize(archive);
  kl_step_size_.Serialize(archive);
  rule_->Serialize(archive);
  archive.Value("action_random", action_random_);
  rows_.Serialize(archive);
  learners_.Serialize(archive);
  scaler_.Serialize(archive);
  advantages_.Serialize(archive);
  rollout_.Serialize(archive, "rollout");
  figures_.Serialize(archive);
  policy_.network().Serialize(archive);
  critic_.network().Serialize(archive);
  archive.Values("begins", std::span<uint8_t>(begins_));
  if (archive.loading()) samples_.clear();
}

}  // namespace sinew::agents
