#include "agents/off_policy/naf.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "agents/base/options_builder.h"
#include "agents/exploration/noisy_actor.h"
#include "agents/off_policy/actor_head.h"
#include "agents/off_policy/naf_quadratic.h"
#include "agents/off_policy/td_losses.h"
#include "agents/off_policy/update_rule.h"
#include "core/error.h"

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

/// Algorithm 1 of the paper, one iteration of its inner loop.
class NafRule : public UpdateRule {
 public:
  NafRule(const NafOptions& options, const AgentContext& context)
      : options_(options),
        pool_(context.pool),
        shape_{context.act_dim, options.diagonal_bound},
        init_random_(context.seed, "initial parameters"),
        quadratic_("q", Spec(options, context, shape_), options.learner(options.lr), init_random_) {
    if (!options.twin) return;
    second_.emplace("q2", Spec(options, context, shape_), options.learner(options.lr),
                    init_random_);
  }

  /// mu(s), which exploration adds noise to.
  DeterministicActor actor() {
    return {&quadratic_.online(), [this](std::span<const float> outputs, std::span<float> actions) {
              BestActions(outputs, actions);
            }};
  }

  UpdateOutcome Update(const Batch& batch, const UpdateMoment& moment) override {
    std::span<const float> outputs;
    RunBoth(
        pool_, [&] { ComputeTargets(batch, moment.bootstrap); },
        [&] {
          outputs = quadratic_.online().Forward(batch.observations, {}, batch.size);
          EvaluateQuadratic(outputs, batch.actions, shape_, &value_);
        });
    const TdLoss loss = Descend(quadratic_, outputs, batch.weights);
    AddUp(loss, outputs);
    td_errors_.clear();
    if (!batch.weights.empty()) AbsoluteTdError(value_.q, targets_, &td_errors_);
    if (second_) {
      outputs = second_->online().Forward(batch.observations, {}, batch.size);
      EvaluateQuadratic(outputs, batch.actions, shape_, &value_);
      Descend(*second_, outputs, batch.weights);
    }
    return {loss.mean_abs_q, td_errors_};
  }

  std::vector<ParameterLearner*> learners() override {
    std::vector<ParameterLearner*> learners{&quadratic_};
    if (second_) learners.push_back(&*second_);
    return learners;
  }

  policy::GraphBuilder::Value Describe(const policy::GraphBuilder::Value& x,
                                       policy::GraphBuilder* graph) const override {
    return graph->Layers(x, TanhHead(quadratic_.online(), 1, shape_.act_dim));
  }

  std::optional<policy::Critic> CriticSnapshot() const override {
    return policy::Critic{.kind = policy::Critic::Kind::kQuadratic,
                          .layers = models::CriticLayers(quadratic_.online()),
                          .diagonal_bound = shape_.bound};
  }

  void Track(Figures* figures) override {
    figures->Track("critic_loss", &critic_loss_);
    figures->Track("q_mean", &q_);
    figures->Track("target_mean", &target_);
    figures->Track("value_mean", &state_value_);
    figures->Track("saturation", &saturation_);
  }

  Metrics Gauges() const override { return {{"lr", quadratic_.learning_rate()}}; }
  void Serialize(models::Archive&) override {}

 private:
  // mu, of any number of rows
  void BestActions(std::span<const float> outputs, std::span<float> actions) const {
    const int n = shape_.act_dim;
    for (size_t i = 0; i < actions.size(); ++i) {
      actions[i] = std::tanh(outputs[i / n * shape_.outputs() + 1 + i % n]);
    }
  }

  // y = R_n + gamma^n V'(s_n), V' the smaller one of two
  void ComputeTargets(const Batch& batch, const Bootstrap& bootstrap) {
    targets_.assign(batch.size, std::numeric_limits<float>::infinity());
    const auto take_smaller = [&](Learner& quadratic) {
      const auto next = quadratic.target().Evaluate(batch.next_observations, {}, batch.size);
      for (int i = 0; i < batch.size; ++i)
        targets_[i] = std::min(targets_[i], next[i * shape_.outputs()]);
    };
    take_smaller(quadratic_);
    if (second_) take_smaller(*second_);
    bootstrap.Targets(batch.rewards, batch.discounts, 0, targets_);
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
    quadratic.online().Backward(output_gradient_, {.parameters = true, .pool = pool_});
    quadratic.Step(options_.tau, pool_);
    return loss;
  }

  void AddUp(const TdLoss& loss, std::span<const float> outputs) {
    const auto batch = static_cast<double>(targets_.size());
    double target_sum = 0, value_sum = 0;
    for (size_t i = 0; i < targets_.size(); ++i) {
      target_sum += targets_[i];
      value_sum += outputs[i * shape_.outputs()];
    }
    saturation_.Add(SaturatedShare(value_.mu));
    critic_loss_.Add(loss.loss);
    q_.Add(loss.mean_q);
    target_.Add(target_sum / batch);
    state_value_.Add(value_sum / batch);
  }

  NafOptions options_;
  ThreadPool* pool_;
  QuadraticShape shape_;
  Random init_random_;
  Learner quadratic_;
  std::optional<Learner> second_;  // twin
  Quadratic value_;
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
  MemoryOptions::DescribeAbsent(table);
  OffPolicyOptions::Describe(table);
}

std::unique_ptr<Agent> MakeNafAgent(const NafOptions& options, const AgentContext& context) {
  RefuseMemory(options, "naf");
  if (options.imagination > 0 && context.frames > 1) {
    throw UserError(
        fmt::format("agent.imagination = {} is for agent.history = 1: a model of the "
                    "dynamics knows states, not what went before them",
                    options.imagination));
  }
  auto rule = std::make_unique<NafRule>(options, context);
  const bool imagines = options.imagination > 0;
  OffPolicyParts parts{.rule = nullptr,
                       .exploration = std::make_unique<NoisyActor>(
                           options, rule->actor(), options.learner(0), context, imagines)};
  parts.rule = std::move(rule);
  if (imagines) parts.imagination = options;
  return std::make_unique<OffPolicyAgent>(options, context, std::move(parts));
}

std::unique_ptr<AgentBuilder> MakeNaf() {
  return std::make_unique<OptionsBuilder<NafOptions>>(NafOptions{}, MakeNafAgent);
}

}  // namespace sinew::agents
