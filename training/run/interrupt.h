#pragma once

#include <csignal>

namespace sinew::training {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP only asks the program to stop, so that it
/// can save; a second one ends the process at once with exit code 130 and one line on stderr.
/// SIGHUP stays ignored where it was (nohup). The destructor puts the earlier handlers back.
///
/// One guard at a time. Requested() may be called from any thread.
class InterruptGuard {
 public:
  /// @throws sinew::Error if another guard lives or the handlers cannot be installed.
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// Whether a signal has come since the guard was made. Costs one relaxed load.
  bool Requested() const;

 private:
  struct sigaction before_interrupt_ {};
  struct sigaction before_terminate_ {};
  struct sigaction before_hangup_ {};
};

}  // namespace sinew::training
