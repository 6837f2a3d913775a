#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "viewer/analysis/fields.h"
#include "viewer/analysis/landscape.h"
#include "viewer/analysis/sensitivity.h"
#include "viewer/session/series.h"

namespace sinew::viewer {

/// Which field the user looks at, and its past.
struct FieldChoice {
  std::vector<Field> fields{};  // of the model; filled when the panel is first drawn
  std::array<char, 64> query{};
  int chosen = 0;
  int row = 0, column = 0;
  double traced_time = -1;  // of the trace's last sample [s]
  Series trace{};
};

/// The plotted rows of one of the task's panels.
struct TaskTrace {
  double time = -1;  // of the last sample [s]
  PlotData plot{};
};

/// What was worked out for one frame and one policy, so that a picture that does not change is not
/// worked out again.
struct Insight {
  const void* policy = nullptr;
  std::vector<double> observation{};
  int joint_x = 0, joint_y = 1;
  Landscape landscape{};
  Sensitivity sensitivity{};
};

/// What panels remember from frame to frame.
struct PanelMemory {
  FieldChoice field{};
  std::vector<TaskTrace> task{};
  Insight landscape{}, sensitivity{};
  LandscapeWork landscape_work{};
  std::unique_ptr<spec::Policy> probe{};  // asked by the sensitivity panel
  std::array<char, 512> policy_path{}, episode_path{};
  std::array<char, 64> query{};  // of help and palette
  int palette_choice = 0;
  std::string curve{};  // name of the training curve that is shown large
  double learning_rate_factor = 1, noise_factor = 1;  // as the sliders stand
  bool factors_touched = false;
};

}  // namespace sinew::viewer
