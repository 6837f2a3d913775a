#include "viewer/keys.h"

#include <fmt/format.h>

#include <array>

namespace sinew::viewer {
namespace {

constexpr std::array kShortcuts{
    Shortcut{Command::kPlayPause, key::kSpace, 0, "Time", "Space", "play or pause"},
    Shortcut{Command::kStepForward, key::kRight, 0, "Time", "Right", "one control step"},
    Shortcut{Command::kStepBack, key::kLeft, 0, "Time", "Left", "one control step back"},
    Shortcut{Command::kSlower, '-', 0, "Time", "-", "slower"},
    Shortcut{Command::kSlower, key::kKeypadSubtract, 0, "Time", "", ""},
    Shortcut{Command::kFaster, '=', 0, "Time", "+", "faster"},
    Shortcut{Command::kFaster, '=', key::kShift, "Time", "", ""},
    Shortcut{Command::kFaster, key::kKeypadAdd, 0, "Time", "", ""},
    Shortcut{Command::kRealTime, '1', 0, "Time", "1", "real time"},
    Shortcut{Command::kFullSpeed, '0', 0, "Time", "0", "as fast as possible"},
    Shortcut{Command::kRestartEpisode, key::kBackspace, 0, "Episode", "Backspace",
             "restart the episode"},
    Shortcut{Command::kNextEpisode, 'N', 0, "Episode", "N", "next episode"},
    Shortcut{Command::kFreeCamera, key::kEscape, 0, "Camera", "Esc", "free camera, close help"},
    Shortcut{Command::kPreviousCamera, '[', 0, "Camera", "[", "previous fixed camera"},
    Shortcut{Command::kNextCamera, ']', 0, "Camera", "]", "next fixed camera"},
    Shortcut{Command::kResetCamera, key::kHome, 0, "Camera", "Home", "look at the whole model"},
    Shortcut{Command::kDeselect, 'D', key::kControl, "Scene", "Ctrl+D", "deselect the body"},
    Shortcut{Command::kToggleJoints, 'J', 0, "Scene", "J", "joint axes"},
    Shortcut{Command::kToggleContacts, 'C', 0, "Scene", "C", "contacts and their forces"},
    Shortcut{Command::kToggleTransparent, 'T', 0, "Scene", "T", "transparent bodies"},
    Shortcut{Command::kToggleShadows, 'S', 0, "Scene", "S", "shadows"},
    Shortcut{Command::kToggleReflections, 'R', 0, "Scene", "R", "reflections"},
    Shortcut{Command::kToggleHelp, key::kF1, 0, "Window", "F1", "this help"},
    Shortcut{Command::kToggleRewards, key::kF2, 0, "Window", "F2", "rewards and distance"},
    Shortcut{Command::kToggleTorques, key::kF3, 0, "Window", "F3", "torques"},
    Shortcut{Command::kToggleObservations, key::kF4, 0, "Window", "F4", "observations"},
    Shortcut{Command::kToggleTiming, key::kF5, 0, "Window", "F5", "timing"},
    Shortcut{Command::kToggleLeftSide, key::kTab, 0, "Window", "Tab", "left side"},
    Shortcut{Command::kToggleRightSide, key::kTab, key::kShift, "Window", "Shift+Tab",
             "right side"},
    Shortcut{Command::kScreenshot, 'P', key::kControl, "Window", "Ctrl+P",
             "picture of the window, numbered"},
    Shortcut{Command::kQuit, 'Q', key::kControl, "Window", "Ctrl+Q", "close"},
};

constexpr std::array kMouseGestures{
    MouseGesture{"Left drag", "turn the camera (Shift: about the other axis)"},
    MouseGesture{"Right drag", "move the camera (Shift: horizontally)"},
    MouseGesture{"Middle drag, wheel", "zoom"},
    MouseGesture{"Double click", "select a body"},
    MouseGesture{"Double right click", "look at a point"},
    MouseGesture{"Ctrl + double right click", "follow a body"},
    MouseGesture{"Ctrl + right drag", "pull the selected body (Shift: horizontally)"},
    MouseGesture{"Ctrl + left drag", "twist the selected body (Shift: about the other axis)"},
};

}  // namespace

std::span<const Shortcut> Shortcuts() { return kShortcuts; }
std::span<const MouseGesture> MouseGestures() { return kMouseGestures; }

std::optional<Command> FindCommand(int code, int modifiers) {
  // lock keys set bits of their own
  modifiers &= key::kShift | key::kControl | key::kAlt;
  for (const Shortcut& shortcut : kShortcuts) {
    if (shortcut.code == code && shortcut.modifiers == modifiers) return shortcut.command;
  }
  return std::nullopt;
}

bool Repeats(Command command) {
  return command == Command::kStepForward || command == Command::kStepBack;
}

std::string ShortcutsMarkdown() {
  std::string text = "| key | group | meaning |\n|---|---|---|\n";
  for (const Shortcut& shortcut : kShortcuts) {
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
