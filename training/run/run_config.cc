#include "training/run/run_config.h"

#include "agents/registry.h"
#include "training/run/task_contract.h"

namespace sinew::training {

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

int RunConfig::EpisodeSteps(const spec::TaskSpec& spec) const {
  const int64_t cut = train_.episode_steps > 0 ? train_.episode_steps : spec.time_limit;
  return static_cast<int>(std::min<int64_t>(cut, spec.time_limit));
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
                                .contract = ContractOf(*this, task),
                                .episode_steps = EpisodeSteps(spec)});
}

std::unique_ptr<ReverseCurriculum> RunConfig::BuildCurriculum(
    std::shared_ptr<const sim::Task> task) const {
  if (!curriculum_.enabled()) return nullptr;
  return std::make_unique<ReverseCurriculum>(curriculum_, std::move(task), seed_);
}

}  // namespace sinew::training
