#include "agents/off_policy/sequence_agent.h"

#include <fmt/format.h>

#include <algorithm>

#include "agents/base/snapshot.h"
#include "core/error.h"
#include "models/recurrent/recurrent_graph.h"

namespace sinew::agents {
namespace {

constexpr int64_t kKeepEvery = 100;  // updates between two states to go back to

// Options that single transitions are needed for.
void CheckOptions(const DdpgOptions& options) {
  const auto refuse = [](bool on, const char* what, const char* instead) {
    if (on) {
      throw UserError(
          fmt::format("agent.{} does not go with agent.memory = \"gru\", which learns "
                      "from whole sequences; set agent.{}",
                      what, instead));
    }
  };
  options.Check();
  refuse(options.prioritized, "prioritized", "prioritized = false");
  refuse(options.hindsight > 0, "hindsight", "hindsight = 0");
  refuse(options.on_parameters(), "noise = \"parameter\"", "noise = \"gaussian\"");
}

SequenceReplay::Options ReplayOf(const DdpgOptions& options, const AgentContext& context,
                                 int state_width) {
  return {.capacity = options.buffer_size,
          .num_envs = context.num_envs,
          .obs_dim = context.obs_dim,
          .act_dim = context.act_dim,
          .sequence_length = static_cast<int>(options.sequence_length),
          .burn_in = static_cast<int>(options.burn_in),
          .state_width = state_width};
}

}  // namespace

SequenceAgent::SequenceAgent(const DdpgOptions& options, const AgentContext& context)
    : options_(options),
      context_(context),
      clock_(context),
      scaler_(options.MakeScaler(context)),
      rule_(options, context),
      noise_(options.kind(), context.num_envs, context.act_dim, context.seed),
      replay_(ReplayOf(options, context, rule_.state_width())),
      replay_random_(context.seed, "replay"),
      learners_(rule_.learners(), options.max_rollbacks),
      begins_(context.num_envs, 1) {
  CheckOptions(options);
  rule_.Track(&figures_);
}

bool SequenceAgent::warming_up() const {
  return clock_.env_steps() < std::min(options_.learning_starts, clock_.total_steps() / 2);
}

double SequenceAgent::Sigma() const {
  return adjustment_.noise * options_.Sigma(warming_up(), clock_.Progress());
}

void SequenceAgent::Act(const ActBatch& batch, std::span<float> actions) {
  if (!batch.episode_begins.empty()) {
    std::ranges::copy(batch.episode_begins, begins_.begin());
  }
  normalized_.resize(batch.observations.size());
  scaler_.Apply(batch.observations, normalized_);
  rule_.Act(normalized_, begins_, actions);
  noise_.AddTo(actions, Sigma());
}

void SequenceAgent::Observe(const StepBatch& batch) {
  scaler_.Observe(batch.observations);
  replay_.Add(batch, begins_, rule_.states());
  for (int env = 0; env < context_.num_envs; ++env) {
    rewards_.Include(options_.reward_scale * batch.rewards[env]);
    begins_[env] = batch.results[env].done() ? 1 : 0;
    if (batch.results[env].done()) noise_.Reset(env);
  }
  clock_.Advance();
  if (!warming_up()) scaler_.EndWarmup();
}

LearnOutcome SequenceAgent::Learn() {
  if (warming_up() || replay_.sequences() == 0) return {};
  const int64_t updates_before = clock_.updates();
  owed_updates_ += options_.updates_per_step * context_.num_envs;
  for (; owed_updates_ >= 1; owed_updates_ -= 1) {
    replay_.Sample(static_cast<int>(options_.batch_size), replay_random_, &batch_);
    learners_.Try(clock_.updates() + 1, clock_.env_steps(), [this] { Update(); });
  }
  LearnOutcome outcome{clock_.updates() - updates_before, learners_.TakeWarnings()};
  std::ranges::move(warnings_, std::back_inserter(outcome.warnings));
  warnings_.clear();
  return outcome;
}

void SequenceAgent::Update() {
  learners_.SetRateFactor(adjustment_.learning_rate * learners_.caution() *
                          options_.lr_schedule.At(clock_.Progress()));
  scaler_.Apply(batch_.observations, batch_.observations);
  scaler_.Apply(batch_.next_observations, batch_.next_observations);
  clock_.CountUpdates(1);
  const UpdateOutcome outcome =
      rule_.Update(batch_, {.number = clock_.updates(),
                            .progress = clock_.Progress(),
                            .bootstrap = {.gamma = options_.gamma.At(clock_.Progress()),
                                          .bounded = options_.bound_targets,
                                          .rewards = rewards_}});
  learners_.CheckSteps();
  if (options_.q_alarm) WatchQ(outcome.mean_abs_q);
  if (clock_.updates() % kKeepEvery == 0) learners_.Keep();
}

void SequenceAgent::WatchQ(double mean_abs_q) {
  const double step_worth = rewards_.largest_magnitude();
  const double bound = step_worth / (1 - options_.gamma.At(clock_.Progress()));
  if (!q_alarm_.Look(mean_abs_q, bound)) return;
  warnings_.push_back(
      fmt::format("mean |Q| is {:.4g} at environment step {}, update {}: beyond {:.4g}, which is "
                  "what a reward of {:.4g} at every step would be worth",
                  mean_abs_q, clock_.env_steps(), clock_.updates(), bound, step_worth));
}

policy::PolicyGraph SequenceAgent::Snapshot() const {
  auto graph = StartSnapshot(context_, scaler_, clock_);
  const auto memory = models::DescribeMemory(rule_.actor(), PolicyInput(context_), &graph);
  auto layers = models::HeadLayers(rule_.actor());
  if (rule_.tanh_behind()) layers.back().activation = "tanh";
  return graph.Build(graph.Layers(memory, layers));
}

Metrics SequenceAgent::TakeMetrics() {
  Metrics metrics;
  figures_.TakeInto(&metrics);
  metrics.emplace_back("noise_sigma", Sigma());
  metrics.emplace_back("actor_lr", rule_.learners().front()->learning_rate());
  metrics.emplace_back("updates", static_cast<double>(clock_.updates()));
  metrics.emplace_back("replay_size", static_cast<double>(replay_.size()));
  metrics.emplace_back("rollbacks", static_cast<double>(learners_.roll_backs()));
  metrics.emplace_back("q_alarm", q_alarm_.Take());
  return metrics;
}

void SequenceAgent::Serialize(models::Archive& archive) {
  clock_.Serialize(archive);
  archive.Value("owed_updates", owed_updates_);
  learners_.Serialize(archive);
  scaler_.Serialize(archive);
  archive.Value("replay_random", replay_random_);
  replay_.Serialize(archive, "replay");
  rewards_.Serialize(archive, "rewards");
  q_alarm_.Serialize(archive, "q_alarm");
  figures_.Serialize(archive);
  rule_.Serialize(archive);
  noise_.Serialize(archive, "noise");
  archive.Values("begins", std::span<uint8_t>(begins_));
}

}  // namespace sinew::agents
