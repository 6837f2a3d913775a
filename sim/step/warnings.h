#pragma once

#include <mujoco/mujoco.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sinew::sim {

/// In how many physics steps MuJoCo left something out of the dynamics, which then were not those
/// of the model. Copies can be added up over simulations.
struct WarningCounts {
  int64_t contacts = 0;     // steps that dropped contacts: the list was full
  int64_t constraints = 0;  // steps that dropped rows of constraints: their matrix was full
  int64_t inertia = 0;      // steps with a (nearly) singular inertia
  // room that the model gives, and what the worst step seen would have needed
  int contact_room = 0, contacts_needed = 0;
  int constraint_room = 0, constraints_needed = 0;
  std::string inertia_joint;

  bool any() const { return contacts + constraints + inertia > 0; }
  WarningCounts& operator+=(const WarningCounts& other);
  /// What is left after those that were counted before.
  WarningCounts Since(const WarningCounts& before) const;
  /// A line for each kind: what was left out, in how many steps, and what to write into the model.
  std::vector<std::string> Describe() const;
  /// The lines of Describe in one.
  std::string ToString() const;
};

/// Reads MuJoCo's own counters, which only say that there was trouble, step by step.
class StepWarnings {
 public:
  /// Behind every step, RefreshKinematics included. Costs three comparisons while all is well.
  void Count(const mjModel* m, const mjData* d);
  /// MuJoCo's counters are at zero again.
  void Restart() { seen_.fill(0); }
  const WarningCounts& counts() const { return counts_; }

 private:
  bool Raised(const mjData* d, mjtWarning warning);

  std::array<int, mjNWARNING> seen_{};
  WarningCounts counts_;
};

}  // namespace sinew::sim
