#include "media/gnuplot.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/error.h"

namespace sinew::media {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using TemporaryFile = std::unique_ptr<std::FILE, FileCloser>;

// Files instead of pipes: gnuplot may answer before it has read everything, and nobody waits on
// anybody.
TemporaryFile MakeTemporaryFile() {
  TemporaryFile file(std::tmpfile());
  if (!file) throw Error(fmt::format("cannot plot: no temporary file: {}", std::strerror(errno)));
  fcntl(fileno(file.get()), F_SETFD, FD_CLOEXEC);
  return file;
}

std::string Contents(std::FILE* file) {
  std::rewind(file);
  std::string text;
  std::array<char, 65536> buffer;
  while (const size_t size = std::fread(buffer.data(), 1, buffer.size(), file))
    text.append(buffer.data(), size);
  return text;
}

// The exit status of `gnuplot -d` with the three files as its standard streams.
int Spawn(std::FILE* input, std::FILE* output, std::FILE* errors) {
  posix_spawn_file_actions_t streams;
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_adddup2(&streams, fileno(input), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&streams, fileno(output), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&streams, fileno(errors), STDERR_FILENO);
  const char* arguments[] = {"gnuplot", "-d", nullptr};
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, arguments[0], &streams, nullptr, const_cast<char**>(arguments), environ);
  posix_spawn_file_actions_destroy(&streams);
  if (failed == ENOENT)
    throw Error("cannot plot: gnuplot is not installed; install the package gnuplot-nox");
  if (failed)
    throw Error(fmt::format("cannot plot: gnuplot does not start: {}", std::strerror(failed)));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// gnuplot repeats the command, marks the place, and ends with a line that tells what is wrong
std::string LastLine(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  text.erase(0, text.find_last_of('\n') + 1);
  return text.substr(std::min(text.size(), text.find_first_not_of(" \t")));
}

}  // namespace

std::string RunGnuplot(std::string_view script) {
  const TemporaryFile input = MakeTemporaryFile(), output = MakeTemporaryFile(),
                      errors = MakeTemporaryFile();
  if (std::fwrite(script.data(), 1, script.size(), input.get()) != script.size() ||
      std::fflush(input.get()) != 0) {
    throw Error(fmt::format("cannot plot: temporary file: {}", std::strerror(errno)));
  }
  std::rewind(input.get());
  const int status = Spawn(input.get(), output.get(), errors.get());
  if (status != 0) {
    throw Error(fmt::format("cannot plot: gnuplot ended with status {}: {}", status,
                            LastLine(Contents(errors.get()))));
  }
  return Contents(output.get());
}

std::string GnuplotQuoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte) || c == ' ' || byte >= 0x80) {
      quoted += c;
    } else {
      quoted += byte < 0x20 || byte == 0x7F ? " " : fmt::format("\\{:03o}", byte);
    }
  }
  return quoted + "\"";
}

}  // namespace sinew::media
