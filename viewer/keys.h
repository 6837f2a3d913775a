#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sinew::viewer {

/// All that a key can ask the viewer to do.
enum class Command {
  kPlayPause,
  kStepForward,
  kStepBack,
  kRestartEpisode,
  kNextEpisode,
  kSlower,
  kFaster,
  kRealTime,
  kFullSpeed,
  kFreeCamera,
  kPreviousCamera,
  kNextCamera,
  kResetCamera,
  kDeselect,
  kToggleJoints,
  kToggleContacts,
  kToggleTransparent,
  kToggleShadows,
  kToggleReflections,
  kToggleHelp,
  kToggleRewards,
  kToggleObservations,
  kToggleTorques,
  kToggleTiming,
  kToggleLeftSide,
  kToggleRightSide,
  kScreenshot,
  kQuit,
};

/// Key codes and modifier bits with GLFW's values (window.cc checks that they agree), so that this
/// table and the page made from it need no window system. Letters and digits are their ASCII codes.
namespace key {
inline constexpr int kSpace = 32, kEscape = 256, kTab = 258, kBackspace = 259, kRight = 262,
                     kLeft = 263, kHome = 268, kF1 = 290, kF2 = 291, kF3 = 292, kF4 = 293,
                     kF5 = 294, kKeypadSubtract = 333, kKeypadAdd = 334;
inline constexpr int kShift = 1, kControl = 2, kAlt = 4;
}  // namespace key

struct Shortcut {
  Command command;
  int code;       // key code
  int modifiers;  // bits of key::kShift, kControl, kAlt
  std::string_view group;
  std::string_view keys;  // as shown; empty for a second key of the command above it
  std::string_view meaning;
};

struct MouseGesture {
  std::string_view gesture;
  std::string_view meaning;
};

/// The one table of keys: input, help window and documentation are made from it.
std::span<const Shortcut> Shortcuts();
std::span<const MouseGesture> MouseGestures();

std::optional<Command> FindCommand(int code, int modifiers);
/// Whether holding the key down repeats the command.
bool Repeats(Command command);

/// Both tables as Markdown, for the documentation.
std::string ShortcutsMarkdown();

}  // namespace sinew::viewer
