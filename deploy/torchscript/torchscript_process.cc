#include "deploy/torchscript/torchscript_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "deploy/base/programs.h"

namespace sinew::deploy {

namespace fs = std::filesystem;

// A process whose standard input and output are one socket, and whose complaints go to a file.
struct TorchScriptProcess::Child {
  explicit Child(const std::vector<std::string>& arguments) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      throw Error(fmt::format("cannot make a socket: {}", std::strerror(errno)));
    }
    socket = ends[0];
    const fs::path log = work.path() / "log.txt";
    std::vector<char*> argv;
    for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int error = ::posix_spawn(&process, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (error == 0) return;
    ::close(socket);
    throw Error(fmt::format("cannot run '{}': {}", arguments[0], std::strerror(error)));
  }

  ~Child() {
    ::close(socket);  // which ends it
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
  }

  [[noreturn]] void Fail() {
    ::shutdown(socket, SHUT_RDWR);
    std::string message = ReadFile(work.path() / "log.txt");
    message.resize(std::min(message.size(), message.find('\n')));
    throw Error("TorchScript: " + (message.empty() ? "the process has ended" : message));
  }

  void Send(std::span<const float> values) {
    const auto bytes = std::as_bytes(values);
    for (size_t sent = 0; sent < bytes.size();) {
      const ssize_t n = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) Fail();
      sent += static_cast<size_t>(n);
    }
  }

  void Receive(std::span<std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::recv(socket, bytes.data(), bytes.size(), 0);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) Fail();
      bytes = bytes.subspan(static_cast<size_t>(n));
    }
  }

  PrivateFolder work;
  int socket = -1;
  pid_t process = 0;
};

TorchScriptProcess::TorchScriptProcess(const fs::path& runner, const fs::path& model, int obs_dim,
                                       int act_dim, bool stochastic, bool remembers)
    : noise_dim_(stochastic ? act_dim : 0), remembers_(remembers) {
  child_ = std::make_unique<Child>(std::vector<std::string>{
      runner.string(), model.string(), fmt::to_string(obs_dim), fmt::to_string(noise_dim_),
      fmt::to_string(act_dim), remembers ? "1" : "0"});
  policy_hash_ = ReadText();
  contract_ = ReadText();
}

TorchScriptProcess::~TorchScriptProcess() = default;

std::string TorchScriptProcess::ReadText() {
  constexpr uint32_t kLongest = 1 << 24;
  uint32_t length = 0;
  child_->Receive(std::as_writable_bytes(std::span(&length, 1)));
  if (length > kLongest) throw Error("TorchScript: the process answers nonsense");
  std::string text(length, '\0');
  child_->Receive(std::as_writable_bytes(std::span(text)));
  return text;
}

int TorchScriptProcess::Torque(std::span<const float> observation, std::span<const float> noise,
                               std::span<float> torque) {
  const float begins = begins_ ? 1 : 0;
  if (remembers_) child_->Send({&begins, 1});
  begins_ = false;
  child_->Send(observation);
  const std::vector<float> zeros(noise.empty() ? noise_dim_ : 0);
  child_->Send(noise.empty() ? std::span<const float>(zeros) : noise);
  int32_t status = 0;
  child_->Receive(std::as_writable_bytes(std::span(&status, 1)));
  child_->Receive(std::as_writable_bytes(torque));
  return status;
}

fs::path FindTorchScriptRunner() {
  if (const char* variable = std::getenv("SINEW_TORCHSCRIPT")) return variable;
  std::error_code ignored;
  const fs::path beside =
      fs::read_symlink("/proc/self/exe", ignored).parent_path() / "sinew-torchscript";
  return fs::exists(beside, ignored) ? beside : fs::path();
}

}  // namespace sinew::deploy
