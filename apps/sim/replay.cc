#include <fmt/format.h>

#include <memory>
#include <string>

#include "apps/common/command.h"
#include "apps/common/run_setup.h"
#include "core/error.h"
#include "policy/policy_file.h"
#include "viewer/session/episode_file.h"

namespace sinew::apps {
namespace {

void Replay(const std::string& file) {
  const viewer::Episode episode = viewer::LoadEpisode(file);
  sim::Env env(TaskOfEpisode(episode, std::filesystem::path(file).parent_path()), episode.seed);
  const viewer::ReplayResult result = viewer::ReplayEpisode(episode, &env);
  const std::string line = fmt::format("{}: {}, {}, return {:.6g}", file, episode.task,
                                       result.Describe(), env.episode_return());
  if (result.parted_at) throw Error(line);
  fmt::print("{}\n", line);
}

}  // namespace

void AddReplayCommand(CLI::App& program) {
  auto* command = program.add_subcommand(
      "replay",
      "live through an episode that the viewer saved, and say whether every bit is the same");
  auto file = std::make_shared<std::string>();
  command->add_option("episode", *file, "episode file (*.ep)")->required();
  command->callback([file] { Replay(*file); });
}

}  // namespace sinew::apps
