#include "training/evaluation/episode_trace.h"

#include <fmt/format.h>

namespace sinew::training {

EpisodeTrace::EpisodeTrace(const spec::TaskSpec& spec) : control_dt_(spec.control_dt) {
  csv_ = "episode,step,time";
  for (const spec::ObservationElement& element : spec.observation) csv_ += "," + element.name;
  for (const spec::ActionElement& element : spec.action) csv_ += ",action_" + element.name();
  // the targets of servos; a torque is its own command
  for (size_t i = 0; i < spec.action.size(); ++i) {
    if (!spec.action[i].is_servo()) continue;
    targets_.push_back(i);
    csv_ += ",target_" + spec.action[i].name();
  }
  for (const spec::ActionElement& element : spec.action) csv_ += ",torque_" + element.name();
  csv_ += ",reward";
  for (const spec::RewardTerm& term : spec.reward_terms) csv_ += "," + term.name;
  csv_ += "\n";
}

void EpisodeTrace::Add(const SeenStep& seen) {
  const auto numbers = [this](const auto& values) {
    for (const auto value : values) csv_ += fmt::format(",{}", value);
  };
  const int64_t step = seen.env.step() - 1;  // that the action was chosen for
  csv_ +=
      fmt::format("{},{},{:g}", seen.env.episode(), step, static_cast<double>(step) * control_dt_);
  numbers(seen.observation);
  numbers(seen.action);
  for (const size_t i : targets_) csv_ += fmt::format(",{}", seen.env.command()[i]);
  numbers(seen.env.torque());
  csv_ += fmt::format(",{}", seen.result.reward);
  numbers(seen.env.reward_terms());
  csv_ += "\n";
}

}  // namespace sinew::training
