#include "agents/off_policy/recurrent_ddpg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sinew::agents {
namespace {

using models::RecurrentNetwork;
using models::RecurrentSpec;

// the memory stands before the last hidden layer
RecurrentSpec SpecOf(const std::vector<int64_t>& hidden, int memory) {
  RecurrentSpec spec{.memory = memory, .hidden_activation = models::Activation::kRelu};
  spec.encoder.assign(hidden.begin(), hidden.end());
  if (!spec.encoder.empty()) {
    spec.head.push_back(spec.encoder.back());
    spec.encoder.pop_back();
  }
  return spec;
}

}  // namespace

RecurrentDdpg::RecurrentDdpg(const DdpgOptions& options, const AgentContext& context)
    : options_(options),
      pool_(context.pool),
      obs_dim_(context.obs_dim),
      act_dim_(context.act_dim),
      num_envs_(context.num_envs),
      head_{.penalty = options.action_l2, .inverting = options.inverting_gradients},
      init_random_(context.seed, "initial parameters"),
      target_random_(context.seed, "target noise"),
      actor_(MakeActor(context)) {
  for (int i = 0; i < (options.twin ? 2 : 1); ++i) critics_.push_back(MakeCritic(i, context));
  states_.resize(static_cast<size_t>(num_envs_) * state_width());
}

RecurrentDdpg::Remembering RecurrentDdpg::MakeActor(const AgentContext& context) {
  RecurrentSpec spec = SpecOf(options_.actor_hidden, options_.width());
  spec.inputs = context.obs_dim;
  spec.outputs = context.act_dim;
  spec.output_activation = head_.activation();
  return {{"actor", spec, options_.learner(options_.actor_lr), init_random_},
          0,
          std::vector<float>(static_cast<size_t>(num_envs_) * spec.memory)};
}

RecurrentDdpg::Remembering RecurrentDdpg::MakeCritic(int index, const AgentContext& context) {
  RecurrentSpec spec = SpecOf(options_.critic_hidden, options_.width());
  spec.inputs = context.obs_dim;
  spec.late_inputs = context.act_dim;
  spec.outputs = 1;
  LearnerOptions learner = options_.learner(options_.critic_lr);
  learner.weight_decay = options_.critic_weight_decay;
  Remembering critic{{fmt::format("critic{}", index), spec, learner, init_random_},
                     index + 1,
                     std::vector<float>(static_cast<size_t>(num_envs_) * spec.memory)};
  critic.late.resize(static_cast<size_t>(num_envs_) * act_dim_);
  return critic;
}

int RecurrentDdpg::state_width() const {
  return options_.width() * static_cast<int>(1 + critics_.size());
}

void RecurrentDdpg::Act(std::span<const float> observations, std::span<const uint8_t> begins,
                        std::span<float> actions) {
  const int width = options_.width();
  const auto step = [&](Remembering* remembering) {
    for (int env = 0; env < num_envs_; ++env) {
      std::copy_n(remembering->acting.begin() + static_cast<int64_t>(env) * width, width,
                  states_.begin() + static_cast<int64_t>(env) * state_width() +
                      static_cast<int64_t>(remembering->slot) * width);
    }
    return remembering->learner.online().Step(observations, begins, remembering->acting,
                                              remembering->late);
  };
  std::ranges::copy(head_.Actions(step(&actor_), &acted_), actions.begin());
  for (Remembering& critic : critics_) step(&critic);
}

template <class T>
std::span<const T> RecurrentDdpg::Learned(const std::vector<T>& values, int width) const {
  return std::span(values).last(static_cast<size_t>(rows_) * width);
}

std::span<const float> RecurrentDdpg::BurnIn(RecurrentNetwork& network, int slot,
                                             std::vector<float>* state) const {
  const int width = options_.width(), count = batch_->count;
  const int steps = batch_->steps - rows_ / count;
  state->resize(static_cast<size_t>(count) * width);
  for (int i = 0; i < count; ++i) {
    std::copy_n(batch_->states.begin() + static_cast<int64_t>(i) * state_width() +
                    static_cast<int64_t>(slot) * width,
                width, state->begin() + static_cast<int64_t>(i) * width);
  }
  if (steps == 0) return *state;
  const size_t rows = static_cast<size_t>(steps) * count;
  network.Forward(
      {.steps = steps,
       .count = count,
       .inputs = std::span(batch_->observations).first(rows * obs_dim_),
       .late_inputs =
           std::span(batch_->actions).first(network.spec().late_inputs > 0 ? rows * act_dim_ : 0),
       .state = *state,
       .begins = std::span(batch_->begins).first(rows)});
  std::ranges::copy(network.states().last(state->size()), state->begin());
  return *state;
}

models::Sequences RecurrentDdpg::Lesson(std::span<const float> state,
                                        std::span<const float> late) const {
  return {.steps = rows_ / batch_->count,
          .count = batch_->count,
          .inputs = Learned(batch_->observations, obs_dim_),
          .late_inputs = late,
          .state = state,
          .begins = Learned(batch_->begins, 1)};
}

UpdateOutcome RecurrentDdpg::Update(const SequenceBatch& batch, const UpdateMoment& moment) {
  batch_ = &batch;
  rows_ = static_cast<int>(options_.sequence_length) * batch.count;
  const auto ends = Learned(batch.ends, 1);
  weights_.resize(rows_);
  std::ranges::transform(ends, weights_.begin(),
                         [](StepEnd end) { return end == StepEnd::kDiverged ? 0.0f : 1.0f; });
  const bool actor_too = (moment.number % options_.policy_delay) == 0;
  const double tau = actor_too ? options_.tau : 0;  // targets move with the actor
  RunBoth(
      pool_, [&] { ComputeTargets(moment.bootstrap); },
      [&] {
        if (actor_too) ClimbCritic();
      });
  if (options_.twin) {
    RunBoth(
        pool_, [&] { UpdateCritic(tau, &critics_[0]); }, [&] { UpdateCritic(tau, &critics_[1]); });
  } else {
    UpdateCritic(tau, &critics_[0]);
  }
  if (actor_too) UpdateActor(pool_);
  AddUp();
  return {.mean_abs_q = critics_.front().last.mean_abs_q};
}

void RecurrentDdpg::EvaluateSuccessors() {
  // each row's successor is one step further on from the state behind the row: it may be no row
  const auto follow = [this](Remembering* remembering, std::span<const float> late,
                             std::span<const float> next_late) {
    RecurrentNetwork& network = remembering->learner.target();
    const auto state = BurnIn(network, remembering->slot, &target_state_);
    network.Forward(Lesson(state, late));
    after_.assign(network.states().begin(), network.states().end());
    return network.Step(Learned(batch_->next_observations, obs_dim_), {}, after_, next_late);
  };
  const auto policy = head_.Actions(follow(&actor_, {}, {}), &next_actions_);
  if (head_.plain()) next_actions_.assign(policy.begin(), policy.end());
  SmoothTargetActions();
  values_.assign(rows_, std::numeric_limits<float>::infinity());
  for (Remembering& critic : critics_) {
    const auto q = follow(&critic, Learned(batch_->actions, act_dim_), next_actions_);
    for (int i = 0; i < rows_; ++i) values_[i] = std::min(values_[i], q[i]);
  }
}

void RecurrentDdpg::SmoothTargetActions() {
  if (options_.target_noise <= 0) return;
  const double clip = options_.target_noise_clip;
  for (float& action : next_actions_) {
    const double noise = std::clamp(options_.target_noise * target_random_.Normal(), -clip, clip);
    action = std::clamp(action + static_cast<float>(noise), -1.0f, 1.0f);
  }
}

void RecurrentDdpg::ComputeTargets(const Bootstrap& bootstrap) {
  EvaluateSuccessors();
  // whatever a step that diverged led to, it must not get into a sum
  for (int row = 0; row < rows_; ++row) {
    if (weights_[row] == 0) values_[row] = 0;
  }
  returns_.resize(rows_), discounts_.resize(rows_), targets_.resize(rows_);
  for (int row = 0; row < rows_; ++row) {
    targets_[row] = values_[Return(row, bootstrap.gamma)];
  }
  bootstrap.Targets(returns_, discounts_, 0, targets_);
}

int RecurrentDdpg::Return(int row, double gamma) {
  const auto rewards = Learned(batch_->rewards, 1);
  const auto ends = Learned(batch_->ends, 1);
  double sum = 0, discount = 1;
  int last = row;
  if (ends[row] == StepEnd::kDiverged) {
    returns_[row] = discounts_[row] = 0;
    return row;
  }
  for (int64_t k = 0; k < options_.n_step; ++k) {
    const int next = row + static_cast<int>(k) * batch_->count;
    if (next >= rows_ || ends[next] == StepEnd::kDiverged) break;
    last = next;
    sum += discount * options_.reward_scale * rewards[last];
    discount *= gamma;
    if (ends[last] != StepEnd::kContinues) break;
  }
  returns_[row] = static_cast<float>(sum);
  discounts_[row] = ends[last] == StepEnd::kTerminated ? 0.0f : static_cast<float>(discount);
  return last;
}

// action_gradient_ = d(-mean Q(h, mu(h)))/da, with the critic as it was before this update
void RecurrentDdpg::ClimbCritic() {
  RecurrentNetwork& actor = actor_.learner.online();
  outputs_ = actor.Forward(Lesson(BurnIn(actor, actor_.slot, &actor_.state), {}));
  const auto actions = head_.Actions(outputs_, &chosen_);
  Remembering& first = critics_.front();
  RecurrentNetwork& critic = first.learner.online();
  const auto q = critic.Forward(Lesson(BurnIn(critic, first.slot, &first.state), actions));
  double q_sum = 0;
  for (float value : q) q_sum += value;
  CheckFinite(q_sum, "Q of the actor's actions");
  climb_gradient_.resize(rows_);
  std::ranges::transform(weights_, climb_gradient_.begin(),
                         [this](float weight) { return -weight / static_cast<float>(rows_); });
  critic.Backward(climb_gradient_, {.parameters = false, .late_input = true});
  action_gradient_.assign(critic.late_gradient().begin(), critic.late_gradient().end());
  actor_q_.Add(q_sum / rows_);
  saturation_.Add(SaturatedShare(actions));
}

// minimise mean (Q(h, a) - y)^2
void RecurrentDdpg::UpdateCritic(double tau, Remembering* critic) {
  RecurrentNetwork& online = critic->learner.online();
  const auto state = BurnIn(online, critic->slot, &critic->state);
  const auto q = online.Forward(Lesson(state, Learned(batch_->actions, act_dim_)));
  critic->gradient.resize(rows_);
  critic->last = SquaredTdError(q, targets_, weights_, critic->gradient);
  CheckFinite(critic->last.loss, "critic loss");
  online.Backward(critic->gradient, {.parameters = true});
  critic->learner.Step(tau);
}

// maximise mean Q(h, mu(h))
void RecurrentDdpg::UpdateActor(ThreadPool* pool) {
  actor_.learner.online().Backward(head_.Gradient(outputs_, action_gradient_, &head_gradient_),
                                   {.parameters = true, .pool = pool});
  actor_.learner.Step(options_.tau, pool);
}

void RecurrentDdpg::AddUp() {
  double target_sum = 0;
  for (float target : targets_) target_sum += target;
  critic_loss_.Add(critics_.front().last.loss);
  q_.Add(critics_.front().last.mean_q);
  target_.Add(target_sum / static_cast<double>(targets_.size()));
}

std::vector<ParameterLearner*> RecurrentDdpg::learners() {
  std::vector<ParameterLearner*> learners{&actor_.learner};
  for (Remembering& critic : critics_) learners.push_back(&critic.learner);
  return learners;
}

void RecurrentDdpg::Track(Figures* figures) {
  figures->Track("critic_loss", &critic_loss_);
  figures->Track("q_mean", &q_);
  figures->Track("target_mean", &target_);
  figures->Track("actor_q", &actor_q_);
  figures->Track("saturation", &saturation_);
}

void RecurrentDdpg::Serialize(models::Archive& archive) {
  archive.Value("target_random", target_random_);
  archive.Values("actor.memory", std::span<float>(actor_.acting));
  for (Remembering& critic : critics_) {
    archive.Values(critic.learner.name() + ".memory", std::span<float>(critic.acting));
  }
  archive.Values("memory.before", std::span<float>(states_));
}

}  // namespace sinew::agents
