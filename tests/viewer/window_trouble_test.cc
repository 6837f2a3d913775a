// What the window does when something goes wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mujoco/mujoco.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "core/error.h"
#include "tests/viewer/window_fixture.h"

namespace sinew::viewer {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

/// A task with a panel that MuJoCo stumbles over.
class StumblingTask : public SwingTask {
 public:
  StumblingTask() : SwingTask(200) {}
  void FillPanel(const sim::Simulation&, int, std::span<double>) const override {
    mju_error("the panel stumbled");
  }
};

class TroubleTest : public WindowTest {
 protected:
  void ExpectOneLine() {
    try {
      Run({});
      FAIL() << "opened a window on nothing";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("sinew record"));
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
  }
};

TEST_F(TroubleTest, OneLineWithoutADisplay) {
  for (const char* display : {"", ":9999"}) {
    setenv("DISPLAY", display, 1);
    unsetenv("WAYLAND_DISPLAY");
    ExpectOneLine();
  }
}

TEST_F(TroubleTest, OneLineWithoutOpenGl) {
  const VirtualDisplay display(800, 600, /*opengl=*/false);
  ExpectOneLine();
}

TEST_F(TroubleTest, RefusesOptionsOutOfRange) {
  ViewerOptions small;
  small.width = 10;
  EXPECT_THROW(Run(small), UserError);
  ViewerOptions backwards;
  backwards.speed = -1;
  EXPECT_THROW(Run(backwards), UserError);
  ViewerOptions slow;
  slow.frame_rate = -1;
  EXPECT_THROW(Run(slow), UserError);
}

TEST_F(TroubleTest, ADivergencePausesAndNamesTheJoint) {
  const VirtualDisplay display(1280, 800);
  Script script;
  script.Do("ten steps", "mousemove 600 300 key Down",
            [](ViewerState& state) { return state.session.frame().state.step == 10; });
  script.DoComputed(
      "a push beyond all bounds",
      [](ViewerState& state) {
        state.session.pusher.plan = {.body = SwingTask::kLowerBody, .newtons = 1e15};
        return "key f key space";
      },
      [](ViewerState& state) { return state.paused && state.session.trouble(); });
  script.Do("look at it", "", [](ViewerState& state) {
    EXPECT_THAT(*state.session.trouble(), AnyOf(HasSubstr("shoulder"), HasSubstr("elbow")));
    EXPECT_THAT(*state.session.trouble(), HasSubstr(" s"));
    return state.session.frame().state.step == 10 && state.session.history().size() == 11;
  });
  script.Do("go back", "key Left", [](ViewerState& state) {
    return !state.session.trouble() && state.session.frame().state.step == 9;
  });
  RunScript(script);
}

TEST_F(TroubleTest, AMuJoCoErrorLeavesTheWindowOpen) {
  const VirtualDisplay display(1280, 800);
  int frames = 0;
  ViewerOptions options;
  options.tabs = {"Episode"};
  options.on_frame = [&](ViewerState& state) {
    if (frames > 5) {
      EXPECT_TRUE(state.drawing_trouble);
      if (state.drawing_trouble) {
        EXPECT_THAT(*state.drawing_trouble, HasSubstr("the panel stumbled"));
      }
    }
    return ++frames < 10;
  };
  RunViewer(std::make_shared<StumblingTask>(), std::make_unique<ThreePolicies>(), options);
  EXPECT_EQ(frames, 10);
}

}  // namespace
}  // namespace sinew::viewer
