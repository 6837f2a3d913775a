#include "sim/task_builder.h"

#include "sim/positions_task.h"

namespace sinew::sim {

void TaskBuilder::Describe(OptionTable& table) {
  DescribeOwn(table);
  table.Add("observe", &observe, {"all", "positions"},
            "positions: a policy sees no velocity (no element in m/s or rad/s), and has to "
            "remember or do without");
}

std::shared_ptr<const Task> TaskBuilder::Build() const {
  std::shared_ptr<Task> task = Make();
  if (observe == "positions") task = MakePositionsTask(std::move(task));
  task->set_randomization(randomization);
  return task;
}

}  // namespace sinew::sim
