#include "training/run/run_config.h"

#include "agents/registry.h"
#include "training/run/task_contract.h"

namespace sinew::training {

void TrainOptions::Describe(OptionTable& table) {
  table.Add("steps", &steps, {1, 1e12}, "environment steps of the whole run", "steps");
  table.Add("num_envs", &num_envs, {1, 4096}, "environments stepped together");
  table.Add("episode_steps", &episode_steps, {0, 1e9},
            "training episodes are cut off (truncated, not terminated) after this many steps, for "
            "more start states a run; evaluation never is (0: the task's limit alone)",
            "steps");
  table.Add("threads", &threads, {1, 256}, "threads; the result does not depend on them");
  table.Add("eval_every", &eval_every, {0, 1e12},
            "steps between evaluations (0: a twentieth of the run)", "steps");
  table.Add("eval_episodes", &eval_episodes, {1, 1e6},
            "episodes of such an evaluation, the same ones each time");
  table.Add("final_episodes", &final_episodes, {1, 1e6}, "episodes of the evaluation at the end");
  table.Add("checkpoint_every", &checkpoint_every, {0, 1e12},
            "steps between checkpoints (0: a quarter of the run)", "steps");
  table.Add("keep_checkpoints", &keep_checkpoints, {1, 1000}, "newest checkpoints kept");
  table.Add("ignore_warnings", &ignore_warnings,
            "go on where MuJoCo drops contacts or constraints, or finds an inertia singular; the "
            "physics is then not that of the model");
}

RunConfig::RunConfig(std::string task, TaskHooks hooks, std::string agent, uint64_t seed)
    : task_name_(std::move(task)),
      agent_name_(std::move(agent)),
      seed_(seed),
      hooks_(std::move(hooks)),
      agent_builder_(agents::MakeAgentBuilder(agent_name_)) {
  hooks_.describe(task_table_);
  hooks_.describe_randomization(randomize_table_);
  agent_builder_->Describe(agent_table_);
  train_.Describe(train_table_);
  curriculum_.Describe(curriculum_table_);
  for (OptionTable* table :
       {&train_table_, &task_table_, &randomize_table_, &curriculum_table_, &agent_table_})
    config_.AddSection(table);
}

std::unique_ptr<agents::Agent> RunConfig::BuildAgent(const sim::Task& task,
                                                     ThreadPool* pool) const {
  const spec::TaskSpec& spec = task.spec();
  std::vector<float> magnitude;
  for (const spec::ObservationElement& element : spec.observation)
    magnitude.push_back(static_cast<float>(element.magnitude));
  return agent_builder_->Build({.obs_dim = spec.obs_dim(),
                                .act_dim = spec.act_dim(),
                                .num_envs = static_cast<int>(train_.num_envs),
                                .total_steps = train_.steps,
                                .seed = seed_,
                                .obs_magnitude = magnitude,
                                .pool = pool,
                                .goals = task.goals(),
                                .contract = ContractOf(*this, task)});
}

std::unique_ptr<ReverseCurriculum> RunConfig::BuildCurriculum(
    std::shared_ptr<const sim::Task> task) const {
  if (!curriculum_.enabled()) return nullptr;
  return std::make_unique<ReverseCurriculum>(curriculum_, std::move(task), seed_);
}

}  // namespace sinew::training
