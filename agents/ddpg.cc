#include "agents/ddpg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "agents/n_step.h"
#include "agents/noise.h"
#include "agents/replay_buffer.h"
#include "core/error.h"
#include "models/adam.h"
#include "models/network.h"
#include "models/normalizer.h"

namespace sinew::agents {
namespace {

using models::Activation;
using models::Adam;
using models::Network;
using models::NetworkSpec;

models::NormalizerMode ModeOf(const std::string& name) {
  if (name == "warmup") return models::NormalizerMode::kWarmup;
  if (name == "running") return models::NormalizerMode::kRunning;
  return models::NormalizerMode::kTask;
}

NetworkSpec ActorSpec(const DdpgOptions& options, const AgentContext& context) {
  NetworkSpec spec;
  spec.inputs = context.obs_dim;
  spec.hidden.assign(options.actor_hidden.begin(), options.actor_hidden.end());
  spec.outputs = context.act_dim;
  spec.output_activation = Activation::kTanh;
  return spec;
}

NetworkSpec CriticSpec(const DdpgOptions& options, const AgentContext& context) {
  NetworkSpec spec;
  spec.inputs = context.obs_dim;
  spec.late_inputs = context.act_dim;
  spec.late_layer = static_cast<int>(options.critic_action_layer);
  spec.hidden.assign(options.critic_hidden.begin(), options.critic_hidden.end());
  spec.outputs = 1;
  return spec;
}

/// A network, the slow copy that targets are computed with, and its optimiser.
struct Learner {
  std::unique_ptr<Network> online, target;
  Adam adam;
  std::vector<float> output_gradient;
  double loss = 0, mean_q = 0;  // of the last update

  Learner(const NetworkSpec& spec, const DdpgOptions& options,
          const models::AdamOptions& adam_options, Random& random)
      : online(Make(spec, options)),
        target(Make(spec, options)),
        adam(spec.parameter_count(), adam_options) {
    models::InitializeUniform(*online, random, static_cast<float>(options.final_layer_range));
    std::ranges::copy(online->parameters().values(), target->parameters().values().begin());
  }

  static std::unique_ptr<Network> Make(const NetworkSpec& spec, const DdpgOptions& options) {
    const auto backend =
        options.backend == "fused" ? models::Backend::kFused : models::Backend::kAutograd;
    return models::MakeNetwork(spec, backend, options.device);
  }

  void Serialize(models::Archive& archive, const std::string& name) {
    if (!archive.loading()) CheckParameters(name);
    archive.Values(name + ".online", online->parameters().values());
    archive.Values(name + ".target", target->parameters().values());
    adam.Serialize(archive, name + ".adam");
  }

  // a broken learner must not replace the last good checkpoint
  void CheckParameters(const std::string& name) const {
    if (models::AllFinite(online->parameters().values()) &&
        models::AllFinite(target->parameters().values()))
      return;
    throw Error(fmt::format("parameters of the {} are not finite; nothing was saved", name));
  }
};

/// Sums of what one update reports, until they are asked for.
struct MetricSums {
  int64_t critic_updates = 0, actor_updates = 0;
  double critic_loss = 0, q = 0, target = 0, actor_q = 0;
};

class Ddpg : public Agent {
 public:
  Ddpg(const DdpgOptions& options, const AgentContext& context)
      : options_(options),
        context_(context),
        init_random_(context.seed, "initial parameters"),
        replay_random_(context.seed, "replay"),
        target_random_(context.seed, "target noise"),
        actor_(ActorSpec(options, context), options,
               {.learning_rate = options.actor_lr, .max_gradient_norm = options.max_gradient_norm},
               init_random_),
        actor_critic_(Learner::Make(CriticSpec(options, context), options)),
        normalizer_(context.obs_dim, ModeOf(options.normalizer), options.obs_clip,
                    context.obs_magnitude),
        noise_({options.noise == "ou" ? NoiseKind::kOrnsteinUhlenbeck : NoiseKind::kGaussian,
                options.ou_theta},
               context.num_envs, context.act_dim, context.seed),
        replay_(options.replay_capacity, context.obs_dim, context.act_dim) {
    const models::AdamOptions critic_adam{.learning_rate = options.critic_lr,
                                          .weight_decay = options.critic_weight_decay,
                                          .max_gradient_norm = options.max_gradient_norm};
    for (int i = 0; i < (options.twin ? 2 : 1); ++i) {
      critics_.emplace_back(CriticSpec(options, context), options, critic_adam, init_random_);
    }
    for (int env = 0; env < context.num_envs; ++env) {
      n_step_.emplace_back(static_cast<int>(options.n_step), options.gamma, context.obs_dim,
                           context.act_dim);
    }
  }

  void Act(std::span<const float> observations, std::span<float> actions) override {
    normalized_.resize(observations.size());
    normalizer_.Apply(observations, normalized_);
    const auto policy = actor_.online->Forward(normalized_, {}, context_.num_envs);
    std::ranges::copy(policy, actions.begin());
    noise_.AddTo(actions, NoiseSigma());
  }

  void Observe(const StepBatch& batch) override {
    const int obs_dim = context_.obs_dim, act_dim = context_.act_dim;
    normalizer_.Observe(batch.observations);
    for (int i = 0; i < context_.num_envs; ++i) {
      const sim::StepResult& result = batch.results[i];
      const float reward = static_cast<float>(options_.reward_scale) * batch.rewards[i];
      n_step_[i].Add(batch.observations.subspan(i * obs_dim, obs_dim),
                     batch.actions.subspan(i * act_dim, act_dim), reward,
                     batch.next_observations.subspan(i * obs_dim, obs_dim), result.terminated,
                     result.truncated, result.diverged, &replay_);
      if (result.done()) noise_.Reset(i);
    }
    env_steps_ += context_.num_envs;
    if (env_steps_ >= options_.warmup_steps) normalizer_.EndWarmup();
  }

  void Update() override {
    if (env_steps_ < options_.warmup_steps || replay_.size() == 0) return;
    owed_updates_ += options_.updates_per_step * context_.num_envs;
    for (; owed_updates_ >= 1; owed_updates_ -= 1) UpdateOnce();
  }

  int64_t env_steps() const override { return env_steps_; }
  int64_t updates() const override { return updates_; }

  models::PolicyArtifact Snapshot() const override {
    models::PolicyArtifact artifact;
    artifact.layers = models::ToDenseLayers(*actor_.online);
    artifact.obs_mean = normalizer_.mean();
    artifact.obs_scale = normalizer_.scale();
    artifact.obs_clip = normalizer_.clip();
    for (int i = 0; i < context_.obs_dim; ++i) {
      artifact.contract.observation.push_back(
          {"", "", normalizer_.low()[i], normalizer_.high()[i]});
    }
    artifact.contract.env_steps = env_steps_;
    artifact.contract.seed = context_.seed;
    return artifact;
  }

  Metrics TakeMetrics() override {
    const double critics = std::max<double>(1, static_cast<double>(sums_.critic_updates));
    const double actors = std::max<double>(1, static_cast<double>(sums_.actor_updates));
    Metrics metrics{{"critic_loss", sums_.critic_loss / critics},
                    {"q_mean", sums_.q / critics},
                    {"target_mean", sums_.target / critics},
                    {"actor_q", sums_.actor_q / actors},
                    {"noise_sigma", NoiseSigma()},
                    {"actor_lr", actor_.adam.learning_rate()},
                    {"updates", static_cast<double>(updates_)},
                    {"replay_size", static_cast<double>(replay_.size())}};
    sums_ = {};
    return metrics;
  }

  void Serialize(models::Archive& archive) override {
    archive.Value("env_steps", env_steps_);
    archive.Value("updates", updates_);
    archive.Value("owed_updates", owed_updates_);
    archive.Value("replay_random", replay_random_);
    archive.Value("target_random", target_random_);
    actor_.Serialize(archive, "actor");
    for (size_t i = 0; i < critics_.size(); ++i)
      critics_[i].Serialize(archive, fmt::format("critic{}", i));
    normalizer_.Serialize(archive, "normalizer");
    noise_.Serialize(archive, "noise");
    for (size_t i = 0; i < n_step_.size(); ++i)
      n_step_[i].Serialize(archive, fmt::format("n_step{}", i));
    replay_.Serialize(archive, "replay");
    archive.Value("metrics.critic_updates", sums_.critic_updates);
    archive.Value("metrics.actor_updates", sums_.actor_updates);
    for (auto [name, value] : {std::pair{"critic_loss", &sums_.critic_loss},
                               {"q", &sums_.q},
                               {"target", &sums_.target},
                               {"actor_q", &sums_.actor_q}}) {
      archive.Value(std::string("metrics.") + name, *value);
    }
  }

 private:
  // Algorithm 1 of the paper, one pass of its inner loop; the delay is TD3's
  void UpdateOnce() {
    SetLearningRates();
    replay_.Sample(static_cast<int>(options_.batch), replay_random_, &batch_);
    normalizer_.Apply(batch_.observations, batch_.observations);
    normalizer_.Apply(batch_.next_observations, batch_.next_observations);
    ++updates_;
    const bool actor_too = updates_ % options_.policy_delay == 0;
    if (actor_too) CopyParameters(*critics_.front().online, *actor_critic_);
    // the actor needs neither the targets nor the critics' new parameters, so its half runs beside
    // theirs
    InParallel(
        [&] {
          ComputeTargets();
          if (critics_.size() == 1) UpdateCritic(critics_[0]);
        },
        [&] {
          if (actor_too) UpdateActor();
        });
    if (critics_.size() == 2) {
      InParallel([&] { UpdateCritic(critics_[0]); }, [&] { UpdateCritic(critics_[1]); });
    }
    if (actor_too) UpdateTargets();
    AddUp();
  }

  template <class First, class Second>
  void InParallel(First first, Second second) {
    if (!context_.pool) {
      first();
      second();
      return;
    }
    context_.pool->ParallelFor(2, [&](int half) { half == 0 ? first() : second(); });
  }

  // y = R_n + gamma^n min_i Q_i'(s_n, mu'(s_n) + clipped noise)
  void ComputeTargets() {
    const auto policy = actor_.target->Forward(batch_.next_observations, {}, batch_.size);
    next_actions_.assign(policy.begin(), policy.end());
    SmoothTargetActions();
    targets_.assign(batch_.size, std::numeric_limits<float>::infinity());
    for (Learner& critic : critics_) {
      const auto q = critic.target->Forward(batch_.next_observations, next_actions_, batch_.size);
      for (int i = 0; i < batch_.size; ++i) targets_[i] = std::min(targets_[i], q[i]);
    }
    for (int i = 0; i < batch_.size; ++i)
      targets_[i] = batch_.rewards[i] + batch_.discounts[i] * targets_[i];
  }

  void SmoothTargetActions() {
    if (options_.target_noise <= 0) return;
    const double clip = options_.target_noise_clip;
    for (float& action : next_actions_) {
      const double noise = std::clamp(options_.target_noise * target_random_.Normal(), -clip, clip);
      action = std::clamp(action + static_cast<float>(noise), -1.0f, 1.0f);
    }
  }

  // minimise mean (Q(s, a) - y)^2
  void UpdateCritic(Learner& critic) {
    const auto q = critic.online->Forward(batch_.observations, batch_.actions, batch_.size);
    critic.output_gradient.resize(batch_.size);
    double loss = 0, q_sum = 0;
    for (int i = 0; i < batch_.size; ++i) {
      const float error = q[i] - targets_[i];
      loss += static_cast<double>(error) * error;
      q_sum += q[i];
      critic.output_gradient[i] = 2 * error / static_cast<float>(batch_.size);
    }
    CheckFinite(loss, "critic loss");
    critic.online->Backward(critic.output_gradient, {.parameters = true});
    critic.adam.Step(critic.online->parameters().values(), critic.online->gradient().values());
    critic.loss = loss / batch_.size;
    critic.mean_q = q_sum / batch_.size;
  }

  // maximise mean Q(s, mu(s)): the deterministic policy gradient
  void UpdateActor() {
    const auto actions = actor_.online->Forward(batch_.observations, {}, batch_.size);
    const auto q = actor_critic_->Forward(batch_.observations, actions, batch_.size);
    double q_sum = 0;
    for (float value : q) q_sum += value;
    CheckFinite(q_sum, "Q of the actor's actions");
    actor_.output_gradient.assign(batch_.size, -1.0f / static_cast<float>(batch_.size));
    actor_critic_->Backward(actor_.output_gradient, {.parameters = false, .late_input = true});
    actor_.online->Backward(actor_critic_->late_gradient(), {.parameters = true});
    actor_.adam.Step(actor_.online->parameters().values(), actor_.online->gradient().values());
    sums_.actor_updates += 1;
    sums_.actor_q += q_sum / batch_.size;
  }

  void AddUp() {
    double target_sum = 0;
    for (float target : targets_) target_sum += target;
    sums_.critic_updates += 1;
    sums_.critic_loss += critics_.front().loss;
    sums_.q += critics_.front().mean_q;
    sums_.target += target_sum / batch_.size;
  }

  void UpdateTargets() {
    const float tau = static_cast<float>(options_.tau);
    models::PolyakAverage(actor_.online->parameters().values(), tau,
                          actor_.target->parameters().values());
    for (Learner& critic : critics_) {
      models::PolyakAverage(critic.online->parameters().values(), tau,
                            critic.target->parameters().values());
    }
  }

  void CheckFinite(double value, const char* quantity) const {
    if (std::isfinite(value)) return;
    throw Error(fmt::format("the {} is {} at update {} (environment step {})", quantity, value,
                            updates_, env_steps_));
  }

  // learning rates fall linearly to `lr_final` of their start over the run
  void SetLearningRates() {
    const double factor = 1 + (options_.lr_final - 1) * Progress();
    actor_.adam.set_learning_rate(options_.actor_lr * factor);
    for (Learner& critic : critics_) critic.adam.set_learning_rate(options_.critic_lr * factor);
  }

  double NoiseSigma() const {
    if (env_steps_ < options_.warmup_steps) return options_.warmup_sigma;
    return options_.noise_sigma * (1 + (options_.noise_final - 1) * Progress());
  }

  double Progress() const {
    return std::min(1.0,
                    static_cast<double>(env_steps_) / static_cast<double>(context_.total_steps));
  }

  static void CopyParameters(const Network& from, Network& to) {
    std::ranges::copy(from.parameters().values(), to.parameters().values().begin());
  }

  DdpgOptions options_;
  AgentContext context_;
  Random init_random_, replay_random_, target_random_;
  Learner actor_;
  std::vector<Learner> critics_;
  std::unique_ptr<Network> actor_critic_;  // the first critic as it was before this update
  models::Normalizer normalizer_;
  Noise noise_;
  ReplayBuffer replay_;
  std::vector<NStep> n_step_;
  int64_t env_steps_ = 0, updates_ = 0;
  double owed_updates_ = 0;
  MetricSums sums_;
  Batch batch_;
  std::vector<float> normalized_, next_actions_, targets_;
};

class Builder : public AgentBuilder {
 public:
  void Describe(OptionTable& table) override { options_.Describe(table); }
  std::unique_ptr<Agent> Build(const AgentContext& context) const override {
    return MakeDdpgAgent(options_, context);
  }

 private:
  DdpgOptions options_;
};

}  // namespace

void DdpgOptions::Describe(OptionTable& table) {
  table.Add("actor_hidden", &actor_hidden, {1, 4096}, "widths of the actor's hidden layers");
  table.Add("critic_hidden", &critic_hidden, {1, 4096}, "widths of the critic's hidden layers");
  table.Add("critic_action_layer", &critic_action_layer, {0, 8},
            "critic layer that the action enters (0: the first)");
  table.Add("final_layer_range", &final_layer_range, {0, 1},
            "last layers start uniform within this");
  table.Add("gamma", &gamma, {0, 1}, "discount per control step");
  table.Add("tau", &tau, {0, 1}, "share of the online networks that enters the targets per update");
  table.Add("actor_lr", &actor_lr, {0, 1}, "Adam step size of the actor");
  table.Add("critic_lr", &critic_lr, {0, 1}, "Adam step size of the critic");
  table.Add("lr_final", &lr_final, {0, 1},
            "both step sizes fall linearly to this share at the end");
  table.Add("critic_weight_decay", &critic_weight_decay, {0, 1},
            "L2 penalty on the critic's parameters");
  table.Add("max_gradient_norm", &max_gradient_norm, {0, 1e6},
            "gradients are clipped to this norm (0: never)");
  table.Add("batch", &batch, {1, 65536}, "transitions per update");
  table.Add("updates_per_step", &updates_per_step, {0, 1000},
            "gradient updates per environment step");
  table.Add("replay_capacity", &replay_capacity, {1, 1e8}, "transitions kept");
  table.Add("n_step", &n_step, {1, 100}, "steps of reward before the bootstrap");
  table.Add("reward_scale", &reward_scale, {1e-6, 1e6},
            "rewards are multiplied by this for the learner");
  table.Add("twin", &twin, "two critics, targets from the smaller (TD3)");
  table.Add("policy_delay", &policy_delay, {1, 100}, "critic updates per actor update (TD3)");
  table.Add("target_noise", &target_noise, {0, 1}, "noise on the target's action (TD3)");
  table.Add("target_noise_clip", &target_noise_clip, {0, 1}, "bound of that noise");
  table.Add("noise", &noise, {"gaussian", "ou"}, "exploration noise; ou: Ornstein-Uhlenbeck");
  table.Add("noise_sigma", &noise_sigma, {0, 2}, "its standard deviation, in units of the action");
  table.Add("noise_final", &noise_final, {0, 1}, "it falls linearly to this share at the end");
  table.Add("ou_theta", &ou_theta, {0, 1}, "pull of Ornstein-Uhlenbeck noise towards 0");
  table.Add("warmup_steps", &warmup_steps, {0, 1e9}, "environment steps before the first update",
            "steps");
  table.Add("warmup_sigma", &warmup_sigma, {0, 2}, "exploration noise until then");
  table.Add("normalizer", &normalizer, {"task", "warmup", "running"},
            "observation scaling: by the task's magnitudes, statistics of the warm-up, or running "
            "statistics");
  table.Add("obs_clip", &obs_clip, {0.1, 1e6}, "bound of the scaled observation");
  table.Add("backend", &backend, {"fused", "autograd"}, "fused CPU path or LibTorch autograd");
  table.Add("device", &device, {"cpu", "cuda"}, "device of the autograd back end");
}

std::unique_ptr<Agent> MakeDdpgAgent(const DdpgOptions& options, const AgentContext& context) {
  if (options.batch > options.replay_capacity) {
    throw UserError(fmt::format("agent.batch = {} is larger than agent.replay_capacity = {}",
                                options.batch, options.replay_capacity));
  }
  if (options.critic_action_layer > static_cast<int64_t>(options.critic_hidden.size())) {
    throw UserError(fmt::format("agent.critic_action_layer = {}: the critic has layers 0 to {}",
                                options.critic_action_layer, options.critic_hidden.size()));
  }
  return std::make_unique<Ddpg>(options, context);
}

std::unique_ptr<AgentBuilder> MakeDdpg() { return std::make_unique<Builder>(); }

}  // namespace sinew::agents
