#include "agents/base/q_alarm.h"

#include <utility>

namespace sinew::agents {
namespace {

constexpr double kOver = 0.9;  // share of the bound below which a breach is over

}  // namespace

bool QAlarm::Look(double mean_abs_q, double bound) {
  if (bound <= 0) return false;
  const bool beyond = mean_abs_q > bound, first = beyond && breached_ == 0;
  if (beyond) {
    breached_ = breached_since_ = 1;
  } else if (mean_abs_q < kOver * bound) {
    breached_ = 0;
  }
  return first;
}

double QAlarm::Take() { return static_cast<double>(std::exchange(breached_since_, breached_)); }

void QAlarm::Serialize(models::Archive& archive, const std::string& name) {
  archive.Value(name + ".breached", breached_);
  archive.Value(name + ".breached_since", breached_since_);
}

}  // namespace sinew::agents
