#include "apps/common/program.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>

#include "apps/common/command_table.h"
#include "core/error.h"
#include "core/names.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;

// The command that is asked for, even behind options of the whole program (`sinew --help train`).
const CommandEntry* CommandOf(const Invocation& invocation) {
  for (int i = 1; i < invocation.argc; ++i) {
    if (invocation.argv[i][0] != '-') return FindCommand(invocation.argv[i]);
  }
  return nullptr;
}

[[noreturn]] void Become(const CommandEntry& command, const Invocation& invocation) {
  const fs::path self = fs::read_symlink("/proc/self/exe");
  const fs::path program = self.parent_path() / command.program;
  execv(program.c_str(), invocation.argv);
  if (errno != ENOENT)
    throw Error(fmt::format("cannot run {}: {}", program.string(), std::strerror(errno)));
  throw Error(
      fmt::format("'sinew {0}' needs the program {1}, which is not in {2}: build it (make build), "
                  "or install it there (cmake --install)",
                  command.name, command.program, self.parent_path().string()));
}

int Fail(const std::exception& error, int exit_code) {
  // no exception where stderr has no room either
  std::fputs(fmt::format("sinew: {}\n", OneLine(error.what())).c_str(), stderr);
  return exit_code;
}

}  // namespace

int RunProgram(const std::string& program, const Invocation& invocation,
               std::initializer_list<AddCommand> commands) {
  try {
    const CommandEntry* command = CommandOf(invocation);
    if (command && command->program != program) Become(*command, invocation);
    CommandLine line(program, invocation);
    for (const AddCommand add : commands) add(line);
    return line.Run();
  } catch (const UserError& error) {
    return Fail(error, 2);
  } catch (const std::exception& error) {
    return Fail(error, 1);
  }
}

}  // namespace sinew::apps
