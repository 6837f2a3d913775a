#pragma once

#include <string>
#include <vector>

namespace sinew::sim {

/// kNote: worth knowing and no fault.
enum class Verdict { kOk, kNote, kFail };

struct CheckResult {
  std::string name;  // "torque signs"
  Verdict verdict = Verdict::kOk;
  std::string detail;  // the figure, or what is wrong and where
};

/// What the checks of a model or a task found.
struct CheckReport {
  std::string subject;
  std::vector<CheckResult> results;

  bool passed() const { return Count(Verdict::kFail) == 0; }
  int Count(Verdict verdict) const;
  /// A line a check and a line that counts them.
  std::string ToString() const;
};

/// "ok", "note" or "FAIL".
const char* ToText(Verdict verdict);

}  // namespace sinew::sim
