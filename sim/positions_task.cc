#include "sim/positions_task.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace sinew::sim {
namespace {

/// Which elements of a whole observation are kept.
struct Selection {
  std::vector<int> kept;
  int whole = 0;  // elements before

  template <class T>
  void Take(std::span<const T> from, std::span<T> to) const {
    for (size_t i = 0; i < kept.size(); ++i) to[i] = from[kept[i]];
  }
  /// The whole observation with `rest` for what was left out.
  std::vector<float> Fill(std::span<const float> part, float rest) const {
    std::vector<float> all(whole, rest);
    for (size_t i = 0; i < kept.size(); ++i) all[kept[i]] = part[i];
    return all;
  }
};

Selection Positions(const std::vector<spec::ObservationElement>& elements) {
  Selection selection{{}, static_cast<int>(elements.size())};
  for (int i = 0; i < selection.whole; ++i) {
    if (!IsVelocity(elements[i])) selection.kept.push_back(i);
  }
  return selection;
}

/// The goals of a task in an observation that lacks elements on which they do not depend.
class PartlySeenGoals : public spec::GoalModel {
 public:
  PartlySeenGoals(std::shared_ptr<const spec::GoalModel> goals, Selection selection)
      : goals_(std::move(goals)), selection_(std::move(selection)) {}

  int goal_dim() const override { return goals_->goal_dim(); }
  void Achieved(std::span<const float> observation, std::span<float> goal) const override {
    goals_->Achieved(selection_.Fill(observation, 0), goal);
  }
  void Desired(std::span<const float> observation, std::span<float> goal) const override {
    goals_->Desired(selection_.Fill(observation, 0), goal);
  }
  void Replace(std::span<const float> goal, std::span<float> observation) const override {
    std::vector<float> all = selection_.Fill(observation, 0);
    goals_->Replace(goal, all);
    selection_.Take<float>(all, observation);
  }
  double Reward(std::span<const float> observation, std::span<const float> action,
                std::span<const float> next_observation) const override {
    return goals_->Reward(selection_.Fill(observation, 0), action,
                          selection_.Fill(next_observation, 0));
  }

 private:
  std::shared_ptr<const spec::GoalModel> goals_;
  Selection selection_;
};

/// Everything that a goal model says of one step.
std::vector<double> Answers(const spec::GoalModel& goals, std::span<const float> before,
                            std::span<const float> action, std::vector<float> after,
                            const Selection& selection) {
  std::vector<double> answers{goals.Reward(before, action, after)};
  std::vector<float> goal(goals.goal_dim()), kept(selection.kept.size());
  goals.Achieved(before, goal);
  answers.insert(answers.end(), goal.begin(), goal.end());
  goals.Desired(before, goal);
  answers.insert(answers.end(), goal.begin(), goal.end());
  goals.Replace(goal, after);
  selection.Take<float>(after, kept);
  answers.insert(answers.end(), kept.begin(), kept.end());
  return answers;
}

/// Whether what the goals say of random steps stays the same when other velocities are put in.
bool IgnoresTheRest(const spec::GoalModel& goals, const spec::TaskSpec& spec,
                    const Selection& selection) {
  constexpr int kTrials = 64;
  constexpr float kOther = 0.37F;
  Random random(0, "positions");
  const auto draw = [&](size_t size) {
    std::vector<float> values(size);
    for (float& value : values) value = static_cast<float>(random.Uniform(-1, 1));
    return values;
  };
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto before = draw(selection.kept.size()), after = draw(selection.kept.size()),
               action = draw(spec.action.size());
    const auto answers = [&](float rest) {
      return Answers(goals, selection.Fill(before, rest), action, selection.Fill(after, rest),
                     selection);
    };
    if (answers(0) != answers(kOther)) return false;
  }
  return true;
}

class PositionsTask : public Task {
 public:
  explicit PositionsTask(std::shared_ptr<const Task> task)
      : Task(task->MakeSimulation()),
        task_(std::move(task)),
        selection_(Positions(task_->spec().observation)) {
    spec_ = task_->spec();
    spec_.observation.clear();
    for (const int i : selection_.kept) spec_.observation.push_back(task_->spec().observation[i]);
    if (spec_.observation.empty()) {
      throw UserError(fmt::format(
          "task.observe = positions leaves '{}' nothing to observe: every element is a velocity",
          spec_.name));
    }
    const auto goals = task_->goals();
    if (goals && IgnoresTheRest(*goals, task_->spec(), selection_))
      goals_ = std::make_shared<PartlySeenGoals>(goals, selection_);
  }

  void Reset(Simulation& simulation, Random& random) const override {
    task_->Reset(simulation, random);
  }
  void ResetForTraining(Simulation& simulation, Random& random) const override {
    task_->ResetForTraining(simulation, random);
  }
  bool ResetAtGoal(Simulation& simulation, Random& random) const override {
    return task_->ResetAtGoal(simulation, random);
  }
  void RestPose(Simulation& simulation) const override { task_->RestPose(simulation); }
  std::vector<std::string> Doubts() const override { return task_->Doubts(); }
  void MoveTargets(Simulation& simulation) const override { task_->MoveTargets(simulation); }
  void Observe(const Simulation& simulation, std::span<double> observation) const override {
    static thread_local std::vector<double> all;
    all.resize(selection_.whole);
    task_->Observe(simulation, all);
    selection_.Take<double>(all, observation);
  }
  void BeforeStep(const Simulation& simulation, std::span<double> terms) const override {
    task_->BeforeStep(simulation, terms);
  }
  void Reward(const Simulation& simulation, std::span<double> terms) const override {
    task_->Reward(simulation, terms);
  }
  bool Terminated(const Simulation& simulation) const override {
    return task_->Terminated(simulation);
  }
  void FillPanel(const Simulation& simulation, int panel, std::span<double> values) const override {
    task_->FillPanel(simulation, panel, values);
  }
  double GoalDistance(const Simulation& simulation) const override {
    return task_->GoalDistance(simulation);
  }
  std::shared_ptr<const spec::GoalModel> goals() const override { return goals_; }

 private:
  std::shared_ptr<const Task> task_;
  Selection selection_;
  std::shared_ptr<const spec::GoalModel> goals_;  // null where there are none
};

}  // namespace

bool IsVelocity(const spec::ObservationElement& element) {
  return element.unit == "m/s" || element.unit == "rad/s";
}

std::shared_ptr<Task> MakePositionsTask(std::shared_ptr<const Task> task) {
  return std::make_shared<PositionsTask>(std::move(task));
}

}  // namespace sinew::sim
