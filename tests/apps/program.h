#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sinew::apps {

/// How a program ended and what it said.
struct Outcome {
  int status = 0;  // exit code; 128 + signal if it was killed
  std::string out, err;

  /// Lines on stderr.
  int error_lines() const;
};

struct RunOptions {
  std::string program{};                  // to run; empty: the built one
  std::optional<long> file_size_limit{};  // [bytes]: writes beyond it fail, as on a full disk
  std::map<std::string, std::string>
      environment{};  // in addition to the caller's, without a display
};

/// The built program, running; its output goes to files beside each other in `folder`.
class Program {
 public:
  Program(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
          const RunOptions& options = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void Signal(int signal) const;
  /// Waits for its end. Called once.
  Outcome Wait();

 private:
  std::filesystem::path out_, err_;
  pid_t pid_ = -1;
};

/// An empty folder for one test, removed with everything in it, from which programs are run.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// Path of a file or folder in it.
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }
  /// Runs `sinew` with these arguments to its end.
  Outcome Sinew(const std::vector<std::string>& arguments, const RunOptions& options = {}) const;
  /// Names of all files and folders in it, program output aside, sorted.
  std::vector<std::string> Contents() const;

 private:
  std::filesystem::path path_;
};

/// A pendulum run of a few thousand steps, trained once for all tests of the process.
const std::filesystem::path& TrainedRun();

}  // namespace sinew::apps
