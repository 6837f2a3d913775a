#include "agents/base/roll_backs.h"

#include <fmt/format.h>

#include <utility>

namespace sinew::agents {

void RollBacks::GoBack(const NotFinite& failure, const std::vector<Learner*>& learners,
                       int64_t update, int64_t env_step) {
  for (Learner* learner : learners) learner->RollBack();
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

std::vector<std::string> RollBacks::TakeWarnings() { return std::exchange(warnings_, {}); }

void RollBacks::Serialize(models::Archive& archive) {
  archive.Value("rollbacks", count_);
  archive.Value("caution", caution_);
}

}  // namespace sinew::agents
