#include <fmt/format.h>

#include <memory>

#include "apps/common/command.h"
#include "apps/common/output_file.h"
#include "apps/common/run_setup.h"
#include "media/recording.h"
#include "training/trainer.h"

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

void AddRecordCommand(CLI::App& program) {
  auto* command = program.add_subcommand("record", "film a policy without a display");
  auto arguments = std::make_shared<RecordArguments>();
  media::RecordingOptions& recording = arguments->recording;
  recording.seed = training::kFreshEpisodesSeed;
  command->add_option("run|policy|task", arguments->what, "run folder, policy file or task")
      ->required();
  command->add_option("--policy,--agent", arguments->choice,
                      "final or best of a run; zero, random, sine or pd on a task");
  command->add_option("--out", arguments->out, "*.mp4, *.gif, or a folder/ for PNG frames")
      ->required();
  command->add_option("--episodes", recording.episodes, "episodes")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--seed", recording.seed, "start states")->capture_default_str();
  command->add_option("--camera", recording.camera, "camera of the model (default: main)");
  command->add_option("--width", recording.picture.width, "pixels")->capture_default_str();
  command->add_option("--height", recording.picture.height, "pixels")->capture_default_str();
  command->add_option("--fps", recording.fps, "frames a second")->capture_default_str();
  command
      ->add_flag("--shadows,!--no-shadows", recording.picture.shadows,
                 "slow without a graphics card")
      ->capture_default_str();
  command->add_flag("--no-caption", arguments->no_caption, "no text in the picture");
  command->add_flag("--force", arguments->force, "overwrite the output file");
  command->callback([arguments] { Record(*arguments); });
}

}  // namespace sinew::apps
