#include "tests/apps/program.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "core/files.h"
#include "tests/paths.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOutputPrefix = ".output-";

// between fork and exec: only what the system calls do
[[noreturn]] void BecomeSinew(const std::vector<std::string>& arguments, const RunOptions& options,
                              const fs::path& folder, const fs::path& out, const fs::path& err) {
  const int out_file = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  const int err_file = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(out_file, STDOUT_FILENO);
  dup2(err_file, STDERR_FILENO);
  if (options.file_size_limit) {
    std::signal(SIGXFSZ, SIG_IGN);
    const auto bytes = static_cast<rlim_t>(*options.file_size_limit);
    const rlimit limit{bytes, bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  unsetenv("DISPLAY");
  unsetenv("WAYLAND_DISPLAY");
  for (const auto& [name, value] : options.environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> argv{const_cast<char*>("sinew")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const std::string program = options.program.empty() ? BinaryDir() + "/sinew" : options.program;
  if (chdir(folder.c_str()) == 0) execv(program.c_str(), argv.data());
  _exit(127);
}

}  // namespace

int Outcome::error_lines() const {
  return static_cast<int>(std::ranges::count(err, '\n')) + (!err.empty() && err.back() != '\n');
}

Program::Program(const fs::path& folder, const std::vector<std::string>& arguments,
                 const RunOptions& options) {
  static std::atomic<int> count{0};
  const std::string name = kOutputPrefix + std::to_string(count++);
  out_ = folder / (name + ".out");
  err_ = folder / (name + ".err");
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) BecomeSinew(arguments, options, folder, out_, err_);
}

Program::~Program() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Program::Signal(int signal) const { kill(pid_, signal); }

Outcome Program::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, ReadFile(out_), ReadFile(err_)};
}

Scratch::Scratch() {
  std::string name = (fs::temp_directory_path() / "sinew-apps-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

Scratch::~Scratch() { fs::remove_all(path_); }

Outcome Scratch::Sinew(const std::vector<std::string>& arguments, const RunOptions& options) const {
  return Program(path_, arguments, options).Wait();
}

std::vector<std::string> Scratch::Contents() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(path_)) {
    const std::string name = fs::relative(entry.path(), path_).string();
    if (!name.starts_with(kOutputPrefix)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

const fs::path& TrainedRun() {
  static const Scratch scratch;
  static const fs::path run = [] {
    const Outcome trained =
        scratch.Sinew({"train", "pendulum", "--seed", "101", "--steps", "3000", "--out", "run",
                       "--set", "train.eval_episodes=3", "--set", "train.final_episodes=5", "--set",
                       "train.eval_every=1000", "--quiet"});
    if (trained.status != 0) throw std::runtime_error("training failed: " + trained.err);
    return scratch.path() / "run";
  }();
  return run;
}

}  // namespace sinew::apps
