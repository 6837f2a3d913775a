#include "bench/learner_bench.h"

#include <algorithm>
#include <nlohmann/json.hpp>
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

  bool operator==(const Row&) const = default;
};

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows{
      {"td3", {256, 256}, 1},  {"td3", {256, 256}, 2}, {"sac", {256, 256}},
      {"ddpg", {256, 256}, 1}, {"td3", {100, 64}, 1},  {"fsac", {128, 64}, 2},
      {"fsac", {256, 128}, 2}, {"naf", {100, 200}},    {"ppo", {64, 64}},
  };
  return rows;
}

std::vector<Gemm> GemmsOf(const Row& row) {
  if (row.agent == "sac") return SacGemms(row.shape);
  if (row.agent == "fsac") return FsacGemms(row.shape, row.policy_delay);
  if (row.agent == "naf") return NafGemms(row.shape);
  if (row.agent == "ppo") return PpoGemms(row.shape);
  return DdpgGemms(row.shape, row.agent == "td3" ? 2 : 1, row.policy_delay);
}

std::vector<int> HiddenOf(const Row& row) {
  if (row.agent == "fsac") return {row.shape.hidden};  // of the residual stream
  return {row.shape.hidden, row.shape.hidden};
}

LearnerWorkload WorkloadOf(const Row& row, const std::string& device, ThreadPool* pool) {
  if (row.agent == "ppo") return MakePpoWorkload(row.shape, device, pool);
  return MakeOffPolicyWorkload(row.agent, row.shape, row.policy_delay, device, pool);
}

/// The rows that are asked for, each once, in the order of Rows().
std::vector<Row> ChosenRows(const LearnerBenchOptions& options) {
  std::vector<Row> chosen;
  for (Row row : Rows()) {
    if (options.batch > 0) row.shape.batch = options.batch;
    if (options.hidden > 0) row.shape.hidden = options.hidden;
    const bool wanted = options.agents.empty() ||
                        std::ranges::find(options.agents, row.agent) != options.agents.end();
    if (wanted && std::ranges::find(chosen, row) == chosen.end()) chosen.push_back(row);
  }
  return chosen;
}

nlohmann::ordered_json BenchRow(const Row& row, int threads, const std::string& device,
                                double seconds) {
  ThreadPool pool(threads);
  const LearnerWorkload learner = WorkloadOf(row, device, &pool);
  GemmRunner gemms(GemmsOf(row));
  const std::vector<Workload> workloads{{learner.run}, {[&] { gemms.Run(); }}};
  const auto medians = InterleavedMedians(workloads, {.seconds = seconds, .block_seconds = 0.01});
  const double ms = 1e3 * medians[0] / learner.updates;
  const double bound_ms = 1e3 * medians[1] / std::max(1, row.policy_delay);
  return {{"agent", row.agent},   {"batch", row.shape.batch}, {"hidden", HiddenOf(row)},
          {"obs", row.shape.obs}, {"act", row.shape.act},     {"policy_delay", row.policy_delay},
          {"threads", threads},   {"device", device},         {"ms", ms},
          {"bound_ms", bound_ms}, {"ratio", ms / bound_ms}};
}

}  // namespace

nlohmann::ordered_json BenchLearner(const LearnerBenchOptions& options) {
  for (const std::string& agent : options.agents) agents::MakeAgentBuilder(agent);
  auto rows = nlohmann::ordered_json::array();
  for (const Row& row : ChosenRows(options)) {
    for (const int threads : options.threads) {
      for (const std::string& device : options.devices)
        rows.push_back(BenchRow(row, threads, device, options.seconds));
    }
  }
  return rows;
}

}  // namespace sinew::bench
