#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agents/base/learner.h"
#include "models/archive.h"

namespace sinew::agents {

/// The learners of an agent, annealed, checked, saved and rolled back together. An update that
/// meets a value which is not finite is undone back to the last good state; learning goes on from
/// there with half the step size, until that has happened too often.
class GuardedLearners {
 public:
  /// @param learners  outlive this. @param most  updates that may fail before the run stops.
  GuardedLearners(std::vector<ParameterLearner*> learners, int64_t most)
      : learners_(std::move(learners)), most_(most) {}

  /// Every step size is `factor` of what it was built with.
  void SetRateFactor(double factor) const {
    for (ParameterLearner* learner : learners_) learner->SetRateFactor(factor);
  }
  /// Runs `update()`, and undoes what it did if it throws NotFinite.
  /// @param number, env_step  of the update, for messages.
  /// @throws Error that names the quantity if `most` updates have failed before.
  template <class Update>
  void Try(int64_t number, int64_t env_step, Update update) {
    try {
      update();
    } catch (const NotFinite& failure) {
      GoBack(failure, number, env_step);
    }
  }
  /// @throws NotFinite if the last steps left a parameter that is not finite; costs nothing.
  void CheckSteps() const {
    for (const ParameterLearner* learner : learners_) learner->CheckStep();
  }
  /// @throws NotFinite if a parameter is not finite.
  void CheckParameters() const {
    for (const ParameterLearner* learner : learners_) learner->CheckParameters();
  }
  /// Takes the present state for good. @throws NotFinite if a moment of an optimiser is not finite.
  void Keep() const;

  int64_t roll_backs() const { return count_; }
  /// Factor on every step size, halved by every roll-back.
  double caution() const { return caution_; }
  /// A line for each roll-back since it was last asked for.
  std::vector<std::string> TakeWarnings();
  void Serialize(models::Archive& archive);

 private:
  void GoBack(const NotFinite& failure, int64_t update, int64_t env_step);

  std::vector<ParameterLearner*> learners_;
  int64_t most_, count_ = 0;
  double caution_ = 1;
  std::vector<std::string> warnings_;
};

}  // namespace sinew::agents
