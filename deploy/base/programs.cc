#include "deploy/base/programs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "core/error.h"
#include "core/files.h"

namespace sinew::deploy {

namespace fs = std::filesystem;

PrivateFolder::PrivateFolder() {
  std::error_code missing;
  const fs::path folder = fs::temp_directory_path(missing);
  if (missing) {
    const char* given = std::getenv("TMPDIR");
    throw UserError(
        fmt::format("no folder for temporary files: TMPDIR is '{}': set it to a folder that can be "
                    "written, or leave it unset",
                    given ? given : ""));
  }
  std::string name = (folder / "sinew-XXXXXX").string();
  if (!::mkdtemp(name.data())) {
    throw Error(fmt::format("cannot create the folder '{}': {}", name, std::strerror(errno)));
  }
  path_ = name;
}

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

ProgramResult RunProgram(const std::vector<std::string>& arguments, const fs::path& work) {
  const fs::path log = work / "log.txt";
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw Error(fmt::format("cannot run '{}': {}", arguments[0], std::strerror(error)));
  }
  ProgramResult result;
  while (::waitpid(child, &result.status, 0) < 0 && errno == EINTR) {
  }
  result.output = ReadFile(log);
  return result;
}

std::string FirstComplaint(const std::string& output) {
  const size_t error = output.find("error");
  const size_t begin = error == std::string::npos ? 0 : output.rfind('\n', error) + 1;
  return output.substr(begin, output.find('\n', begin) - begin);
}

}  // namespace sinew::deploy
