#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sinew::viewer {

/// A figure of a run over its environment steps.
struct TrainingCurve {
  std::string name;  // "eval mean", "critic_loss"
  std::vector<double> steps, values;
};

/// How a run stands.
struct TrainingStatus {
  std::string run;    // its folder
  std::string state;  // "running", "paused", "finished", "interrupted", "failed", "gone"
  std::string agent;
  int64_t step = 0, total_steps = 0;
  double steps_per_second = 0;
  double wall_seconds = 0;
  double learning_rate_factor = 1, noise_factor = 1;  // as the run has taken them up
  bool can_be_controlled() const { return state == "running" || state == "paused"; }
};

/// What the viewer sees of a training run, and the little that it may change about it. Called on
/// the viewer's thread; must not block.
class TrainingFeed {
 public:
  virtual ~TrainingFeed() = default;
  /// Looks again, at most a few times a second. @return whether anything is new.
  virtual bool Refresh() = 0;
  virtual const TrainingStatus& status() const = 0;
  /// Evaluations first, then every logged figure.
  virtual std::span<const TrainingCurve> curves() const = 0;

  /// Asks the trainer; status() tells when it has complied. @throws Error if it cannot be asked.
  virtual void SetPaused(bool paused) = 0;
  virtual void SetFactors(double learning_rate, double noise) = 0;
};

}  // namespace sinew::viewer
