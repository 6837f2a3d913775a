#include "media/recording.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "sim/env.h"
#include "sim/rollout_loop.h"

namespace sinew::media {
namespace {

constexpr double kPause = 0.4;  // for which the last picture of an episode stands [s]

int CameraId(const sim::Simulation& simulation, const std::string& name) {
  if (!name.empty()) return simulation.Id(mjOBJ_CAMERA, name);
  return mj_name2id(simulation.model(), mjOBJ_CAMERA, "main");
}

sim::RenderOptions WithCamera(sim::RenderOptions picture, int camera) {
  picture.camera = camera;
  return picture;
}

/// One environment under one policy, filmed.
class Recorder {
 public:
  Recorder(std::shared_ptr<const sim::Task> task, spec::Policy* policy,
           const RecordingOptions& options, VideoWriter* video)
      : options_(options),
        env_(std::move(task), options.seed),
        loop_(&env_, policy),
        renderer_(env_.simulation().model(),
                  WithCamera(options.picture, CameraId(env_.simulation(), options.camera))),
        video_(video) {}

  RecordingSummary Run() {
    for (int episode = 0; episode < options_.episodes; ++episode) {
      RunEpisode(episode);
      summary_.episodes += 1;
      summary_.mean_return += env_.episode_return() / options_.episodes;
    }
    video_->Finish();
    return summary_;
  }

 private:
  // the state that is nearest in time stands for a frame
  void RunEpisode(int episode) {
    loop_.Begin(episode);
    const double dt = env_.spec().control_dt;
    int64_t frame = 0;
    for (bool done = false; !done;) {
      for (; frame <= (static_cast<double>(env_.step()) + 0.5) * dt * options_.fps; ++frame)
        Shoot();
      done = loop_.Step().done();
    }
    Shoot();
    const auto pause = static_cast<int>(std::lround(kPause * options_.fps));
    for (int i = 0; i < pause; ++i) Add();
  }

  void Shoot() {
    if (options_.caption) SetCaption();
    renderer_.Render(env_.simulation().model(), env_.simulation().data(), &image_);
    Add();
  }

  void Add() {
    video_->Add(image_);
    ++summary_.frames;
  }

  void SetCaption() {
    std::string labels = "episode\ntime\nreturn";
    std::string values = fmt::format(
        "{} of {}\n{:.2f} s\n{:.2f}", env_.episode() + 1, options_.episodes,
        static_cast<double>(env_.step()) * env_.spec().control_dt, env_.episode_return());
    if (const double distance = env_.goal_distance(); std::isfinite(distance)) {
      labels += "\ndistance";
      values += fmt::format("\n{:.1f} cm{}", 100 * distance, env_.success() ? "  reached" : "");
    }
    renderer_.SetCaption(labels, values);
  }

  RecordingOptions options_;
  sim::Env env_;
  sim::RolloutLoop loop_;
  sim::Renderer renderer_;
  VideoWriter* video_;
  sim::Image image_;
  RecordingSummary summary_;
};

}  // namespace

RecordingSummary RecordEpisodes(std::shared_ptr<const sim::Task> task, spec::Policy* policy,
                                const RecordingOptions& options, VideoWriter* video) {
  if (options.episodes < 1) throw UserError("a film needs at least one episode");
  return Recorder(std::move(task), policy, options, video).Run();
}

}  // namespace sinew::media
