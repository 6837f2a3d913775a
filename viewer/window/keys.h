#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sinew::viewer {

/// All that a key, a button or the command palette can ask the viewer to do.
enum class Command {
  kPlayPause,
  kStepForward,
  kStepBack,
  kPhysicsForward,
  kPhysicsBack,
  kTenForward,
  kTenBack,
  kToNewest,
  kSlower,
  kFaster,
  kRealTime,
  kFullSpeed,
  kRestartEpisode,
  kNextEpisode,
  kSaveEpisode,
  kExplore,
  kOlderPolicy,
  kNewerPolicy,
  kFollowNewest,
  kGhost,
  kFirePush,
  kRepeatPush,
  kSurvivalMap,
  kDeselect,
  kFreeCamera,
  kPreviousCamera,
  kNextCamera,
  kResetCamera,
  kVisualFlag,  // argument: mjtVisFlag
  kContacts,    // points and forces at once
  kRenderFlag,  // argument: mjtRndFlag
  kGeomGroup,   // argument: 0 to 5
  kSiteGroup,
  kFrames,
  kLabels,
  kTab,  // argument: index of a tab
  kToggleHelp,
  kPalette,
  kFullScreen,
  kLargerText,
  kSmallerText,
  kToggleLeftSide,
  kToggleRightSide,
  kScreenshot,
  kRecord,
  kFilmStrip,
  kQuit,
};

/// A command, and which of several things it means.
struct Action {
  Command command;
  int argument = 0;

  // a command alone is an action. NOLINTNEXTLINE(google-explicit-constructor)
  Action(Command which, int what = 0) : command(which), argument(what) {}
  bool operator==(const Action&) const = default;
};

/// Key codes and modifier bits with GLFW's values (window.cc checks that they agree), so that this
/// table and the page made from it need no window system. Letters and digits are their ASCII codes.
namespace key {
inline constexpr int kSpace = 32, kEscape = 256, kTab = 258, kBackspace = 259, kRight = 262,
                     kLeft = 263, kDown = 264, kUp = 265, kPageUp = 266, kPageDown = 267,
                     kHome = 268, kEnd = 269, kF1 = 290, kKeypadSubtract = 333, kKeypadAdd = 334;
inline constexpr int kShift = 1, kControl = 2, kAlt = 4;
}  // namespace key

struct Shortcut {
  Action action;
  int code;       // key code
  int modifiers;  // bits of key::kShift, kControl, kAlt
  std::string group;
  std::string keys;  // as shown; empty for a second key of the action above it
  std::string meaning;
};

struct MouseGesture {
  std::string_view gesture;
  std::string_view meaning;
};

/// The one table of keys: input, help window, command palette and documentation are made from it.
const std::vector<Shortcut>& Shortcuts();
std::span<const MouseGesture> MouseGestures();

std::optional<Action> FindCommand(int code, int modifiers);
/// Whether holding the key down repeats the command.
bool Repeats(Command command);

/// Both tables as Markdown, for the documentation.
std::string ShortcutsMarkdown();

}  // namespace sinew::viewer
