#include "agents/off_policy/fsac.h"

#include <fmt/format.h>

#include <utility>

#include "agents/base/options_builder.h"
#include "agents/base/time_scale.h"
#include "agents/distribution/squashed_gaussian.h"
#include "agents/exploration/sampled_actor.h"
#include "agents/off_policy/fsac_rule.h"
#include "agents/replay/return_bound.h"
#include "core/error.h"

namespace sinew::agents {
namespace {

std::string From(const AgentContext& context) {
  if (context.episode_steps == 0) return "no time limit is known";
  const double dt = context.contract.control_dt;
  if (dt == 0) return fmt::format("episodes of {} control steps", context.episode_steps);
  return fmt::format("episodes of {} control steps of {:g} s", context.episode_steps, dt);
}

// what is left to the task's time scale; a line for each
std::vector<std::string> Derive(const AgentContext& context, FsacOptions* options) {
  const TimeScale scale = TimeScaleOf(context.episode_steps);
  std::vector<std::string> lines;
  const auto tell = [&](const char* name, const auto& value) {
    lines.push_back(
        fmt::format("agent.{} = {:g}, from {}", name, static_cast<double>(value), From(context)));
  };
  if (options->gamma == Schedule(0)) {
    options->gamma = scale.gamma;
    tell("gamma", scale.gamma);
  }
  if (options->learning_starts == 0) {
    options->learning_starts = scale.learning_starts;
    tell("learning_starts", scale.learning_starts);
  }
  return lines;
}

}  // namespace

FsacOptions::FsacOptions() {
  derived = true;
  gamma = 0;
  n_step = 1;
  learning_starts = 0;
  batch_size = 128;
  updates_per_step = 1;
  tau = 0.005;
  normalizer = "running";
  lr_schedule = {1, 0.1};
  temperature = 0.01;
  target_entropy = -0.5;
  warmup_range = 1;
}

ValueHead FsacOptions::head() const {
  return {categorical, {static_cast<int>(atoms), static_cast<float>(value_bound)}};
}

void FsacOptions::Describe(OptionTable& table) {
  table.Add("actor_width", &actor_width, {1, 4096}, "width of what runs past the actor's blocks");
  table.Add("actor_blocks", &actor_blocks, {1, 64}, "residual blocks of the actor");
  table.Add("critic_width", &critic_width, {1, 4096}, "the critics' width");
  table.Add("critic_blocks", &critic_blocks, {1, 64}, "residual blocks of the critics");
  table.Add("expansion", &expansion, {1, 64}, "a block's inner width over the outer one");
  table.Add("norm", &norm, {"rms", "layer", "none"}, "what a block's input goes through");
  table.Add("unit_weights", &unit_weights,
            "rows of weights keep length 1, but for the last layer's");
  table.Add("categorical", &categorical,
            "critics predict a distribution over returns; otherwise a number");
  table.Add("atoms", &atoms, {2, 4096}, "values that such a distribution is over");
  table.Add("value_bound", &value_bound, {1e-3, 1e6}, "the largest of them, in scaled rewards");
  table.Add("return_scaling", &return_scaling,
            "rewards are scaled by the statistics of their discounted sums");
  table.Add("policy_delay", &policy_delay, {1, 1000},
            "updates of the critics for one of the actor");
  SoftActorOptions::Describe(table);
  MemoryOptions::DescribeAbsent(table);
  OffPolicyOptions::Describe(table);
}

std::unique_ptr<Agent> MakeFsacAgent(const FsacOptions& given, const AgentContext& context) {
  RefuseMemory(given, "fsac");
  given.CheckDeviations();
  FsacOptions options = given;
  std::vector<std::string> derived = Derive(context, &options);
  auto rule = std::make_unique<FsacRule>(options, context);
  auto exploration = std::make_unique<SampledActor>(
      rule->actor(), std::make_unique<SquashedGaussian>(context.act_dim, options.range()),
      options.warmup_range, context);
  OffPolicyParts parts{std::move(rule), std::move(exploration)};
  parts.derived = std::move(derived);
  if (options.return_scaling) {
    parts.return_scale.emplace(context.num_envs, options.gamma.start, options.value_bound);
  }
  return std::make_unique<OffPolicyAgent>(options, context, std::move(parts));
}

std::unique_ptr<AgentBuilder> MakeFsac() {
  return std::make_unique<OptionsBuilder<FsacOptions>>(FsacOptions{}, MakeFsacAgent);
}

}  // namespace sinew::agents
