#include "bench/sim_bench.h"

#include <algorithm>
#include <vector>

#include "bench/timing.h"
#include "core/random.h"
#include "core/thread_pool.h"
#include "sim/vec_env.h"

namespace sinew::bench {
namespace {

constexpr int kEnvsPerThread = 4;
constexpr double kControlScale = 0.3;

/// Random actions of one block: [steps][envs x act_dim].
using Actions = std::vector<std::vector<float>>;

Actions MakeActions(const sim::TaskSpec& spec, int envs) {
  Random random(1, "bench actions");
  // one step less than an episode, so that no reset falls into the block
  Actions actions(std::max(1, spec.time_limit - 1));
  for (auto& step : actions) {
    step.resize(static_cast<size_t>(envs) * spec.act_dim());
    for (float& a : step) a = static_cast<float>(random.Uniform(-kControlScale, kControlScale));
  }
  return actions;
}

/// Simulations that know of no task: controls are written, mj_step is called.
class RawLoop {
 public:
  RawLoop(const sim::Task& task, const Actions& actions, int envs) : spec_(task.spec()) {
    for (int i = 0; i < envs; ++i) {
      simulations_.push_back(task.MakeSimulation());
      if (simulations_[i].gravity_compensation()) {
        mju_zero3(simulations_[i].model()->opt.gravity);
      }
    }
    // [envs][steps x act_dim], in the actuators' own unit
    controls_.resize(envs);
    for (const auto& step : actions) {
      for (size_t i = 0; i < step.size(); ++i) {
        const auto& element = spec_.action[i % spec_.act_dim()];
        const double fraction = 0.5 * (step[i] + 1.0);
        controls_[i / spec_.act_dim()].push_back(element.ctrl_low +
                                                 fraction * (element.ctrl_high - element.ctrl_low));
      }
    }
  }

  void StartFrom(int index, const sim::Simulation& start) {
    simulations_[index].RestoreState(start.SaveState());
    std::fill_n(simulations_[index].data()->qfrc_applied, simulations_[index].model()->nv, 0.0);
  }

  void Run(int index) {
    mjModel* model = simulations_[index].model();
    mjData* data = simulations_[index].data();
    for (auto control = controls_[index].begin(); control != controls_[index].end();
         control += model->nu) {
      std::copy_n(control, model->nu, data->ctrl);
      for (int k = 0; k < spec_.substeps; ++k) mj_step(model, data);
    }
  }

 private:
  const sim::TaskSpec& spec_;
  std::vector<sim::Simulation> simulations_;
  std::vector<std::vector<double>> controls_;
};

SimRates ToRates(const std::vector<double>& medians, double steps) {
  return {steps / medians[0], steps / medians[1]};
}

SimRates MeasureEnv(const std::shared_ptr<const sim::Task>& task, double seconds) {
  const Actions actions = MakeActions(task->spec(), 1);
  sim::Env env(task, 1);
  RawLoop raw(*task, actions, 1);
  const Workload with_env{[&] {
                            for (const auto& action : actions) env.Step(action);
                          },
                          [&] { env.Reset(); }};
  // from the start state of the block before
  sim::Env start(task, 1);
  const Workload bare{[&] { raw.Run(0); },
                      [&] {
                        start.ResetToEpisode(env.episode());
                        raw.StartFrom(0, start.simulation());
                      }};
  const std::vector<Workload> workloads{with_env, bare};
  return ToRates(InterleavedMedians(workloads, {.seconds = seconds}),
                 static_cast<double>(actions.size()));
}

SimRates MeasureVecEnv(const std::shared_ptr<const sim::Task>& task, int threads, double seconds) {
  const int count = threads * kEnvsPerThread;
  const Actions actions = MakeActions(task->spec(), count);
  ThreadPool pool(threads);
  sim::VecEnv envs(task, count, 1, &pool), starts(task, count, 1, &pool);
  RawLoop raw(*task, actions, count);
  const Workload with_envs{[&] {
                             for (const auto& action : actions) envs.Step(action);
                           },
                           [&] { envs.Reset(); }};
  const Workload bare{[&] { pool.ParallelFor(count, [&](int i) { raw.Run(i); }); },
                      [&] {
                        for (int i = 0; i < count; ++i) {
                          starts.env(i).ResetToEpisode(envs.env(i).episode());
                          raw.StartFrom(i, starts.env(i).simulation());
                        }
                      }};
  const std::vector<Workload> workloads{with_envs, bare};
  return ToRates(InterleavedMedians(workloads, {.seconds = seconds}),
                 static_cast<double>(actions.size()) * count);
}

}  // namespace

SimRates MeasureSim(const std::shared_ptr<const sim::Task>& task, int threads, double seconds) {
  return threads == 1 ? MeasureEnv(task, seconds) : MeasureVecEnv(task, threads, seconds);
}

nlohmann::ordered_json BenchSim(std::span<const std::shared_ptr<const sim::Task>> tasks,
                                double seconds) {
  auto rows = nlohmann::ordered_json::array();
  for (const auto& task : tasks) {
    for (const int threads : {1, 2}) {
      const SimRates rates = MeasureSim(task, threads, seconds);
      rows.push_back({{"task", task->spec().name},
                      {"threads", threads},
                      {"env_steps_per_s", rates.env_steps_per_s},
                      {"raw_steps_per_s", rates.raw_steps_per_s},
                      {"per_thread", rates.env_steps_per_s / threads},
                      {"overhead", rates.raw_steps_per_s / rates.env_steps_per_s - 1}});
    }
  }
  return rows;
}

}  // namespace sinew::bench
