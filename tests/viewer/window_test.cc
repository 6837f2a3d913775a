// Opens the real window on an X server without a screen and drives it with synthetic mouse and
// keys.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "core/files.h"
#include "tests/viewer/window_fixture.h"

namespace sinew::viewer {
namespace {

using ::testing::HasSubstr;

TEST_F(WindowTest, KeysAndMouseDriveTheSimulation) {
  const VirtualDisplay display(1280, 800);
  Script script;
  int64_t step = 0;
  double camera_azimuth = 0;
  sim::SimulationState stopped;
  const auto at = [](ViewerState& state) { return state.session.frame().state.step; };

  script.Do("play", "mousemove 600 300 key space",
            [&](ViewerState& state) { return !state.paused && at(state) > 4; });
  script.Do("pause", "key space", [&](ViewerState& state) {
    step = at(state);
    stopped = state.session.frame().state.simulation;
    return state.paused;
  });
  script.Do("step", "key Right", [&](ViewerState& state) { return at(state) == step + 1; });
  script.Do("step back", "key Left", [&](ViewerState& state) {
    return at(state) == step && state.session.env().SaveState().simulation == stopped;
  });
  script.Do("restart", "key BackSpace", [&](ViewerState& state) { return at(state) == 0; });
  script.Do("next episode", "key n",
            [&](ViewerState& state) { return state.session.frame().state.episode == 1; });
  script.Do("slower", "key minus", [](ViewerState& state) { return state.pacer.speed() == 0.5; });
  script.Do("real time", "key ctrl+1", [](ViewerState& state) { return state.pacer.speed() == 1; });
  script.Do("fixed camera", "key bracketright",
            [](ViewerState& state) { return state.scene.CameraName() == "camera front"; });
  script.Do("free camera", "key Escape",
            [](ViewerState& state) { return state.scene.CameraName() == "free camera"; });
  script.Do("help", "key F1", [](ViewerState& state) { return state.show_help; });
  script.Do("search help", "type reward",
            [](ViewerState& state) { return std::string(state.memory.query.data()) == "reward"; });
  script.Do("close help", "key F1", [](ViewerState& state) { return !state.show_help; });
  script.DoComputed(
      "turn the camera",
      [&](ViewerState& state) {
        camera_azimuth = state.scene.raw().camera[0].forward[0];
        return "mousemove 600 600 mousedown 1 mousemove_relative 80 0 mouseup 1";
      },
      [&](ViewerState& state) { return state.scene.raw().camera[0].forward[0] != camera_azimuth; });
  script.DoComputed(
      "select",
      [](ViewerState& state) {
        return MoveTo(state, SwingTask::kLowerBody) + " click --repeat 2 --delay 60 1";
      },
      [](ViewerState& state) { return state.perturbation.selected() == SwingTask::kLowerBody; });
  script.Do("pull", "keydown ctrl mousedown 3 mousemove_relative 60 -20", [](ViewerState& state) {
    return state.perturbation.active() && state.push.force.norm() > 0.1;
  });
  script.Do("step under the pull", "keyup ctrl key Right", [](ViewerState& state) {
    const auto& pushes = state.session.frame().pushes;
    return pushes.size() == 1 && pushes[0].body == SwingTask::kLowerBody &&
           pushes[0].force.norm() > 0.1 && state.impulse.force.norm() > 0;
  });
  script.Do("let go", "mouseup 3", [](ViewerState& state) {
    const mjtNum* own =
        state.session.env().simulation().data()->xfrc_applied + 6 * SwingTask::kLowerBody;
    return !state.push && own[0] == 0 && own[2] == 1;
  });
  script.Do("close", "key ctrl+q", [](ViewerState& state) { return state.quit; });

  RunScript(script);
}

TEST_F(WindowTest, StepsPhysicsScrubsAndBranches) {
  const VirtualDisplay display(1280, 800);
  Script script;
  const auto at = [](ViewerState& state) { return state.session.frame().state.step; };
  sim::SimulationState ahead;
  script.Do("ten steps", "mousemove 600 300 key Down", [&](ViewerState& state) {
    ahead = state.session.frame().state.simulation;
    return at(state) == 10;
  });
  script.Do("a physics step", "key shift+Right", [&](ViewerState& state) {
    return at(state) == 10 && state.micro.index() == 1 &&
           std::abs(state.shown().data()->time - 0.205) < 1e-9;
  });
  script.Do("three more", "key --repeat 3 --delay 80 shift+Right",
            [&](ViewerState& state) { return at(state) == 11 && state.micro.index() == 0; });
  script.Do("one back", "key shift+Left",
            [&](ViewerState& state) { return at(state) == 10 && state.micro.index() == 3; });
  script.Do("whole again", "key --repeat 3 --delay 80 shift+Left", [&](ViewerState& state) {
    return at(state) == 10 && state.micro.index() == 0 &&
           state.session.frame().state.simulation == ahead;
  });
  script.DoComputed(
      "scrub",
      [](ViewerState& state) {
        // the middle of the slider at the bottom
        return fmt::format("mousemove {} {} mousedown 1 sleep 0.1 mouseup 1", 860,
                           state.framebuffer_height - 45);
      },
      [&](ViewerState& state) { return at(state) > 1 && at(state) < 9; });
  script.Do("another policy", "mousemove 600 300 key Page_Down",
            [&](ViewerState& state) { return state.session.policy()->label == "grown"; });
  script.Do("play on from there", "key space", [&](ViewerState& state) {
    return state.session.history().branches().size() == 1 && at(state) > 8;
  });
  script.Do("pause", "key space", [](ViewerState& state) { return state.paused; });
  script.Do("save the episode", "key ctrl+s",
            [&](ViewerState& state) { return state.notice.text.find("saved") == 0; });
  ViewerOptions options;
  options.folder = folder_;
  RunScript(script, options);
  sim::Env env(std::make_shared<SwingTask>(200), 0);
  EXPECT_FALSE(ReplayEpisode(LoadEpisode(folder_ / "sinew-0001.ep"), &env).parted_at);
}

TEST_F(WindowTest, PushesByPanelAndGhosts) {
  const VirtualDisplay display(1280, 800);
  Script script;
  script.Do("push tab", "mousemove 600 300 key F10",
            [](ViewerState& state) { return state.tabs[0] == kPushTab; });
  script.Do("push", "key f", [](ViewerState& state) { return state.session.pusher.pushing(); });
  script.Do("step", "key Right",
            [](ViewerState& state) { return !state.session.frame().pushes.empty(); });
  script.Do("ghost", "key g", [](ViewerState& state) { return state.session.ghost() != nullptr; });
  script.Do("explore", "key d",
            [](ViewerState& state) { return state.session.disturbance.exploring; });
  script.Do("part", "key Down", [](ViewerState& state) {
    const Frame& frame = state.session.frame();
    return frame.ghost && frame.ghost->state.simulation != frame.state.simulation;
  });
  script.DoComputed(
      "place the target",
      [](ViewerState& state) {
        state.perturbation.Select(state.session.env().simulation().data(), SwingTask::kGoalBody,
                                  {0.4, 0, 0.5});
        return MoveTo(state, SwingTask::kGoalBody) +
               " keydown ctrl mousedown 3 mousemove_relative 40 0 sleep 0.1 mouseup 3 keyup ctrl";
      },
      [](ViewerState& state) { return state.session.env().simulation().qpos()[2] != 0; });
  script.Do("step with it", "key Right",
            [](ViewerState& state) { return state.session.frame().move.has_value(); });
  script.Do("survival map", "key shift+m", [](ViewerState& state) {
    return state.survival && state.panels[kSurvivalPanel] && state.survival->done() > 0;
  });
  script.Do("palette", "key ctrl+k", [](ViewerState& state) { return state.show_palette; });
  script.Do("name it", "type 'restart the ep'", [](ViewerState& state) {
    return std::string(state.memory.query.data()) == "restart the ep";
  });
  // pressed and released between two frames, a key would not be seen
  script.Do("restart", "keydown Return", [](ViewerState& state) {
    return !state.show_palette && state.session.frame().state.step == 0;
  });
  script.Do("let go of it", "keyup Return", [](ViewerState&) { return true; });
  RunScript(script);
}

TEST_F(WindowTest, RecordsVideoPictureAndFilmStrip) {
  const VirtualDisplay display(1280, 800);
  Script script;
  script.Do("record", "mousemove 600 300 key v",
            [](ViewerState& state) { return state.recorder.recording(); });
  script.Do("steps", "key --repeat 3 --delay 300 Down",
            [](ViewerState& state) { return state.session.frame().state.step == 30; });
  // 30 steps of 20 ms are 18 pictures of a thirtieth of a second
  script.Do("stop", "key v", [](ViewerState& state) {
    return !state.recorder.recording() && std::abs(state.recorder.seconds() - 0.6) < 1e-9;
  });
  script.Do("picture", "key ctrl+p",
            [&](ViewerState&) { return std::filesystem::exists(folder_ / "sinew-0001.png"); });
  script.Do("strip", "key shift+v", [&](ViewerState&) {
    return std::filesystem::exists(folder_ / "sinew-strip-0001.png");
  });
  ViewerOptions options;
  options.folder = folder_;
  RunScript(script, options);
  EXPECT_GT(std::filesystem::file_size(folder_ / "sinew-0001.mp4"), 1000u);
  EXPECT_THAT(ReadFile(folder_ / "sinew-0001.json"), HasSubstr("\"step\": 30"));
  EXPECT_THAT(ReadFile(folder_ / "sinew-0001.json"), HasSubstr("\"label\": \"newest\""));
}

TEST_F(WindowTest, EveryTabDrawsWithoutTrouble) {
  const VirtualDisplay display(1280, 800);
  int frames = 0;
  ViewerOptions options;
  options.on_frame = [&](ViewerState& state) {
    EXPECT_FALSE(state.drawing_trouble) << *state.drawing_trouble;
    const Tab& tab = Tabs()[frames / 4 % kNumTabs];
    const size_t side = tab.side == Side::kLeft ? 0 : 1;
    state.tabs[side] = tab.id;
    state.tab_wanted[side] = true;
    state.panels.fill(true);
    return ++frames < 4 * kNumTabs;
  };
  Run(options);
}

TEST_F(WindowTest, SavesAPictureOfItself) {
  const VirtualDisplay display(1280, 800);
  ViewerOptions options;
  options.width = 900;
  options.height = 600;
  options.screenshot_path = folder_ / "window.png";
  options.screenshot_step = 20;
  Run(options);
  const std::string png = ReadFile(options.screenshot_path);
  ASSERT_GT(png.size(), 10000u);  // a window of one colour takes less
  // width and height stand big-endian in the IHDR chunk
  EXPECT_EQ(static_cast<unsigned char>(png[18]) * 256 + static_cast<unsigned char>(png[19]), 900);
  EXPECT_EQ(static_cast<unsigned char>(png[22]) * 256 + static_cast<unsigned char>(png[23]), 600);
}

TEST_F(WindowTest, RemembersTheSizeOfText) {
  Script script;
  script.Do("larger", "mousemove 600 300 key ctrl+equal",
            [](ViewerState& state) { return state.ui_scale > 1.05f; });
  script.Do("and larger", "key ctrl+plus",
            [](ViewerState& state) { return state.ui_scale > 1.15f; });
  script.Do("smaller", "key ctrl+minus",
            [](ViewerState& state) { return std::abs(state.ui_scale - 1.1f) < 1e-3f; });
  ViewerOptions options;
  options.on_frame = [&](ViewerState& state) { return script.OnFrame(state); };
  RunOnOwnDisplay(options);
  EXPECT_TRUE(script.done());
  int frames = 0;
  options.on_frame = [&](ViewerState& state) {
    if (++frames == 3) {
      EXPECT_NEAR(state.ui_scale, 1.1, 1e-3);
    }
    return frames < 3;
  };
  RunOnOwnDisplay(options);
}

TEST_F(WindowTest, DrawsNoFasterThanAsked) {
  const VirtualDisplay display(640, 480);
  ViewerOptions options;
  options.width = 640;
  options.height = 480;
  options.frame_rate = 5;
  int frames = 0;
  options.on_frame = [&](ViewerState&) { return ++frames < 4; };
  const FrameLog log =
      RunViewer(std::make_shared<SwingTask>(200), std::make_unique<ThreePolicies>(), options);
  EXPECT_EQ(log.size(), 3u);
  EXPECT_GE(log.Quantile([](const FrameSample& sample) { return sample.interval_ms; }, 0), 195);
}

TEST_F(WindowTest, RemembersThePanelsChosen) {
  int frames = 0;
  ViewerOptions options;
  options.start_paused = true;
  options.on_frame = [&](ViewerState& state) {
    state.panels[kTorquePanel] = false;
    return ++frames < 3;
  };
  // one display each: it ends with its last window
  RunOnOwnDisplay(options);
  bool shown = true;
  options.on_frame = [&](ViewerState& state) {
    shown = state.panels[kTorquePanel];
    return false;
  };
  RunOnOwnDisplay(options);
  EXPECT_FALSE(shown);
}

}  // namespace
}  // namespace sinew::viewer
