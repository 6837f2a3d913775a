#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>
#include <utility>

#include "apps/common/subject.h"
#include "apps/view/commands.h"
#include "apps/view/run_feed.h"
#include "apps/view/watched_policy.h"
#include "core/error.h"
#include "sim/scripted_policies.h"
#include "tasks/file/task_file.h"
#include "training/evaluation/evaluation.h"
#include "viewer/viewer.h"
#include "viewer/window/keys.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;

constexpr int kFolderSeconds = 30;  // that a run which has just been started may take

struct WatchArguments {
  std::string what, choice;
  bool follow = false, keys = false, timing = false;
  viewer::ViewerOptions options;
};

viewer::PolicyHandle Scripted(const std::string& name, const std::string& label,
                              const std::shared_ptr<const sim::Task>& task, uint64_t seed) {
  return viewer::MakeCard(label, [=] { return sim::MakeScriptedPolicy(name, *task, seed); });
}

void Show(std::shared_ptr<const sim::Task> task, std::unique_ptr<viewer::PolicySource> source,
          const viewer::ViewerOptions& options, const WatchArguments& arguments) {
  const viewer::FrameLog frames = viewer::RunViewer(std::move(task), std::move(source), options);
  if (arguments.timing) fmt::print("{}", frames.Table());
}

void WatchTask(std::shared_ptr<const sim::Task> task, const WatchArguments& arguments,
               viewer::ViewerOptions options) {
  const std::string name = arguments.choice.empty() ? "zero" : arguments.choice;
  sim::MakeScriptedPolicy(name, *task, options.seed);
  options.title = fmt::format("Sinew: {}, {}", task->spec().name, name);
  auto source = std::make_unique<FileSource>(task, Scripted(name, name, task, options.seed));
  Show(task, std::move(source), options, arguments);
}

void WatchPolicyFile(const WatchArguments& arguments, viewer::ViewerOptions options) {
  const fs::path file = arguments.what;
  const auto contract = policy::LoadPolicy(file).contract;
  const auto task = TaskOfContract(contract, file.parent_path());
  options.task_options = TaskOptionsOf(contract);
  options.title = fmt::format("Sinew: {}, {}", task->spec().name, file.string());
  auto first = WatchedPolicy(file, "", task->spec(), task->MakeSimulation().identity());
  Show(task, std::make_unique<FileSource>(task, std::move(first)), options, arguments);
}

// the run's folder, waiting for its manifest if it is only just being made
training::RunFolder OpenRun(const std::string& root, bool wait) {
  for (int i = 0; wait && i < 10 * kFolderSeconds; ++i) {
    const training::RunFolder folder{root};
    if (fs::exists(folder.manifest()) && fs::exists(folder.config())) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return training::RunFolder::Open(root);
}

fs::path PolicyOfRun(const training::RunFolder& folder, const WatchArguments& arguments) {
  const std::string choice = arguments.choice.empty() ? "final" : arguments.choice;
  if (choice != "final" && choice != "best") {
    throw UserError(
        fmt::format("a run folder has the policies 'final' and 'best', not '{}'", choice));
  }
  const fs::path file = choice == "best" ? folder.best_policy() : folder.final_policy();
  if (fs::exists(file) || arguments.follow) return file;
  throw UserError(fmt::format(
      "{} does not exist yet; watch the run with --follow, or finish it with: sinew resume {}",
      file.string(), folder.root().string()));
}

void WatchRun(const WatchArguments& arguments, viewer::ViewerOptions options) {
  const auto folder = OpenRun(arguments.what, arguments.follow);
  const RecordedRun run = LoadRecordedRun(folder);
  const auto& task = run.task;
  options.task_options = run.task_options;
  options.title = fmt::format("Sinew: {}, {}", task->spec().name, folder.root().string());
  const fs::path file = PolicyOfRun(folder, arguments);
  viewer::PolicyHandle first =
      fs::exists(file) ? WatchedPolicy(file, "", task->spec(), task->MakeSimulation().identity())
                       : Scripted("zero", "waiting for a policy", task, options.seed);
  // a finished run's figures are worth seeing as well
  RunFeed feed(folder, run);
  options.training = &feed;
  if (arguments.follow) options.tabs.emplace_back("Training");
  auto source = std::make_unique<RunSource>(task, std::move(first), folder, arguments.follow);
  Show(task, std::move(source), options, arguments);
}

void WatchEpisode(const WatchArguments& arguments, viewer::ViewerOptions options) {
  const viewer::Episode episode = viewer::LoadEpisode(arguments.what);
  options.task_options = episode.task_options;
  options.episode = arguments.what;
  options.start_paused = true;
  options.seed = episode.seed;
  WatchTask(TaskOfEpisode(episode, fs::path(arguments.what).parent_path()), arguments, options);
}

void Watch(const WatchArguments& arguments) {
  const std::string& what = arguments.what;
  if (arguments.keys) return fmt::print("{}", viewer::ShortcutsMarkdown());
  if (what.empty()) throw UserError("watch: name a run folder, a policy, an episode or a task");
  if (fs::is_directory(what) || arguments.follow) return WatchRun(arguments, arguments.options);
  if (fs::exists(what) && what.ends_with(".ep")) return WatchEpisode(arguments, arguments.options);
  const bool is_task = what.ends_with(".xml") || tasks::IsTaskFile(what);
  if (fs::exists(what) && !is_task) return WatchPolicyFile(arguments, arguments.options);
  // a task, or one line that says what is wrong
  const Subject subject = ResolveSubject(what, arguments.choice, arguments.options.seed);
  viewer::ViewerOptions options = arguments.options;
  options.task_options = TaskOptionsOf(what);
  WatchTask(subject.task, arguments, options);
}

}  // namespace

void AddWatchCommand(CommandLine& program) {
  Command command = program.Add("watch");
  auto arguments = std::make_shared<WatchArguments>();
  viewer::ViewerOptions& options = arguments->options;
  options.seed = training::kFreshEpisodesSeed;
  command.Argument("run|policy|episode|task", &arguments->what,
                   "run folder, policy file, episode file (*.ep) or task");
  command.Value("--policy,--agent", &arguments->choice,
                "final or best of a run; zero, random, sine or pd on a task");
  command.Flag("--follow", &arguments->follow,
               "take up each newer policy of a run that is being trained, and show its figures");
  command.Value("--episode", &options.episode, "episode file to begin with");
  command.Value("--speed", &options.speed, "simulated seconds a second; inf: as fast as possible")
      .ShowDefault();
  command.Flag("--paused", &options.start_paused, "begin at rest");
  command.Value("--seed", &options.seed, "start states").ShowDefault();
  command.Value("--width", &options.width, "of the window").ShowDefault();
  command.Value("--height", &options.height, "of the window").ShowDefault();
  command.Value("--scale", &options.ui_scale, "of text and panels; 0: the monitor's").ShowDefault();
  command
      .Value("--fps", &options.frame_rate,
             "pictures of the window a second at most; 0: the monitor's")
      .ShowDefault();
  command.Value("--seconds", &options.exit_after_s, "close by itself; 0: never").ShowDefault();
  command.Flag("--timing", &arguments->timing,
               "print what physics, policy and drawing took, once the window is closed");
  command.Value("--tab", &options.tabs,
                "to open: Policy, Push, Model, Tape, Episode, Mind, Training or Timing");
  command.Flag("--keys", &arguments->keys, "print keys and mouse as Markdown, and stop");
  command.Value("--folder", &options.folder, "for pictures, videos and episodes");
  command.Value("--screenshot", &options.screenshot_path,
                "write the window to a PNG file, then close");
  command.Value("--at-step", &options.screenshot_step, "control step of the screenshot")
      .ShowDefault();
  command.Action([arguments] { Watch(*arguments); });
}

}  // namespace sinew::apps
