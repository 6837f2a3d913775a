#include "bench/learner_bench.h"

#include <memory>
#include <vector>

#include "agents/ddpg.h"
#include "bench/gemm.h"
#include "bench/timing.h"
#include "core/random.h"

namespace sinew::bench {
namespace {

constexpr int kEnvs = 64;                  // a power of two: 1 / kEnvs is exact
constexpr int64_t kTransitions = 100'000;  // a replay buffer larger than the caches

/// One call of Update is one gradient update.
std::unique_ptr<agents::Agent> MakeAgent(const LearnerShape& shape) {
  agents::DdpgOptions options;
  options.actor_hidden = options.critic_hidden = {shape.hidden, shape.hidden};
  options.batch = shape.batch;
  options.updates_per_step = 1.0 / kEnvs;
  options.warmup_steps = 0;
  options.n_step = 1;
  options.target_noise = 0;
  return agents::MakeDdpgAgent(options, {.obs_dim = shape.obs,
                                         .act_dim = shape.act,
                                         .num_envs = kEnvs,
                                         .total_steps = kTransitions,
                                         .seed = 1});
}

std::vector<float> RandomRows(int columns, Random* random) {
  std::vector<float> values(static_cast<size_t>(kEnvs) * columns);
  for (float& value : values) value = static_cast<float>(random->Uniform(-1, 1));
  return values;
}

void FillReplay(const LearnerShape& shape, agents::Agent* agent) {
  Random random(1, "transitions");
  const std::vector<sim::StepResult> results(kEnvs);
  for (int64_t i = 0; i < kTransitions / kEnvs; ++i) {
    const auto observations = RandomRows(shape.obs, &random),
               actions = RandomRows(shape.act, &random), rewards = RandomRows(1, &random),
               next_observations = RandomRows(shape.obs, &random);
    agent->Observe({observations, actions, rewards, next_observations, results});
  }
}

nlohmann::ordered_json BenchShape(const LearnerShape& shape, double seconds) {
  const auto agent = MakeAgent(shape);
  FillReplay(shape, agent.get());
  GemmRunner gemms(DdpgGemms(shape));
  const std::vector<Workload> workloads{{[&] { agent->Update(); }}, {[&] { gemms.Run(); }}};
  const auto medians = InterleavedMedians(workloads, {.seconds = seconds, .block_seconds = 0.01});
  const double ms = 1e3 * medians[0], bound_ms = 1e3 * medians[1];
  return {{"agent", "ddpg"},  {"batch", shape.batch}, {"hidden", {shape.hidden, shape.hidden}},
          {"obs", shape.obs}, {"act", shape.act},     {"threads", 1},
          {"ms", ms},         {"bound_ms", bound_ms}, {"ratio", ms / bound_ms}};
}

}  // namespace

nlohmann::ordered_json BenchLearner(double seconds) {
  auto rows = nlohmann::ordered_json::array();
  for (const LearnerShape& shape : {LearnerShape{256, 256}, {100, 256}, {64, 64}}) {
    rows.push_back(BenchShape(shape, seconds));
  }
  return rows;
}

}  // namespace sinew::bench
