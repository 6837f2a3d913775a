#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "apps/common/rows.h"
#include "apps/learn/commands.h"
#include "apps/learn/run_setup.h"
#include "bench/learner_bench.h"
#include "bench/policy_bench.h"
#include "bench/sim_bench.h"
#include "bench/train_bench.h"
#include "core/error.h"
#include "core/names.h"
#include "tasks/registry.h"

namespace sinew::apps {
namespace {

// sim has two rows for each of many tasks
constexpr double kSeconds = 2.5, kSimSeconds = 1;

struct BenchArguments {
  std::string what;
  std::vector<std::string> tasks, agents, devices{"cpu"};
  std::vector<int> threads{1, 2};
  int batch = 0, hidden = 0;  // of learner; 0: as the rows have it
  std::filesystem::path onnxruntime;
  double seconds = 0;  // of a row; 0: as kSeconds and kSimSeconds have it
  int64_t steps = 0;   // of train; 0: as the case has it
  bool json = false;
};

nlohmann::ordered_json BenchSimulation(const BenchArguments& arguments, double seconds) {
  std::vector<std::shared_ptr<const sim::Task>> tasks;
  const auto names = arguments.tasks.empty() ? tasks::TaskNames() : arguments.tasks;
  for (const std::string& name : names) tasks.push_back(tasks::MakeTask(name));
  return bench::BenchSim(tasks, seconds);
}

nlohmann::ordered_json BenchTraining(const BenchArguments& arguments) {
  const auto make_config = [](const std::string& task, const std::string& agent,
                              const std::vector<std::string>& assignments) {
    return MakeRunConfig({.task = task, .agent = agent, .assignments = assignments});
  };
  auto cases = bench::TrainCases(arguments.tasks, arguments.agents);
  for (bench::TrainCase& run : cases) {
    if (arguments.steps > 0) run.steps = arguments.steps;
  }
  return bench::BenchTrain(cases, arguments.threads, make_config);
}

nlohmann::ordered_json Measure(const BenchArguments& arguments) {
  const double seconds = arguments.seconds > 0     ? arguments.seconds
                         : arguments.what == "sim" ? kSimSeconds
                                                   : kSeconds;
  if (arguments.what == "learner")
    return bench::BenchLearner({.agents = arguments.agents,
                                .threads = arguments.threads,
                                .devices = arguments.devices,
                                .batch = arguments.batch,
                                .hidden = arguments.hidden,
                                .seconds = seconds});
  if (arguments.what == "policy") return bench::BenchPolicy({seconds, arguments.onnxruntime});
  if (arguments.what == "sim") return BenchSimulation(arguments, seconds);
  if (arguments.what == "train") return BenchTraining(arguments);
  static const std::vector<std::string> kNames{"learner", "policy", "sim", "train"};
  throw UserError(UnknownName("benchmark", arguments.what, kNames));
}

}  // namespace

void AddBenchCommand(CommandLine& program) {
  Command command = program.Add("bench");
  auto arguments = std::make_shared<BenchArguments>();
  command.Argument("learner|sim|policy|train", &arguments->what, "what is measured").Required();
  command.Value("--task", &arguments->tasks,
                "tasks of sim (default: all) and train (default: reacher and walker)");
  command.Value("--agent", &arguments->agents,
                "agents of learner and train (default: all that have a row)");
  command.Value("--threads", &arguments->threads, "threads of learner and train, a row each")
      .Between(1, 256)
      .ShowDefault();
  command
      .Value("--device", &arguments->devices,
             "devices of learner, a row each: cpu, or cuda through LibTorch's autograd")
      .OneOf({"cpu", "cuda"})
      .ShowDefault();
  command
      .Value("--hidden", &arguments->hidden,
             "width of both hidden layers in learner's rows (default: as the rows have it)")
      .Between(1, 4096);
  command
      .Value("--batch", &arguments->batch, "batch of learner's rows (default: as the rows have it)")
      .Between(1, 65536);
  command
      .Value("--seconds", &arguments->seconds,
             fmt::format("measured for each row of learner and policy (default: {}) or sim "
                         "(default: {})",
                         kSeconds, kSimSeconds))
      .Between(0.01, 3600.0);
  command
      .Value("--steps", &arguments->steps,
             "environment steps of each run of train (default: a few seconds' worth)")
      .Between(1000, 100000000);
  command.Value("--onnxruntime", &arguments->onnxruntime,
                "ONNX Runtime's library, for policy (default: $SINEW_ONNXRUNTIME, or where "
                "the linker finds it)");
  command.Flag("--json", &arguments->json, "one JSON document on stdout");
  command.Action([arguments] { PrintRows(Measure(*arguments), arguments->json); });
}

}  // namespace sinew::apps
