// One sitting at the real window, from the first click to the finished film, checked against a
// session without a window.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "tests/viewer/window_fixture.h"

namespace sinew::viewer {
namespace {

int64_t StepOf(const ViewerState& state) { return state.session.frame().state.step; }
const sim::SimulationState& Physics(const ViewerState& state) {
  return state.session.frame().state.simulation;
}

// the state after `steps` steps that nobody disturbs
sim::SimulationState Undisturbed(int steps) {
  Session session(std::make_shared<SwingTask>(200),
                  std::make_unique<FixedPolicySource>(CardFor<RememberingPolicy>("alone")), {});
  for (int i = 0; i < steps; ++i) session.Step();
  return session.frame().state.simulation;
}

class SmokeTest : public WindowTest {};

TEST_F(SmokeTest, SelectsPushesScrubsSwapsAndRecords) {
  const VirtualDisplay display(1280, 800);
  const auto ten = Undisturbed(10), twenty = Undisturbed(20);
  sim::SimulationState pushed;
  int64_t scrubbed_to = 0;
  Script script;
  script.Do("record", "mousemove 600 300 key v",
            [](ViewerState& state) { return state.recorder.recording(); });
  script.Do("ten steps", "key Down",
            [&](ViewerState& state) { return StepOf(state) == 10 && Physics(state) == ten; });
  script.DoComputed(
      "select",
      [](ViewerState& state) {
        return MoveTo(state, SwingTask::kLowerBody) + " click --repeat 2 --delay 60 1";
      },
      [](ViewerState& state) { return state.perturbation.selected() == SwingTask::kLowerBody; });
  script.Do("pull", "keydown ctrl mousedown 3 mousemove_relative 80 -30",
            [](ViewerState& state) { return state.push.force.norm() > 0.1; });
  script.Do("ten steps under the pull", "keyup ctrl key Down", [&](ViewerState& state) {
    pushed = Physics(state);
    return StepOf(state) == 20 && pushed != twenty && state.impulse.force.norm() > 0;
  });
  script.Do("let go", "mouseup 3", [](ViewerState& state) {
    return !state.push && state.notice.text.find("N·s") != std::string::npos;
  });
  script.DoComputed(
      "scrub",
      [](ViewerState& state) {
        return fmt::format("mousemove {} {} mousedown 1 sleep 0.1 mouseup 1", 700,
                           state.framebuffer_height - 45);
      },
      [&](ViewerState& state) {
        scrubbed_to = StepOf(state);
        return scrubbed_to > 0 && scrubbed_to < 10;
      });
  script.Do("swap", "mousemove 600 300 key Page_Down",
            [](ViewerState& state) { return state.session.policy()->label == "grown"; });
  script.Do("on with the other policy", "key Down", [&](ViewerState& state) {
    return StepOf(state) == scrubbed_to + 10 &&
           Physics(state) == Undisturbed(static_cast<int>(scrubbed_to) + 10);
  });
  script.Do("film", "key v", [&](ViewerState& state) {
    // 30 steps of 20 ms that were made, at 30 pictures a second
    return !state.recorder.recording() && std::abs(state.recorder.seconds() - 0.6) < 1e-9;
  });
  ViewerOptions options;
  options.start_paused = true;
  options.folder = folder_;
  options.on_frame = [&](ViewerState& state) {
    if (!script.done()) return script.OnFrame(state);
    // what the pull led to is still there, to the bit
    EXPECT_EQ(state.session.history().branches().size(), 1u);
    state.session.SwitchTo(0);
    state.session.Seek(20);
    EXPECT_EQ(Physics(state), pushed);
    return false;
  };
  Run(options);
  EXPECT_TRUE(script.done());
  EXPECT_GT(std::filesystem::file_size(folder_ / "sinew-0001.mp4"), 1000u);
}

}  // namespace
}  // namespace sinew::viewer
