#include "training/run/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "core/error.h"

namespace sinew::training {
namespace {

constexpr int kExitCode = 128 + SIGINT;

// a signal handler may touch nothing but lock-free atomics
std::atomic<bool> guard_lives{false};
std::atomic<int> signals_seen{0};
static_assert(std::atomic<int>::is_always_lock_free);

void OnSignal(int) {
  if (signals_seen.fetch_add(1, std::memory_order_relaxed) == 0) return;
  constexpr std::string_view kLine = "\nstopped at once\n";
  [[maybe_unused]] const ssize_t result = write(STDERR_FILENO, kLine.data(), kLine.size());
  _exit(kExitCode);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  if (guard_lives.exchange(true)) throw Error("an InterruptGuard is alive already");
  signals_seen = 0;
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;  // a write or read under way goes on
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGINT, &action, &before_interrupt_) != 0 ||
      sigaction(SIGTERM, &action, &before_terminate_) != 0 ||
      sigaction(SIGHUP, &action, &before_hangup_) != 0) {
    guard_lives = false;
    throw Error(std::string("cannot install signal handlers: ") + strerror(errno));
  }
  // under nohup the program is to outlive its terminal
  if (before_hangup_.sa_handler == SIG_IGN) sigaction(SIGHUP, &before_hangup_, nullptr);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &before_interrupt_, nullptr);
  sigaction(SIGTERM, &before_terminate_, nullptr);
  sigaction(SIGHUP, &before_hangup_, nullptr);
  guard_lives = false;
}

bool InterruptGuard::Requested() const { return signals_seen.load(std::memory_order_relaxed) > 0; }

}  // namespace sinew::training
