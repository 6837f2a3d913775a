#include "deploy/control/child_process.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "core/error.h"

namespace sinew::deploy {

ChildProcess::ChildProcess(const std::function<void()>& run) {
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw Error(fmt::format("cannot fork: {}", std::strerror(errno)));
  if (pid_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // the parent may have died before that took hold
  if (::getppid() != parent) ::_exit(1);
  int status = 0;
  try {
    run();
  } catch (...) {
    status = 1;
  }
  // without the parent's destructors and buffers
  ::_exit(status);
}

ChildProcess::~ChildProcess() {
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool ChildProcess::running() {
  if (!ended_) ended_ = ::waitpid(pid_, nullptr, WNOHANG) != 0;
  return !ended_;
}

}  // namespace sinew::deploy
