#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sinew::deploy {

/// A folder of our own, readable by nobody else, gone at the end of the scope.
class PrivateFolder {
 public:
  /// @throws Error if it cannot be made.
  PrivateFolder();
  ~PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct ProgramResult {
  int status = 0;      // as wait() gives it: 0 if the program exited with 0
  std::string output;  // of both streams
};

/// Runs a program, looked up in PATH, without a shell, and waits for it.
/// @param work  a folder for its output. @throws Error if it cannot be started.
ProgramResult RunProgram(const std::vector<std::string>& arguments,
                         const std::filesystem::path& work);

/// The first line that says "error", or the first at all.
std::string FirstComplaint(const std::string& output);

}  // namespace sinew::deploy
