#include "agents/base/guarded_learners.h"

#include <fmt/format.h>

#include <utility>

namespace sinew::agents {

void GuardedLearners::Keep() const {
  for (const ParameterLearner* learner : learners_) learner->CheckMoments();
  for (ParameterLearner* learner : learners_) learner->Keep();
}

void GuardedLearners::GoBack(const NotFinite& failure, int64_t update, int64_t env_step) {
  for (ParameterLearner* learner : learners_) learner->RollBack();
  if (count_ == most_) {
    throw Error(
        fmt::format("{} at update {} (environment step {}), after {} roll-backs to a good "
                    "learner and with {:.2g} of the step size",
                    failure.what(), update, env_step, count_, caution_));
  }
  ++count_;
  caution_ /= 2;
  warnings_.push_back(
      fmt::format("{} at update {} (environment step {}); learning goes on from the last good "
                  "state with {:.2g} of the step size",
                  failure.what(), update, env_step, caution_));
}

std::vector<std::string> GuardedLearners::TakeWarnings() { return std::exchange(warnings_, {}); }

void GuardedLearners::Serialize(models::Archive& archive) {
  archive.Value("rollbacks", count_);
  archive.Value("caution", caution_);
  for (ParameterLearner* learner : learners_) learner->Serialize(archive);
}

}  // namespace sinew::agents
