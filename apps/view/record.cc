#include <fmt/format.h>

#include <memory>

#include "apps/common/output_file.h"
#include "apps/common/subject.h"
#include "apps/view/commands.h"
#include "media/recording.h"
#include "training/evaluation/evaluation.h"

namespace sinew::apps {
namespace {

struct RecordArguments {
  std::string what, choice, out;
  media::RecordingOptions recording;
  bool force = false, no_caption = false;
};

void Record(const RecordArguments& arguments) {
  const Subject subject =
      ResolveSubject(arguments.what, arguments.choice, arguments.recording.seed);
  CheckOutputFile(arguments.out, arguments.force);
  media::RecordingOptions options = arguments.recording;
  options.caption = !arguments.no_caption;
  const auto video = media::OpenVideo(
      arguments.out,
      {.width = options.picture.width, .height = options.picture.height, .fps = options.fps});
  const auto summary =
      media::RecordEpisodes(subject.task, subject.make_policy().get(), options, video.get());
  fmt::print("{} episodes of {}, mean return {:.2f}, {} frames: {}\n", summary.episodes,
             subject.policy_name, summary.mean_return, summary.frames, arguments.out);
}

}  // namespace

void AddRecordCommand(CommandLine& program) {
  Command command = program.Add("record");
  auto arguments = std::make_shared<RecordArguments>();
  media::RecordingOptions& recording = arguments->recording;
  recording.seed = training::kFreshEpisodesSeed;
  command.Argument("run|policy|task", &arguments->what, "run folder, policy file or task")
      .Required();
  command.Value("--policy,--agent", &arguments->choice,
                "final or best of a run; zero, random, sine or pd on a task");
  command.Value("--out", &arguments->out, "*.mp4, *.gif, or a folder/ for PNG frames").Required();
  command.Value("--episodes", &recording.episodes, "episodes").Between(1, 10000).ShowDefault();
  command.Value("--seed", &recording.seed, "start states").ShowDefault();
  command.Value("--camera", &recording.camera, "camera of the model (default: main)");
  command.Value("--width", &recording.picture.width, "pixels").ShowDefault();
  command.Value("--height", &recording.picture.height, "pixels").ShowDefault();
  command.Value("--fps", &recording.fps, "frames a second").ShowDefault();
  command
      .Flag("--shadows,!--no-shadows", &recording.picture.shadows, "slow without a graphics card")
      .ShowDefault();
  command.Flag("--no-caption", &arguments->no_caption, "no text in the picture");
  command.Flag("--force", &arguments->force, "overwrite the output file");
  command.Action([arguments] { Record(*arguments); });
}

}  // namespace sinew::apps
