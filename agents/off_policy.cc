#include "agents/off_policy.h"

#include <fmt/format.h>

#include <algorithm>

namespace sinew::agents {
namespace {

constexpr int64_t kKeepEvery = 100;  // updates between two states to go back to

models::NormalizerMode ModeOf(const std::string& name) {
  if (name == "warmup") return models::NormalizerMode::kWarmup;
  if (name == "running") return models::NormalizerMode::kRunning;
  return models::NormalizerMode::kTask;
}

std::vector<float> MagnitudesFor(const std::string& name, const AgentContext& context) {
  return name == "none" ? std::vector<float>{} : context.obs_magnitude;
}

}  // namespace

void OffPolicyOptions::Describe(OptionTable& table) {
  table.Add("final_layer_range", &final_layer_range, {0, 1},
            "last layers start uniform within this");
  table.Add("gamma", &gamma, {0, 1}, "discount per control step");
  table.Add("tau", &tau, {0, 1}, "share of the online networks that enters the targets per update");
  table.Add("lr_final", &lr_final, {0, 1}, "step sizes fall linearly to this share at the end");
  table.Add("max_gradient_norm", &max_gradient_norm, {0, 1e6},
            "gradients are clipped to this norm (0: never)");
  table.Add("batch", &batch, {1, 65536}, "transitions per update");
  table.Add("updates_per_step", &updates_per_step, {0, 1000},
            "gradient updates per environment step");
  table.Add("replay_capacity", &replay_capacity, {1, 1e8}, "transitions kept");
  table.Add("n_step", &n_step, {1, 100}, "steps of reward before the bootstrap");
  table.Add("reward_scale", &reward_scale, {1e-6, 1e6},
            "rewards are multiplied by this for the learner");
  table.Add("warmup_steps", &warmup_steps, {0, 1e9},
            "environment steps before the first update, at most half of the run", "steps");
  table.Add("normalizer", &normalizer, {"task", "warmup", "running", "none"},
            "observation scaling: by the task's magnitudes, statistics of the warm-up, running "
            "statistics, or none");
  table.Add("obs_clip", &obs_clip, {0.1, 1e6}, "bound of the scaled observation");
  table.Add("max_rollbacks", &max_rollbacks, {0, 1000},
            "updates that may fail on a value that is not finite before the run stops");
  table.Add("backend", &backend, {"fused", "autograd"}, "fused CPU path or LibTorch autograd");
  table.Add("device", &device, {"cpu", "cuda"}, "device of the autograd back end");
}

void OffPolicyOptions::Check() const {
  if (batch <= replay_capacity) return;
  throw UserError(fmt::format("agent.batch = {} is larger than agent.replay_capacity = {}", batch,
                              replay_capacity));
}

LearnerOptions OffPolicyOptions::learner(double learning_rate) const {
  return {.learning_rate = learning_rate,
          .max_gradient_norm = max_gradient_norm,
          .final_layer_range = final_layer_range,
          .backend = backend,
          .device = device};
}

OffPolicyAgent::OffPolicyAgent(const OffPolicyOptions& options, const AgentContext& context)
    : options_(options),
      context_(context),
      replay_random_(context.seed, "replay"),
      normalizer_(context.obs_dim, ModeOf(options.normalizer), options.obs_clip,
                  MagnitudesFor(options.normalizer, context)),
      replay_(options.replay_capacity, context.obs_dim, context.act_dim) {
  options.Check();
  for (int env = 0; env < context.num_envs; ++env) {
    n_step_.emplace_back(static_cast<int>(options.n_step), options.gamma, context.obs_dim,
                         context.act_dim);
  }
}

void OffPolicyAgent::Act(std::span<const float> observations, std::span<float> actions) {
  normalized_.resize(observations.size());
  normalizer_.Apply(observations, normalized_);
  Explore(normalized_, actions);
}

void OffPolicyAgent::Observe(const StepBatch& batch) {
  const int obs_dim = context_.obs_dim, act_dim = context_.act_dim;
  normalizer_.Observe(batch.observations);
  for (int i = 0; i < context_.num_envs; ++i) {
    const sim::StepResult& result = batch.results[i];
    const float reward = static_cast<float>(options_.reward_scale) * batch.rewards[i];
    n_step_[i].Add(batch.observations.subspan(i * obs_dim, obs_dim),
                   batch.actions.subspan(i * act_dim, act_dim), reward,
                   batch.next_observations.subspan(i * obs_dim, obs_dim), result.terminated,
                   result.truncated, result.diverged, &replay_);
    if (result.done()) EndEpisode(i);
  }
  env_steps_ += context_.num_envs;
  if (!warming_up()) normalizer_.EndWarmup();
}

void OffPolicyAgent::Update() {
  if (warming_up() || replay_.size() == 0) return;
  owed_updates_ += options_.updates_per_step * context_.num_envs;
  for (; owed_updates_ >= 1; owed_updates_ -= 1) UpdateOnce();
}

void OffPolicyAgent::UpdateOnce() {
  const std::vector<Learner*> learners = Learners();
  for (Learner* learner : learners) learner->SetRateFactor(RateFactor());
  replay_.Sample(static_cast<int>(options_.batch), replay_random_, &batch_);
  normalizer_.Apply(batch_.observations, batch_.observations);
  normalizer_.Apply(batch_.next_observations, batch_.next_observations);
  ++updates_;
  try {
    Learn(batch_);
    for (const Learner* learner : learners) learner->CheckParameters();
    if (updates_ % kKeepEvery != 0) return;
    for (const Learner* learner : learners) learner->CheckMoments();
    for (Learner* learner : learners) learner->Keep();
  } catch (const NotFinite& failure) {
    RollBack(failure);
  }
}

void OffPolicyAgent::RollBack(const NotFinite& failure) {
  for (Learner* learner : Learners()) learner->RollBack();
  if (rollbacks_ == options_.max_rollbacks) {
    throw Error(
        fmt::format("{} at update {} (environment step {}), after {} roll-backs to a good "
                    "learner and with {:.2g} of the step size",
                    failure.what(), updates_, env_steps_, rollbacks_, caution_));
  }
  ++rollbacks_;
  caution_ /= 2;
}

double OffPolicyAgent::Progress() const {
  return std::min(1.0, static_cast<double>(env_steps_) / static_cast<double>(context_.total_steps));
}

double OffPolicyAgent::RateFactor() const {
  return caution_ * (1 + (options_.lr_final - 1) * Progress());
}

models::PolicyArtifact OffPolicyAgent::Snapshot() const {
  models::PolicyArtifact artifact;
  artifact.layers = PolicyLayers();
  artifact.gaussian = PolicyNoise();
  artifact.obs_mean = normalizer_.mean();
  artifact.obs_scale = normalizer_.scale();
  artifact.obs_clip = normalizer_.clip();
  for (int i = 0; i < context_.obs_dim; ++i) {
    artifact.contract.observation.push_back({"", "", normalizer_.low()[i], normalizer_.high()[i]});
  }
  artifact.contract.env_steps = env_steps_;
  artifact.contract.updates = updates_;
  artifact.contract.seed = context_.seed;
  return artifact;
}

Metrics OffPolicyAgent::TakeMetrics() {
  Metrics metrics;
  for (const auto& [name, mean] : Means()) {
    metrics.emplace_back(name, mean->value());
    *mean = {};
  }
  for (auto& gauge : Gauges()) metrics.push_back(std::move(gauge));
  metrics.emplace_back("updates", static_cast<double>(updates_));
  metrics.emplace_back("replay_size", static_cast<double>(replay_.size()));
  metrics.emplace_back("rollbacks", static_cast<double>(rollbacks_));
  return metrics;
}

void OffPolicyAgent::Serialize(models::Archive& archive) {
  archive.Value("env_steps", env_steps_);
  archive.Value("updates", updates_);
  archive.Value("owed_updates", owed_updates_);
  archive.Value("rollbacks", rollbacks_);
  archive.Value("caution", caution_);
  archive.Value("replay_random", replay_random_);
  for (Learner* learner : Learners()) learner->Serialize(archive);
  normalizer_.Serialize(archive, "normalizer");
  for (size_t i = 0; i < n_step_.size(); ++i) {
    n_step_[i].Serialize(archive, fmt::format("n_step{}", i));
  }
  replay_.Serialize(archive, "replay");
  for (const auto& [name, mean] : Means()) {
    archive.Value("metrics." + name + ".sum", mean->sum);
    archive.Value("metrics." + name + ".count", mean->count);
  }
  SerializeMore(archive);
}

}  // namespace sinew::agents
