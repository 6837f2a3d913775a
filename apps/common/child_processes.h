#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sinew::apps {

/// Starts this program again as a process that goes on by itself, with the same terminal.
/// @return  whether it could be started.
bool StartBeside(const std::vector<std::string>& arguments);

/// This program, started again as processes that run beside each other. Each has a process group of
/// its own, so that Ctrl-C reaches it through Interrupt() alone. Not thread-safe.
class ChildProcesses {
 public:
  ChildProcesses() = default;
  /// Asks those that still run to stop, and waits for them.
  ~ChildProcesses();
  ChildProcesses(const ChildProcesses&) = delete;
  ChildProcesses& operator=(const ChildProcesses&) = delete;

  /// @param arguments  without the program's name. @param log  what it prints is appended there.
  /// @param id         that Poll() tells of its end.
  /// @throws Error if it cannot be started.
  void Start(const std::vector<std::string>& arguments, const std::filesystem::path& log, int id);

  struct Ended {
    int id = 0;
    int status = 0;  // exit code, or 128 + signal
  };
  /// One that has ended since the last call; none: they all run.
  std::optional<Ended> Poll();

  /// SIGINT to all: a training saves and stops.
  void Interrupt() const;
  int running() const { return static_cast<int>(ids_.size()); }

 private:
  std::map<pid_t, int> ids_;
};

}  // namespace sinew::apps
