#include "tasks/parts/grip.h"

#include <cmath>

namespace sinew::tasks {
namespace {

constexpr double kTolerance = 0.03;  // [m]

}  // namespace

void GripOptions::Describe(OptionTable& table) {
  table.Add("reward", &reward, {"shaped", "sparse"},
            "shaped: reach, grasp, carry, precision, effort; sparse: 1 within 3 cm of the target");
  table.Add("reach_weight", &reach_weight, {0, 100}, "weight of the hand's distance to the object");
  table.Add("grasp_weight", &grasp_weight, {0, 100}, "bonus while both pads touch the object");
  table.Add("carry_weight", &carry_weight, {0, 100},
            "weight of the object's distance to the target");
  table.Add("precision_weight", &precision_weight, {0, 100},
            "weight of the bonus close to the target");
  table.Add("precision_width", &precision_width, {1e-3, 1}, "width of that bonus", "m");
  table.Add("effort_weight", &effort_weight, {0, 10}, "weight of the mean squared action");
  table.Add("start_in_hand", &start_in_hand, {0, 1},
            "share of the training episodes that start with the object between the pads; "
            "evaluation never does");
  table.Add("start_around", &start_around, {0, 1},
            "share of the training episodes that start with the open hand around the object");
}

std::vector<spec::RewardTerm> GripRewardTerms(const GripOptions& options) {
  if (options.sparse()) return {{"success", "1 while |object - target| <= 3 cm"}};
  return {{"reach", "-w |object - grip|"},
          {"grasp", "w while both pads touch the object"},
          {"carry", "-w |object - target|"},
          {"precision", "w exp(-(|object - target| / width)^2)"},
          {"effort", "-w mean(a^2)"}};
}

void GripReward(const GripOptions& options, const GripState& state, double mean_square_action,
                std::span<double> terms) {
  if (options.sparse()) {
    terms[0] = state.carry <= kTolerance ? 1 : 0;
    return;
  }
  const double narrowness = state.carry / options.precision_width;
  terms[0] = -options.reach_weight * state.reach;
  terms[1] = options.grasp_weight * state.grasp;
  terms[2] = -options.carry_weight * state.carry;
  terms[3] = options.precision_weight * std::exp(-narrowness * narrowness);
  terms[4] = -options.effort_weight * mean_square_action;
}

std::vector<spec::SuccessCriterion> GripSuccess() {
  return {{"3cm", kTolerance, 10}, {"5cm", 0.05, 10}};
}

bool Touch(const sim::Simulation& simulation, int geom, int other) {
  const mjData* data = simulation.data();
  for (int i = 0; i < data->ncon; ++i) {
    const mjContact& contact = data->contact[i];
    if ((contact.geom1 == geom && contact.geom2 == other) ||
        (contact.geom1 == other && contact.geom2 == geom)) {
      return true;
    }
  }
  return false;
}

double MeanSquareAction(const sim::Simulation& simulation,
                        const std::vector<spec::ActionElement>& action) {
  double sum = 0;
  for (size_t i = 0; i < action.size(); ++i) {
    const double a = simulation.data()->ctrl[i] / action[i].ctrl_high;
    sum += a * a;
  }
  return sum / static_cast<double>(action.size());
}

}  // namespace sinew::tasks
