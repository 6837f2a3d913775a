#include "bench/learner_workloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "agents/distribution/diagonal_gaussian.h"
#include "agents/on_policy/policy_epochs.h"
#include "agents/on_policy/value_learner.h"
#include "agents/registry.h"
#include "agents/rollout/rows.h"
#include "core/options.h"
#include "core/random.h"

namespace sinew::bench {
namespace {

constexpr int kEnvs = 64;                  // a power of two: 1 / kEnvs is exact
constexpr int64_t kTransitions = 100'000;  // a replay buffer larger than the caches
constexpr int kRolloutSteps = 64;

std::vector<float> RandomRows(int rows, int columns, Random* random) {
  std::vector<float> values(static_cast<size_t>(rows) * columns);
  for (float& value : values) value = static_cast<float>(random->Uniform(-1, 1));
  return values;
}

/// Steps of kEnvs environments that know no physics.
class RandomSteps {
 public:
  explicit RandomSteps(const LearnerShape& shape)
      : shape_(shape), random_(1, "transitions"), results_(kEnvs) {}

  agents::StepBatch Next() {
    observations_ = RandomRows(kEnvs, shape_.obs, &random_);
    actions_ = RandomRows(kEnvs, shape_.act, &random_);
    rewards_ = RandomRows(kEnvs, 1, &random_);
    next_observations_ = RandomRows(kEnvs, shape_.obs, &random_);
    return {observations_, actions_, rewards_, next_observations_, results_};
  }

 private:
  LearnerShape shape_;
  Random random_;
  std::vector<float> observations_, actions_, rewards_, next_observations_;
  std::vector<spec::StepResult> results_;
};

std::string BackendOf(const std::string& device) { return device == "cpu" ? "fused" : "autograd"; }

void SetHidden(int width, OptionTable* options) {
  const std::string hidden = fmt::format("{0},{0}", width);
  for (const auto& entry : options->entries()) {
    if (entry.key.ends_with("hidden")) entry.set(hidden);
    if (entry.key.ends_with("_width")) entry.set(fmt::format("{}", width));
  }
}

/// Policy and value of PPO with a rollout to learn from.
class PpoEpochs {
 public:
  PpoEpochs(const LearnerShape& shape, const std::string& device, ThreadPool* pool)
      : pool_(pool),
        random_(1, "parameters"),
        rollout_(std::max(kRolloutSteps, (shape.batch + kEnvs - 1) / kEnvs), kEnvs, shape.obs,
                 shape.act),
        policy_(std::make_unique<agents::DiagonalGaussian>(shape.act,
                                                           agents::DiagonalGaussian::Options{}),
                {.network = Spec(shape, shape.act), .learner = Options(device)}, random_),
        policy_epochs_(&policy_, true),
        value_({.network = Spec(shape, 1), .learner = Options(device), .clip = 0.2}, random_) {
    RandomSteps steps(shape);
    while (!rollout_.full()) rollout_.Add(steps.Next());
    policy_.BeginUpdate(rollout_);
    value_.Evaluate(rollout_);
    order_.Assign(rollout_);
    advantages_ = RandomRows(static_cast<int>(order_.rows().size()), 1, &random_);
    minibatches_ = order_.Shuffle(shape.batch);
  }

  int minibatches() const { return static_cast<int>(minibatches_.size()); }

  void Run() {
    pool_->ParallelFor(2, [this](int half) {
      half == 0 ? policy_epochs_.Run(rollout_, advantages_, minibatches_, {})
                : value_.Epoch(rollout_, advantages_, minibatches_);
    });
  }

 private:
  static agents::RolloutNetworkSpec Spec(const LearnerShape& shape, int outputs) {
    return {.inputs = shape.obs, .hidden = {shape.hidden, shape.hidden}, .outputs = outputs};
  }
  // small steps: the policy stays near the one that the rollout is said to come from
  static agents::LearnerOptions Options(const std::string& device) {
    return {.learning_rate = 1e-7,
            .max_gradient_norm = 0.5,
            .has_target = false,
            .backend = BackendOf(device),
            .device = device};
  }

  ThreadPool* pool_;
  Random random_;
  agents::RolloutBuffer rollout_;
  agents::StochasticPolicy policy_;
  agents::PolicyEpochs policy_epochs_;
  agents::ValueLearner value_;
  agents::MinibatchOrder order_{1};
  std::vector<float> advantages_;
  std::vector<agents::Minibatch> minibatches_;
};

}  // namespace

LearnerWorkload MakeOffPolicyWorkload(const std::string& agent, const LearnerShape& shape,
                                      int policy_delay, const std::string& device,
                                      ThreadPool* pool) {
  const auto builder = agents::MakeAgentBuilder(agent);
  OptionTable options("agent");
  builder->Describe(options);
  SetHidden(shape.hidden, &options);
  options.Set("batch_size", fmt::format("{}", shape.batch));
  options.Set("updates_per_step", fmt::format("{}", 1.0 / kEnvs));
  options.Set("learning_starts", "0");
  options.Set("backend", BackendOf(device));
  options.Set("device", device);
  if (policy_delay > 0) options.Set("policy_delay", fmt::format("{}", policy_delay));
  const std::shared_ptr<agents::Agent> learner = builder->Build({.obs_dim = shape.obs,
                                                                 .act_dim = shape.act,
                                                                 .num_envs = kEnvs,
                                                                 .total_steps = kTransitions,
                                                                 .seed = 1,
                                                                 .pool = pool});
  RandomSteps steps(shape);
  for (int64_t i = 0; i < kTransitions / kEnvs; ++i) learner->Observe(steps.Next());
  const int updates = std::max(1, policy_delay);
  return {[=] {
            for (int i = 0; i < updates; ++i) learner->Learn();
          },
          updates};
}

LearnerWorkload MakePpoWorkload(const LearnerShape& shape, const std::string& device,
                                ThreadPool* pool) {
  const auto epochs = std::make_shared<PpoEpochs>(shape, device, pool);
  return {[epochs] { epochs->Run(); }, epochs->minibatches()};
}

}  // namespace sinew::bench
