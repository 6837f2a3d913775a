#pragma once

#include <cstdint>
#include <string>

#include "models/archive.h"

namespace sinew::agents {

/// Watches whether Q has left the range that rewards allow: |Q| <= r_max / (1 - gamma) holds for
/// every policy, so a mean beyond it is a critic that feeds on itself. Speaks once a breach; a
/// breach is over when the mean is below 90 % of the bound.
class QAlarm {
 public:
  /// @param bound  infinite or 0 (no reward was seen yet): never breached.
  /// @return  true on the first look of a breach.
  bool Look(double mean_abs_q, double bound);
  /// 1 if there was a breach since this was last asked, else 0.
  double Take();
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  int64_t breached_ = 0, breached_since_ = 0;
};

}  // namespace sinew::agents
