#include "tasks/file/file_goals.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

namespace sinew::tasks {
namespace {

using Observation = std::span<const float>;
// a term of the reward, of what lies behind the step
using Term = std::function<double(Observation next, Observation action)>;

// where a vector begins in the observation; -1 where it is not
int PlaceOf(const spec::TaskSpec& spec, const std::string& vector) {
  const auto found =
      std::ranges::find(spec.observation, vector + "_x", &spec::ObservationElement::name);
  if (found == spec.observation.end()) return -1;
  return static_cast<int>(found - spec.observation.begin());
}

double Distance(Observation observation, int a, int b) {
  double square = 0;
  for (int i = 0; i < 3; ++i) square += std::pow(observation[a + i] - observation[b + i], 2.0);
  return std::sqrt(square);
}

Term DistanceTerm(int a, int b) {
  if (a < 0 || b < 0) return {};
  return [a, b](Observation next, Observation) { return -Distance(next, a, b); };
}

Term PrecisionTerm(int a, int b, double width) {
  if (a < 0 || b < 0) return {};
  return [a, b, width](Observation next, Observation) {
    return std::exp(-std::pow(Distance(next, a, b) / width, 2));
  };
}

// a control is the action's, unless a law of the controller's makes it
Term EffortTerm(const spec::TaskSpec& spec, const TaskContext& context) {
  for (const spec::ActionElement& element : spec.action)
    if (element.law == spec::ServoLaw::kController) return {};
  return [action = spec.action, largest = context.ctrl](Observation, Observation given) {
    double sum = 0;
    for (size_t i = 0; i < action.size(); ++i) {
      const double a = std::clamp(static_cast<double>(given[i]), -1.0, 1.0);
      const double low = action[i].ctrl_low, high = action[i].ctrl_high;
      sum += std::pow((low + 0.5 * (a + 1) * (high - low)) / largest[i], 2);
    }
    return -sum / static_cast<double>(action.size());
  };
}

// of all hinges and slides, which the observation holds or does not
Term JointSpeedTerm(const spec::TaskSpec& spec, const TaskContext& context) {
  std::vector<size_t> places;
  for (size_t i = 0; i < spec.observation.size(); ++i) {
    const spec::ObservationElement& element = spec.observation[i];
    if (element.frame == "joint" && element.name.starts_with("velocity_")) places.push_back(i);
  }
  if (places.size() != context.joints.size()) return {};
  return [places](Observation next, Observation) {
    double sum = 0;
    for (const size_t i : places) sum += std::pow(next[i], 2.0);
    return -sum;
  };
}

// empty for a term that observation and action do not tell
Term TermOf(const std::string& name, const spec::TaskSpec& spec, const TaskContext& context) {
  const int target = PlaceOf(spec, "target_position"), site = PlaceOf(spec, "site_position"),
            object = PlaceOf(spec, "object_position");
  if (name == "distance") return DistanceTerm(site, target);
  if (name == "precision") return PrecisionTerm(site, target, context.precision_width);
  if (name == "object_distance") return DistanceTerm(object, target);
  if (name == "object_precision") return PrecisionTerm(object, target, context.precision_width);
  if (name == "hand_distance") return DistanceTerm(object, site);
  if (name == "alive") return [](Observation, Observation) { return 1.0; };
  if (name == "effort") return EffortTerm(spec, context);
  if (name == "joint_speed") return JointSpeedTerm(spec, context);
  return {};
}

class FileGoals : public spec::GoalModel {
 public:
  FileGoals(int point, int target, std::vector<int> errors, std::vector<Term> terms,
            std::vector<double> weights)
      : point_(point),
        target_(target),
        errors_(std::move(errors)),
        terms_(std::move(terms)),
        weights_(std::move(weights)) {}

  int goal_dim() const override { return 3; }
  void Achieved(Observation observation, std::span<float> goal) const override {
    std::ranges::copy(observation.subspan(point_, 3), goal.begin());
  }
  void Desired(Observation observation, std::span<float> goal) const override {
    std::ranges::copy(observation.subspan(target_, 3), goal.begin());
  }
  void Replace(Observation goal, std::span<float> observation) const override {
    for (int i = 0; i < 3; ++i) {
      const float move = goal[i] - observation[target_ + i];
      observation[target_ + i] = goal[i];
      for (const int error : errors_) observation[error + i] += move;
    }
  }
  double Reward(Observation, Observation action, Observation next_observation) const override {
    double reward = 0;
    for (size_t k = 0; k < terms_.size(); ++k)
      reward += weights_[k] * terms_[k](next_observation, action);
    return reward;
  }

 private:
  int point_, target_;
  std::vector<int> errors_;  // from something to the target
  std::vector<Term> terms_;
  std::vector<double> weights_;
};

}  // namespace

std::shared_ptr<const spec::GoalModel> MakeFileGoals(const spec::TaskSpec& spec,
                                                     const TaskContext& context,
                                                     const std::string& point,
                                                     const std::vector<const RewardPiece*>& pieces,
                                                     const std::vector<double>& weights) {
  const int target = PlaceOf(spec, "target_position"), reached = PlaceOf(spec, point + "_position");
  if (target < 0 || reached < 0) return nullptr;
  std::vector<int> errors;
  for (const char* name : {"target_error", "object_error"})
    if (const int place = PlaceOf(spec, name); place >= 0) errors.push_back(place);
  std::vector<Term> terms;
  for (const RewardPiece* piece : pieces) {
    terms.push_back(TermOf(piece->name, spec, context));
    if (!terms.back()) return nullptr;
  }
  return std::make_shared<FileGoals>(reached, target, errors, terms, weights);
}

}  // namespace sinew::tasks
