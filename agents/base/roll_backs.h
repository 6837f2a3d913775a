#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agents/base/learner.h"
#include "models/archive.h"

namespace sinew::agents {

/// What follows an update that met a value which is not finite: back to the last good learner, and
/// on with half the step size, until that has happened too often.
class RollBacks {
 public:
  explicit RollBacks(int64_t most) : most_(most) {}

  /// @throws Error that names the quantity if there have been `most` before.
  void GoBack(const NotFinite& failure, const std::vector<Learner*>& learners, int64_t update,
              int64_t env_step);
  int64_t count() const { return count_; }
  /// Factor on every step size, halved by every roll-back.
  double caution() const { return caution_; }
  /// A line for each roll-back since it was last asked for.
  std::vector<std::string> TakeWarnings();
  void Serialize(models::Archive& archive);

 private:
  int64_t most_, count_ = 0;
  double caution_ = 1;
  std::vector<std::string> warnings_;
};

}  // namespace sinew::agents
