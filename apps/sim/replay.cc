#include <fmt/format.h>

#include <memory>
#include <string>

#include "apps/common/subject.h"
#include "apps/sim/commands.h"
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

void AddReplayCommand(CommandLine& program) {
  Command command = program.Add("replay");
  auto file = std::make_shared<std::string>();
  command.Argument("episode", file.get(), "episode file (*.ep)").Required();
  command.Action([file] { Replay(*file); });
}

}  // namespace sinew::apps
