#include "agents/off_policy/naf.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "agents/base/options_builder.h"
#include "agents/exploration/parameter_noise.h"
#include "agents/off_policy/actor_head.h"
#include "agents/off_policy/naf_quadratic.h"
#include "agents/off_policy/td_losses.h"

namespace sinew::agents {
namespace {

models::NetworkSpec Spec(const NafOptions& options, const AgentContext& context,
                         const QuadraticShape& shape) {
  models::NetworkSpec spec;
  spec.inputs = context.obs_dim;
  spec.hidden.assign(options.hidden.begin(), options.hidden.end());
  spec.outputs = shape.outputs();
  return spec;
}

class Naf : public OffPolicyAgent {
 public:
  Naf(const NafOptions& options, const AgentContext& context)
      : OffPolicyAgent(options, context),
        options_(options),
        shape_{context.act_dim, options.diagonal_bound},
        init_random_(context.seed, "initial parameters"),
        imagined_random_(context.seed, "imagined noise"),
        quadratic_("q", Spec(options, context, shape_), options.learner(options.lr), init_random_),
        noise_(options.kind(), context.num_envs, context.act_dim, context.seed) {
    if (options.twin)
      second_.emplace("q2", Spec(options, context, shape_), options.learner(options.lr),
                      init_random_);
    if (options.imagination > 0) {
      Imagine(options, [this](std::span<const float> states, int rows, std::span<float> actions) {
        BestActions(quadratic_.online().Forward(states, {}, rows), actions);
        const double sigma = NoiseSigma();
        for (float& a : actions) {
          a = std::clamp(a + static_cast<float>(sigma * imagined_random_.Normal()), -1.0f, 1.0f);
        }
      });
    }
    if (!options.on_parameters()) return;
    parameter_noise_.emplace(
        Spec(options, context, shape_), options.learner(0),
        [this](std::span<const float> outputs, std::span<float> actions) {
          BestActions(outputs, actions);
        },
        ParameterNoiseOptions{.num_envs = context.num_envs,
                              .act_dim = context.act_dim,
                              .seed = context.seed,
                              .shares = NoiseShares(context.num_envs, options.noise_low)});
  }

 private:
  void Explore(std::span<const float> observations, std::span<float> actions) override {
    if (parameter_noise_) {
      return parameter_noise_->Act(quadratic_.online(), observations, NoiseSigma(), actions);
    }
    BestActions(quadratic_.online().Forward(observations, {}, context().num_envs), actions);
    noise_.AddTo(actions, NoiseSigma());
  }

  // mu, of any number of rows
  void BestActions(std::span<const float> outputs, std::span<float> actions) const {
    const int n = shape_.act_dim;
    for (size_t i = 0; i < actions.size(); ++i) {
      actions[i] = std::tanh(outputs[i / n * shape_.outputs() + 1 + i % n]);
    }
  }

  void EndEpisode(int env) override {
    noise_.Reset(env);
    if (parameter_noise_) parameter_noise_->Reset(env);
  }

  // Algorithm 1 of the paper, one iteration of its inner loop
  void Learn(const Batch& batch) override {
    std::span<const float> outputs;
    InParallel([&] { ComputeTargets(batch); },
               [&] {
                 outputs = quadratic_.online().Forward(batch.observations, {}, batch.size);
                 EvaluateQuadratic(outputs, batch.actions, shape_, &value_);
               });
    AddUp(Descend(quadratic_, outputs, batch.weights), outputs);
    if (!batch.weights.empty()) AbsoluteTdError(value_.q, targets_, &td_errors_);
    if (!second_) return;
    outputs = second_->online().Forward(batch.observations, {}, batch.size);
    EvaluateQuadratic(outputs, batch.actions, shape_, &value_);
    Descend(*second_, outputs, batch.weights);
  }

  // y = R_n + gamma^n V'(s_n), V' the smaller one of two
  void ComputeTargets(const Batch& batch) {
    targets_.assign(batch.size, std::numeric_limits<float>::infinity());
    const auto take_smaller = [&](Learner& quadratic) {
      const auto next = quadratic.target().Evaluate(batch.next_observations, {}, batch.size);
      for (int i = 0; i < batch.size; ++i)
        targets_[i] = std::min(targets_[i], next[i * shape_.outputs()]);
    };
    take_smaller(quadratic_);
    if (second_) take_smaller(*second_);
    Bootstrap(batch, targets_);
  }

  // minimise mean h(Q(s, a) - y), by the network whose outputs and values these are
  TdLoss Descend(Learner& quadratic, std::span<const float> outputs,
                 std::span<const float> weights) {
    q_gradient_.resize(targets_.size());
    if (options_.locality > 0) {
      LocalWeights(value_, shape_, options_.locality, weights, &local_weights_);
      weights = local_weights_;
    }
    const TdLoss loss =
        HuberTdError(value_.q, targets_, weights, options_.huber_width, q_gradient_);
    CheckFinite(loss.loss, "critic loss");
    output_gradient_.resize(outputs.size());
    QuadraticGradient(outputs, value_, q_gradient_, shape_, output_gradient_);
    if (options_.action_l2 > 0) {
      AddPenaltyGradient(outputs.data() + 1, static_cast<int>(targets_.size()), shape_.act_dim,
                         shape_.outputs(), options_.action_l2, output_gradient_.data() + 1);
    }
    quadratic.online().Backward(output_gradient_, {.parameters = true, .pool = context().pool});
    quadratic.Step(options_.tau, context().pool);
    return loss;
  }

  void TdErrors(std::span<float> errors) const override {
    std::ranges::copy(td_errors_, errors.begin());
  }

  void AddUp(const TdLoss& loss, std::span<const float> outputs) {
    const auto batch = static_cast<double>(targets_.size());
    double target_sum = 0, value_sum = 0;
    for (size_t i = 0; i < targets_.size(); ++i) {
      target_sum += targets_[i];
      value_sum += outputs[i * shape_.outputs()];
    }
    mean_abs_q_ = loss.mean_abs_q;
    saturation_.Add(SaturatedShare(value_.mu));
    critic_loss_.Add(loss.loss);
    q_.Add(loss.mean_q);
    target_.Add(target_sum / batch);
    state_value_.Add(value_sum / batch);
  }

  double MeanAbsQ() const override { return mean_abs_q_; }

  double NoiseSigma() const {
    return adjustment().noise * options_.Sigma(warming_up(), Progress());
  }

  std::vector<Learner*> Learners() override {
    std::vector<Learner*> learners{&quadratic_};
    if (second_) learners.push_back(&*second_);
    return learners;
  }

  std::vector<policy::DenseLayer> PolicyLayers() const override {
    return TanhHead(quadratic_.online(), 1, shape_.act_dim);
  }

  std::optional<policy::Critic> CriticSnapshot() const override {
    return policy::Critic{.kind = policy::Critic::Kind::kQuadratic,
                          .layers = models::CriticLayers(quadratic_.online()),
                          .diagonal_bound = shape_.bound,
                          .output_scale = 1 / options_.reward_scale,
                          .gamma = gamma()};
  }

  std::vector<std::pair<std::string, Mean*>> Means() override {
    return {{"critic_loss", &critic_loss_},
            {"q_mean", &q_},
            {"target_mean", &target_},
            {"value_mean", &state_value_},
            {"saturation", &saturation_}};
  }

  Metrics Gauges() const override {
    Metrics gauges{{"noise_sigma", NoiseSigma()}, {"lr", quadratic_.learning_rate()}};
    if (parameter_noise_) gauges.emplace_back("parameter_noise", parameter_noise_->scale());
    return gauges;
  }

  void SerializeMore(models::Archive& archive) override {
    noise_.Serialize(archive, "noise");
    if (options_.imagination > 0) archive.Value("imagined_random", imagined_random_);
    if (parameter_noise_) parameter_noise_->Serialize(archive, "parameter_noise");
  }

  NafOptions options_;
  QuadraticShape shape_;
  Random init_random_, imagined_random_;
  Learner quadratic_;
  std::optional<Learner> second_;  // twin
  Noise noise_;
  std::optional<ParameterNoise> parameter_noise_;
  Quadratic value_;
  double mean_abs_q_ = 0;  // of the last minibatch
  std::vector<float> targets_, q_gradient_, output_gradient_, td_errors_, local_weights_;
  Mean critic_loss_, q_, target_, state_value_, saturation_;
};

}  // namespace

void NafOptions::Describe(OptionTable& table) {
  table.Add("hidden", &hidden, {1, 4096}, "widths of the hidden layers");
  table.Add("lr", &lr, {0, 1}, "Adam step size");
  table.Add("huber_width", &huber_width, {1e-6, 1e6},
            "errors beyond this pull no harder; in units of the return");
  table.Add("diagonal_bound", &diagonal_bound, {0.1, 10},
            "L's diagonal lies between exp(-bound) and exp(bound)");
  table.Add("locality", &locality, {0, 100},
            "transitions count less the further their action is from mu(s), by a Gaussian of this "
            "width in units of the action (0: all alike)");
  table.Add("twin", &twin, "two networks, targets from the smaller V");
  ExplorationOptions::Describe(table);
  ImaginationOptions::Describe(table);
  OffPolicyOptions::Describe(table);
}

std::unique_ptr<Agent> MakeNafAgent(const NafOptions& options, const AgentContext& context) {
  return std::make_unique<Naf>(options, context);
}

std::unique_ptr<AgentBuilder> MakeNaf() {
  return std::make_unique<OptionsBuilder<NafOptions>>(NafOptions{}, MakeNafAgent);
}

}  // namespace sinew::agents
