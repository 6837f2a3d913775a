#include <fmt/format.h>

#include <memory>

#include "apps/command.h"
#include "apps/run_setup.h"
#include "training/trainer.h"
#include "viewer/viewer.h"

namespace sinew::apps {
namespace {

struct WatchArguments {
  std::string what, choice;
  viewer::ViewerOptions options;
};

void Watch(const WatchArguments& arguments) {
  const Subject subject = ResolveSubject(arguments.what, arguments.choice, arguments.options.seed);
  viewer::ViewerOptions options = arguments.options;
  options.title = fmt::format("Sinew: {}, {}", subject.task->spec().name, subject.policy_name);
  viewer::RunViewer(subject.task, subject.make_policy(), options);
}

}  // namespace

void AddWatchCommand(CLI::App& program) {
  auto* command = program.add_subcommand("watch", "open the viewer on a policy or a task");
  auto arguments = std::make_shared<WatchArguments>();
  viewer::ViewerOptions& options = arguments->options;
  options.seed = training::kFreshEpisodesSeed;
  command->add_option("run|policy|task", arguments->what, "run folder, policy file or task")
      ->required();
  command->add_option("--policy,--agent", arguments->choice,
                      "final or best of a run; zero, random or sine on a task");
  command
      ->add_option("--speed", options.speed, "simulated seconds a second; inf: as fast as possible")
      ->capture_default_str();
  command->add_flag("--paused", options.start_paused, "begin at rest");
  command->add_option("--seed", options.seed, "start states")->capture_default_str();
  command->add_option("--width", options.width, "of the window")->capture_default_str();
  command->add_option("--height", options.height, "of the window")->capture_default_str();
  command->add_option("--screenshot", options.screenshot_path,
                      "write the window to a PNG file, then close");
  command->add_option("--at-step", options.screenshot_step, "control step of the screenshot")
      ->capture_default_str();
  command->callback([arguments] { Watch(*arguments); });
}

}  // namespace sinew::apps
