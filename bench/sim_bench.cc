#include "bench/sim_bench.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "bench/timing.h"
#include "core/random.h"
#include "core/thread_pool.h"
#include "sim/vec_env.h"

namespace sinew::bench {
namespace {

constexpr int kEnvsPerThread = 4;
constexpr double kControlScale = 0.3;  // of the range
constexpr int kBlockSteps = 200;       // enough for a median, few enough for all tasks in minutes

/// Random actions of one block: [steps][envs x act_dim].
using Actions = std::vector<std::vector<float>>;

Actions MakeActions(const spec::TaskSpec& spec, int envs) {
  Random random(1, "bench actions");
  // less than an episode, so that no reset falls into the block
  Actions actions(std::clamp(spec.time_limit - 1, 1, kBlockSteps));
  for (auto& step : actions) {
    step.resize(static_cast<size_t>(envs) * spec.act_dim());
    for (float& a : step) a = static_cast<float>(random.Uniform(-kControlScale, kControlScale));
  }
  return actions;
}

/// What an environment's simulation was given over one block.
struct Script {
  sim::SimulationState start;
  std::vector<double> controls;  // [steps x nu], in the actuators' own unit
  struct Restart {
    size_t step;  // before which the episode begins
    std::vector<double> qpos, qvel;
  };
  std::vector<Restart> restarts;
};

std::vector<double> Copy(const double* values, int count) { return {values, values + count}; }

void Append(std::vector<double>* to, const double* from, int count) {
  to->insert(to->end(), from, from + count);
}

/// Runs a block of `env`, which stands at the start of an episode, and notes what it took.
/// @param actions  of which those of environment `index` are taken.
Script Record(sim::Env& env, const Actions& actions, int index) {
  Script script;
  script.start = env.simulation().SaveState();
  const mjModel* model = env.simulation().model();
  const mjData* data = env.simulation().data();
  const int act_dim = env.spec().act_dim();
  for (size_t step = 0; step < actions.size(); ++step) {
    const bool done = env.Step(std::span(actions[step]).subspan(index * act_dim, act_dim)).done();
    Append(&script.controls, data->ctrl, model->nu);
    if (!done) continue;
    env.Reset();
    script.restarts.push_back({step + 1, Copy(data->qpos, model->nq), Copy(data->qvel, model->nv)});
  }
  return script;
}

/// A simulation that knows of no task: what a script says is written to it, mj_step is called on
/// the model as MuJoCo compiled it.
class RawLoop {
 public:
  explicit RawLoop(const sim::Task& task)
      : simulation_(task.MakeSimulation()),
        model_(simulation_.CompiledModel()),
        substeps_(task.spec().substeps) {
    mju_copy3(gravity_, model_->opt.gravity);
  }

  void Prepare(Script script) {
    script_ = std::move(script);
    simulation_.RestoreState(script_.start);
    RelieveOfGravity();
  }

  void Run() {
    const mjModel* model = model_.get();
    mjData* data = simulation_.data();
    const size_t steps = script_.controls.size() / model->nu;
    auto restart = script_.restarts.begin();
    for (size_t step = 0; step < steps; ++step) {
      if (restart != script_.restarts.end() && restart->step == step) {
        mj_resetData(model, data);
        RelieveOfGravity();
        std::ranges::copy(restart->qpos, data->qpos);
        std::ranges::copy(restart->qvel, data->qvel);
        mj_forward(model, data);
        ++restart;
      }
      std::copy_n(script_.controls.data() + step * model->nu, model->nu, data->ctrl);
      for (int k = 0; k < substeps_; ++k) mj_step(model, data);
    }
  }

 private:
  // What compensation makes of gravity, without its cost: there is none, and bodies that are not
  // compensated have their weight as a constant force.
  void RelieveOfGravity() {
    if (!simulation_.gravity_compensation()) return;
    mjModel* model = model_.get();
    mju_zero3(model->opt.gravity);
    std::vector<bool> relieved(model->nbody);
    for (const int joint : simulation_.gravity_joints()) relieved[model->jnt_bodyid[joint]] = true;
    for (int b = 1; b < model->nbody; ++b) {
      relieved[b] = relieved[b] || relieved[model->body_parentid[b]];
      if (!relieved[b])
        mju_scl3(simulation_.data()->xfrc_applied + 6 * b, gravity_, model->body_mass[b]);
    }
  }

  sim::Simulation simulation_;
  std::unique_ptr<mjModel, void (*)(mjModel*)> model_;
  mjtNum gravity_[3];
  int substeps_;
  Script script_;
};

SimRates ToRates(const std::vector<double>& medians, double steps) {
  return {steps / medians[0], steps / medians[1]};
}

SimRates MeasureEnv(const std::shared_ptr<const sim::Task>& task, double seconds) {
  const Actions actions = MakeActions(task->spec(), 1);
  sim::Env env(task, 1), recorded(task, 1);
  RawLoop raw(*task);
  uint64_t episode = 0;
  const Workload with_env{[&] {
                            for (const auto& action : actions) {
                              if (env.Step(action).done()) env.Reset();
                            }
                          },
                          [&] {
                            env.Reset();
                            episode = env.episode();
                          }};
  // the same episodes as in the block before
  const Workload bare{[&] { raw.Run(); },
                      [&] {
                        recorded.ResetToEpisode(episode);
                        raw.Prepare(Record(recorded, actions, 0));
                      }};
  const std::vector<Workload> workloads{with_env, bare};
  return ToRates(InterleavedMedians(workloads, {.seconds = seconds}),
                 static_cast<double>(actions.size()));
}

SimRates MeasureVecEnv(const std::shared_ptr<const sim::Task>& task, int threads, double seconds) {
  const int count = threads * kEnvsPerThread;
  const Actions actions = MakeActions(task->spec(), count);
  ThreadPool pool(threads);
  sim::VecEnv envs(task, count, 1, &pool), recorded(task, count, 1, &pool);
  std::vector<RawLoop> raw;
  for (int i = 0; i < count; ++i) raw.emplace_back(*task);
  std::vector<uint64_t> episodes(count);
  const Workload with_envs{[&] {
                             for (const auto& action : actions) envs.Step(action);
                           },
                           [&] {
                             envs.Reset();
                             for (int i = 0; i < count; ++i) episodes[i] = envs.env(i).episode();
                           }};
  const Workload bare{[&] { pool.ParallelFor(count, [&](int i) { raw[i].Run(); }); },
                      [&] {
                        pool.ParallelFor(count, [&](int i) {
                          recorded.env(i).ResetToEpisode(episodes[i]);
                          raw[i].Prepare(Record(recorded.env(i), actions, i));
                        });
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
