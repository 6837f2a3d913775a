#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/viewer/test_task.h"
#include "tests/viewer/virtual_display.h"
#include "viewer/viewer.h"
#include "viewer/window/scene.h"
#include "viewer/window/state.h"

namespace sinew::viewer {

/// A play in acts: each sends input through xdotool once and then waits until the viewer has come
/// to what is expected.
class Script {
 public:
  using Check = std::function<bool(ViewerState&)>;
  using Input = std::function<std::string(ViewerState&)>;

  void Do(std::string what, std::string input, Check until) {
    acts_.push_back({std::move(what), [input](ViewerState&) { return input; }, std::move(until)});
  }
  void DoComputed(std::string what, Input input, Check until) {
    acts_.push_back({std::move(what), std::move(input), std::move(until)});
  }
  bool done() const { return acts_.empty(); }

  /// For ViewerOptions::on_frame.
  bool OnFrame(ViewerState& state) {
    if (acts_.empty()) return false;
    Act& act = acts_.front();
    const auto now = std::chrono::steady_clock::now();
    if (!act.sent) {
      // the first frames settle the layout
      if (++frames_ < 5) return true;
      act.sent = now;
      const std::string input = act.input(state);
      if (!input.empty()) {
        EXPECT_EQ(std::system(fmt::format("{} {}", SINEW_XDOTOOL, input).c_str()), 0) << input;
      }
    } else if (act.until(state)) {
      acts_.pop_front();
    } else if (now - *act.sent > std::chrono::seconds(90)) {
      ADD_FAILURE() << "nothing came of: " << act.what;
      return false;
    }
    return true;
  }

 private:
  struct Act {
    std::string what;
    Input input;
    Check until;
    std::optional<std::chrono::steady_clock::time_point> sent{};
  };
  std::deque<Act> acts_;
  int frames_ = 0;
};

class WindowTest : public ::testing::Test {
 protected:
  WindowTest()
      : folder_(std::filesystem::path(::testing::TempDir()) /
                fmt::format("sinew-viewer-{}", getpid())) {
    std::filesystem::create_directories(folder_);
    setenv("XDG_CONFIG_HOME", folder_.c_str(), 1);
  }
  ~WindowTest() override { std::filesystem::remove_all(folder_); }

  void Run(const ViewerOptions& options) {
    auto source = std::make_unique<ThreePolicies>();
    RunViewer(std::make_shared<SwingTask>(200), std::move(source), options);
  }

  /// Plays a script to its end, from a paused start.
  void RunScript(Script& script, ViewerOptions options = {}) {
    options.start_paused = true;
    options.on_frame = [&](ViewerState& state) { return script.OnFrame(state); };
    Run(options);
    EXPECT_TRUE(script.done());
  }

  // three policies that differ in nothing but their names
  class ThreePolicies : public PolicySource {
   public:
    PolicyHandle Poll() override { return std::exchange(first_, nullptr); }
    const std::vector<ShelfEntry>& Shelf() override { return entries_; }
    PolicyHandle Load(size_t index) override {
      return CardFor<RememberingPolicy>(entries_.at(index).label);
    }

   private:
    PolicyHandle first_ = CardFor<RememberingPolicy>("newest");
    std::vector<ShelfEntry> entries_{{"young", 10}, {"grown", 20}, {"old", 30}};
  };

  void RunOnOwnDisplay(const ViewerOptions& options) {
    const VirtualDisplay display(1280, 800);
    Run(options);
  }

  std::filesystem::path folder_;
};

// where the middle of a body appears, as xdotool's "mousemove" wants it
inline std::string MoveTo(ViewerState& state, int body) {
  const mjData* data = state.session.env().simulation().data();
  const mjrRect& view = state.viewport;
  const auto place = state.scene.Project(Eigen::Vector3d(data->xipos + 3 * body),
                                         static_cast<double>(view.width) / view.height);
  EXPECT_TRUE(place);
  const int x = view.left + static_cast<int>(place->x() * view.width);
  const int y = state.framebuffer_height - view.bottom - static_cast<int>(place->y() * view.height);
  return fmt::format("mousemove {} {}", x, y);
}

}  // namespace sinew::viewer
