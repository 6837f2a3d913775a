#include "training/train_summary.h"

#include <fmt/format.h>

namespace sinew::training {
namespace {

using Lines = std::vector<std::string>;

void AboutDivergence(const TrainSummary& summary, Lines* lines) {
  const Evaluation& last = summary.evaluation;
  if (last.diverged > 0) {
    lines->push_back(fmt::format("{} of {} episodes of the final evaluation diverged: {}; {}",
                                 last.diverged, last.episodes.size(), last.divergence,
                                 kAgainstDivergence));
  } else if (summary.diverged > 0) {
    lines->push_back(fmt::format("{} training episodes diverged and were dropped{}{}",
                                 summary.diverged, summary.divergence.empty() ? "" : ": ",
                                 summary.divergence));
  }
  if (!summary.has_best) {
    lines->push_back(
        "no evaluation was free of diverged episodes, so that there is no best policy");
  }
}

void AboutGoal(const TrainSummary& summary, const spec::TaskSpec& task, Lines* lines) {
  if (summary.ever_succeeded || task.success.empty()) return;
  const spec::SuccessCriterion& goal = task.success.front();
  lines->push_back(fmt::format(
      "no episode of any evaluation succeeded (within {:g} m during its last {} control steps): "
      "watch the policy, see by 'sinew check' whether the goal can be reached, or give it more "
      "steps",
      goal.tolerance, goal.hold_steps));
}

void AboutReward(const TrainSummary& summary, Lines* lines) {
  if (summary.reward_low != summary.reward_high) return;
  lines->push_back(
      fmt::format("every training step earned {:g}, so that nothing could be learned: look at the "
                  "weights and terms of the reward",
                  summary.reward_low));
}

// Where the policy is no better than doing nothing. Nothing is said of policies that diverge: an
// episode that ends early may cost less.
void AboutBaselines(const TrainSummary& summary, Lines* lines) {
  if (summary.evaluation.diverged > 0) return;
  for (const auto& [name, mean] : summary.baselines) {
    if (summary.evaluation.mean > mean) continue;
    lines->push_back(
        fmt::format("the final policy is no better than '{}': return {:.2f} and {:.2f}", name,
                    summary.evaluation.mean, mean));
  }
}

}  // namespace

std::vector<std::string> ThingsToKnow(const TrainSummary& summary, const spec::TaskSpec& task) {
  Lines lines;
  if (summary.interrupted) return lines;
  AboutDivergence(summary, &lines);
  sim::WarningCounts warnings = summary.warnings;
  warnings += summary.evaluation.warnings;
  for (std::string& line : warnings.Describe()) lines.push_back(std::move(line));
  AboutReward(summary, &lines);
  AboutGoal(summary, task, &lines);
  AboutBaselines(summary, &lines);
  return lines;
}

}  // namespace sinew::training
