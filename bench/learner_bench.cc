#include "bench/learner_bench.h"

#include <algorithm>
#include <vector>

#include "agents/registry.h"
#include "bench/learner_workloads.h"
#include "bench/timing.h"

namespace sinew::bench {
namespace {

struct Row {
  std::string agent;
  LearnerShape shape;
  int policy_delay = 0;
};

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows{
      {"td3", {256, 256}, 1}, {"td3", {256, 256}, 2}, {"sac", {256, 256}}, {"ddpg", {256, 256}, 1},
      {"td3", {100, 64}, 1},  {"naf", {100, 200}},    {"ppo", {64, 64}},
  };
  return rows;
}

std::vector<Gemm> GemmsOf(const Row& row) {
  if (row.agent == "sac") return SacGemms(row.shape);
  if (row.agent == "naf") return NafGemms(row.shape);
  if (row.agent == "ppo") return PpoGemms(row.shape);
  return DdpgGemms(row.shape, row.agent == "td3" ? 2 : 1, row.policy_delay);
}

LearnerWorkload WorkloadOf(const Row& row, ThreadPool* pool) {
  if (row.agent == "ppo") return MakePpoWorkload(row.shape, pool);
  return MakeOffPolicyWorkload(row.agent, row.shape, row.policy_delay, pool);
}

nlohmann::ordered_json BenchRow(const Row& row, int threads, double seconds) {
  ThreadPool pool(threads);
  const LearnerWorkload learner = WorkloadOf(row, &pool);
  GemmRunner gemms(GemmsOf(row));
  const std::vector<Workload> workloads{{learner.run}, {[&] { gemms.Run(); }}};
  const auto medians = InterleavedMedians(workloads, {.seconds = seconds, .block_seconds = 0.01});
  const double ms = 1e3 * medians[0] / learner.updates;
  const double bound_ms = 1e3 * medians[1] / std::max(1, row.policy_delay);
  return {{"agent", row.agent},
          {"batch", row.shape.batch},
          {"hidden", {row.shape.hidden, row.shape.hidden}},
          {"obs", row.shape.obs},
          {"act", row.shape.act},
          {"policy_delay", row.policy_delay},
          {"threads", threads},
          {"ms", ms},
          {"bound_ms", bound_ms},
          {"ratio", ms / bound_ms}};
}

}  // namespace

nlohmann::ordered_json BenchLearner(std::span<const std::string> agents,
                                    std::span<const int> threads, double seconds) {
  for (const std::string& agent : agents) agents::MakeAgentBuilder(agent);
  auto rows = nlohmann::ordered_json::array();
  for (const Row& row : Rows()) {
    if (!agents.empty() && std::ranges::find(agents, row.agent) == agents.end()) continue;
    for (const int count : threads) rows.push_back(BenchRow(row, count, seconds));
  }
  return rows;
}

}  // namespace sinew::bench
