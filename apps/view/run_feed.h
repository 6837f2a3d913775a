#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/common/recorded_run.h"
#include "training/run/run_control.h"
#include "training/run/run_folder.h"
#include "viewer/session/training_feed.h"

namespace sinew::apps {

/// A run's figures from its folder, whether it is still being trained, by whatever process, or not.
/// While it is, the folder is told again and again that somebody watches.
class RunFeed : public viewer::TrainingFeed {
 public:
  /// @throws UserError if the folder is none of a run.
  RunFeed(training::RunFolder folder, const RecordedRun& run);

  bool Refresh() override;
  const viewer::TrainingStatus& status() const override { return status_; }
  std::span<const viewer::TrainingCurve> curves() const override { return curves_; }
  void SetPaused(bool paused) override;
  void SetFactors(double learning_rate, double noise) override;

 private:
  void ReadStatus();
  void ReadCurves();
  void Ask();

  training::RunFolder folder_;
  training::ControlRequest request_;
  bool request_known_ = false;  // whether it starts from what the trainer has in force
  // of the two files that curves_ was read from, when it was
  std::filesystem::file_time_type evaluations_time_{}, progress_time_{};
  double looked_ = -1, asked_ = -1, begun_;  // [s]
  viewer::TrainingStatus status_;
  std::vector<viewer::TrainingCurve> curves_;
};

}  // namespace sinew::apps
