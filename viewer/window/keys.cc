#include "viewer/window/keys.h"

#include <fmt/format.h>
#include <mujoco/mujoco.h>

#include <array>

#include "viewer/window/pages.h"

namespace sinew::viewer {
namespace {

using enum Command;

std::vector<Shortcut> TimeKeys() {
  return {
      {kPlayPause, key::kSpace, 0, "Time", "Space", "play or pause"},
      {kStepForward, key::kRight, 0, "Time", "Right", "one control step"},
      {kStepBack, key::kLeft, 0, "Time", "Left", "one control step back"},
      {kPhysicsForward, key::kRight, key::kShift, "Time", "Shift+Right", "one physics step"},
      {kPhysicsBack, key::kLeft, key::kShift, "Time", "Shift+Left", "one physics step back"},
      {kTenForward, key::kDown, 0, "Time", "Down", "ten control steps"},
      {kTenBack, key::kUp, 0, "Time", "Up", "ten control steps back"},
      {kToNewest, key::kEnd, 0, "Time", "End", "to the newest moment"},
      {kSlower, '-', 0, "Time", "-", "slower"},
      {kSlower, key::kKeypadSubtract, 0, "Time", "", ""},
      {kFaster, '=', 0, "Time", "+", "faster"},
      {kFaster, '=', key::kShift, "Time", "", ""},
      {kFaster, key::kKeypadAdd, 0, "Time", "", ""},
      {kRealTime, '1', key::kControl, "Time", "Ctrl+1", "real time"},
      {kFullSpeed, '0', key::kControl, "Time", "Ctrl+0", "as fast as possible"},
      {kRestartEpisode, key::kBackspace, 0, "Episode", "Backspace", "restart the episode"},
      {kNextEpisode, 'N', 0, "Episode", "N", "next episode"},
      {kSaveEpisode, 'S', key::kControl, "Episode", "Ctrl+S", "save the episode to a file"},
  };
}

std::vector<Shortcut> PolicyKeys() {
  return {
      {kExplore, 'D', 0, "Policy", "D", "deterministic or exploring"},
      {kOlderPolicy, key::kPageDown, 0, "Policy", "PageDown", "policy of an earlier training step"},
      {kNewerPolicy, key::kPageUp, 0, "Policy", "PageUp", "policy of a later training step"},
      {kFollowNewest, 'L', 0, "Policy", "L", "follow the newest policy"},
      {kGhost, 'G', 0, "Policy", "G", "second policy as a ghost"},
      {kFirePush, 'F', 0, "Push", "F", "push as the panel says"},
      {kRepeatPush, 'F', key::kShift, "Push", "Shift+F", "push again and again"},
      {kSurvivalMap, 'M', key::kShift, "Push", "Shift+M", "survival map from this moment"},
      {kDeselect, 'D', key::kControl, "Push", "Ctrl+D", "deselect the body"},
  };
}

std::vector<Shortcut> SceneKeys() {
  std::vector<Shortcut> keys{
      {kFreeCamera, key::kEscape, 0, "Camera", "Esc", "free camera, close what is open"},
      {kPreviousCamera, '[', 0, "Camera", "[", "previous fixed camera"},
      {kNextCamera, ']', 0, "Camera", "]", "next fixed camera"},
      {kResetCamera, key::kHome, 0, "Camera", "Home", "look at the whole model"},
      {kResetCamera, 'A', key::kControl, "Camera", "", ""},
      {kContacts, 'C', 0, "Scene", "C", "contacts and their forces"},
      {{kVisualFlag, mjVIS_JOINT}, 'J', 0, "Scene", "J", "joint axes"},
      {{kVisualFlag, mjVIS_ACTUATOR}, 'U', 0, "Scene", "U", "actuators"},
      {{kVisualFlag, mjVIS_COM}, 'M', 0, "Scene", "M", "centres of mass"},
      {{kVisualFlag, mjVIS_INERTIA}, 'I', 0, "Scene", "I", "boxes of inertia"},
      {{kVisualFlag, mjVIS_TRANSPARENT}, 'T', 0, "Scene", "T", "transparent bodies"},
      {{kVisualFlag, mjVIS_CONVEXHULL}, 'H', 0, "Scene", "H", "convex hulls"},
      {{kVisualFlag, mjVIS_TEXTURE}, 'X', 0, "Scene", "X", "textures"},
      {{kVisualFlag, mjVIS_CAMERA}, 'Q', 0, "Scene", "Q", "cameras"},
      {{kVisualFlag, mjVIS_LIGHT}, 'Z', 0, "Scene", "Z", "lights"},
      {{kVisualFlag, mjVIS_RANGEFINDER}, 'Y', 0, "Scene", "Y", "range finders"},
      {{kVisualFlag, mjVIS_CONTACTSPLIT}, 'P', 0, "Scene", "P", "contact forces split"},
      {{kVisualFlag, mjVIS_AUTOCONNECT}, 'A', 0, "Scene", "A", "lines between joints"},
      {{kRenderFlag, mjRND_WIREFRAME}, 'W', 0, "Scene", "W", "wire frame"},
      {{kRenderFlag, mjRND_SHADOW}, 'S', 0, "Scene", "S", "shadows"},
      {{kRenderFlag, mjRND_REFLECTION}, 'R', 0, "Scene", "R", "reflections"},
      {{kRenderFlag, mjRND_SKYBOX}, 'K', 0, "Scene", "K", "sky"},
      {kFrames, key::kF1 + 5, 0, "Scene", "F6", "frames of bodies, geoms, sites, ..."},
      {kLabels, key::kF1 + 6, 0, "Scene", "F7", "labels of bodies, joints, geoms, ..."},
  };
  for (int group = 0; group < mjNGROUP; ++group) {
    keys.push_back({{kGeomGroup, group},
                    '0' + group,
                    0,
                    "Scene",
                    fmt::format("{}", group),
                    fmt::format("geoms of group {}", group)});
  }
  for (int group = 0; group < mjNGROUP; ++group) {
    keys.push_back({{kSiteGroup, group},
                    '0' + group,
                    key::kShift,
                    "Scene",
                    fmt::format("Shift+{}", group),
                    fmt::format("sites of group {}", group)});
  }
  return keys;
}

std::vector<Shortcut> WindowKeys() {
  return {
      {kToggleHelp, key::kF1, 0, "Window", "F1", "this help"},
      {kPalette, 'K', key::kControl, "Window", "Ctrl+K", "command palette"},
      {{kTab, kEpisodeTab}, key::kF1 + 1, 0, "Window", "F2", "rewards, torques, episodes"},
      {{kTab, kTimingTab}, key::kF1 + 2, 0, "Window", "F3", "timing"},
      {{kTab, kModelTab}, key::kF1 + 3, 0, "Window", "F4", "joints, sensors, contacts, fields"},
      {kFullScreen, key::kF1 + 4, 0, "Window", "F5", "full screen"},
      {kLargerText, '=', key::kControl, "Window", "Ctrl++", "larger text"},
      {kLargerText, '=', key::kControl | key::kShift, "Window", "", ""},
      {kLargerText, key::kKeypadAdd, key::kControl, "Window", "", ""},
      {kSmallerText, '-', key::kControl, "Window", "Ctrl+-", "smaller text"},
      {kSmallerText, key::kKeypadSubtract, key::kControl, "Window", "", ""},
      {{kTab, kMindTab}, key::kF1 + 7, 0, "Window", "F8", "observations, value, sensitivity"},
      {{kTab, kTrainingTab}, key::kF1 + 8, 0, "Window", "F9", "training"},
      {{kTab, kPushTab}, key::kF1 + 9, 0, "Window", "F10", "pushes and survival"},
      {{kTab, kPolicyTab}, key::kF1 + 10, 0, "Window", "F11", "policies, noise, joints by hand"},
      {{kTab, kTapeTab}, key::kF1 + 11, 0, "Window", "F12", "branches, episode files, recording"},
      {kToggleLeftSide, key::kTab, 0, "Window", "Tab", "left side"},
      {kToggleRightSide, key::kTab, key::kShift, "Window", "Shift+Tab", "right side"},
      {kScreenshot, 'P', key::kControl, "Record", "Ctrl+P", "numbered picture of the window"},
      {kRecord, 'V', 0, "Record", "V", "start or stop a video"},
      {kFilmStrip, 'V', key::kShift, "Record", "Shift+V", "film strip of the episode"},
      {kQuit, 'Q', key::kControl, "Window", "Ctrl+Q", "close"},
  };
}

std::vector<Shortcut> AllKeys() {
  std::vector<Shortcut> all;
  for (const auto& part : {TimeKeys(), PolicyKeys(), SceneKeys(), WindowKeys()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

constexpr std::array kMouseGestures{
    MouseGesture{"Left drag", "turn the camera (Shift: about the other axis)"},
    MouseGesture{"Right drag", "move the camera (Shift: horizontally)"},
    MouseGesture{"Middle drag, wheel", "zoom"},
    MouseGesture{"Double click", "select a body"},
    MouseGesture{"Double right click", "look at a point"},
    MouseGesture{"Ctrl + double right click", "follow a body"},
    MouseGesture{"Ctrl + right drag", "pull the selected body, or place a target (Shift: level)"},
    MouseGesture{"Ctrl + left drag", "twist the selected body (Shift: about the other axis)"},
    MouseGesture{"Drop a file", "load a policy or an episode"},
};

}  // namespace

const std::vector<Shortcut>& Shortcuts() {
  static const std::vector<Shortcut> kAll = AllKeys();
  return kAll;
}

std::span<const MouseGesture> MouseGestures() { return kMouseGestures; }

std::optional<Action> FindCommand(int code, int modifiers) {
  // lock keys set bits of their own
  modifiers &= key::kShift | key::kControl | key::kAlt;
  for (const Shortcut& shortcut : Shortcuts()) {
    if (shortcut.code == code && shortcut.modifiers == modifiers) return shortcut.action;
  }
  return std::nullopt;
}

bool Repeats(Command command) {
  return command == kStepForward || command == kStepBack || command == kPhysicsForward ||
         command == kPhysicsBack || command == kTenForward || command == kTenBack;
}

std::string ShortcutsMarkdown() {
  std::string text = "| key | group | meaning |\n|---|---|---|\n";
  for (const Shortcut& shortcut : Shortcuts()) {
    if (shortcut.keys.empty()) continue;
    text += fmt::format("| `{}` | {} | {} |\n", shortcut.keys, shortcut.group, shortcut.meaning);
  }
  text += "\n| mouse | meaning |\n|---|---|\n";
  for (const MouseGesture& gesture : kMouseGestures) {
    text += fmt::format("| {} | {} |\n", gesture.gesture, gesture.meaning);
  }
  return text;
}

}  // namespace sinew::viewer
