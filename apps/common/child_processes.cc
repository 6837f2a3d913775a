#include "apps/common/child_processes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "core/error.h"

namespace sinew::apps {
namespace {

/// posix_spawn's settings, which are given back.
struct SpawnSettings {
  SpawnSettings() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
};

// This program again, the very same even where a newer one has taken its place on disk meanwhile.
// @return  0, or what is wrong, as an errno
int Spawn(const std::vector<std::string>& arguments, const SpawnSettings& settings,
          pid_t* process) {
  std::string name = "sinew";
  std::vector<char*> words{name.data()};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  return posix_spawn(process, "/proc/self/exe", &settings.files, &settings.attributes, words.data(),
                     environ);
}

}  // namespace

bool StartBeside(const std::vector<std::string>& arguments) {
  pid_t process = 0;
  return Spawn(arguments, SpawnSettings(), &process) == 0;
}

ChildProcesses::~ChildProcesses() {
  Interrupt();
  for (const auto& [process, id] : ids_) waitpid(process, nullptr, 0);
}

void ChildProcesses::Start(const std::vector<std::string>& arguments,
                           const std::filesystem::path& log, int id) {
  SpawnSettings settings;
  posix_spawn_file_actions_addopen(&settings.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&settings.files, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&settings.files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&settings.attributes, 0);
  pid_t process = 0;
  const int error = Spawn(arguments, settings, &process);
  if (error != 0) {
    throw Error(
        fmt::format("no process could be started for {}: {}", log.string(), strerror(error)));
  }
  ids_[process] = id;
}

std::optional<ChildProcesses::Ended> ChildProcesses::Poll() {
  for (const auto& [process, id] : ids_) {
    int status = 0;
    if (waitpid(process, &status, WNOHANG) != process) continue;
    const Ended ended{id, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
    ids_.erase(process);
    return ended;
  }
  return std::nullopt;
}

void ChildProcesses::Interrupt() const {
  for (const auto& [process, id] : ids_) kill(process, SIGINT);
}

}  // namespace sinew::apps
