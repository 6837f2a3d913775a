#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace sinew::viewer {

/// An X server without a screen, on a display number of its own choosing; DISPLAY names it while
/// this lives. It also ends when its last client goes, so that a test that crashes leaves none
/// behind.
class VirtualDisplay {
 public:
  VirtualDisplay(int width, int height, bool opengl = true) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe to Xvfb");
    const std::string screen = std::to_string(width) + "x" + std::to_string(height) + "x24";
    const std::string answer = std::to_string(ends[1]);
    const char* arguments[] = {
        SINEW_XVFB,  "-displayfd",   answer.c_str(), "-screen",
        "0",         screen.c_str(),
        "-r",  // a key held too long on a busy machine is still one key
        "-nolisten", "tcp",          "-terminate",   opengl ? "+extension" : "-extension",
        "GLX",       nullptr};
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    if (posix_spawn(&server_, SINEW_XVFB, nullptr, nullptr, const_cast<char**>(arguments),
                    environ) != 0) {
      throw std::runtime_error("Xvfb does not start");
    }
    close(ends[1]);
    // the server writes its number, once it accepts connections
    std::string number;
    for (char c; read(ends[0], &c, 1) == 1 && c != '\n';) number += c;
    close(ends[0]);
    if (number.empty()) throw std::runtime_error("Xvfb ended at once");
    setenv("DISPLAY", (":" + number).c_str(), 1);
    setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
  }
  ~VirtualDisplay() {
    kill(server_, SIGTERM);
    waitpid(server_, nullptr, 0);
    unsetenv("DISPLAY");
  }
  VirtualDisplay(const VirtualDisplay&) = delete;
  VirtualDisplay& operator=(const VirtualDisplay&) = delete;

 private:
  pid_t server_ = 0;
};

}  // namespace sinew::viewer
