#pragma once

namespace sinew::spec {

/// How one control step ended. The three ways of ending are never merged: a terminated state earns
/// nothing more, a truncated one would have gone on (bootstrap), a diverged one is no state at all
/// (drop it).
struct StepResult {
  double reward = 0;
  bool terminated = false;
  bool truncated = false;
  bool diverged = false;
  bool done() const { return terminated || truncated || diverged; }
};

}  // namespace sinew::spec
