#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "media/video_writer.h"
#include "sim/render/renderer.h"
#include "sim/task.h"
#include "spec/policy.h"

namespace sinew::media {

struct RecordingOptions {
  int episodes = 3;
  uint64_t seed = 0;           // of the environment: every start state follows from it
  std::string camera = "";     // of the model; empty: "main" if there is one, else the free camera
  sim::RenderOptions picture;  // `camera` above takes the place of the one in here
  double fps = 30;             // [frames/s], at real-time speed
  bool caption = true;         // episode, time, return and distance to the goal
};

struct RecordingSummary {
  int episodes = 0;
  int64_t frames = 0;
  double mean_return = 0;
};

/// Films a policy from its first episodes, in real time, without a display.
/// @param video  opened for pictures of the size and rate given here; finished by this call.
/// @throws UserError for an unknown camera (listing the known ones); Error if nothing can draw or
/// the film cannot be written.
RecordingSummary RecordEpisodes(std::shared_ptr<const sim::Task> task, spec::Policy* policy,
                                const RecordingOptions& options, VideoWriter* video);

}  // namespace sinew::media
