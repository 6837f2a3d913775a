#include "viewer/window/settings.h"

#include <imgui/imgui.h>
// the handlers of an ini file's sections are declared nowhere else
#include <imgui/imgui_internal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

constexpr float kWidest = 2000;  // more than this many pixels at scale 1 is no width

ViewerState& StateOf(ImGuiSettingsHandler* handler) {
  return *static_cast<ViewerState*>(handler->UserData);
}

void* Open(ImGuiContext*, ImGuiSettingsHandler* handler, const char*) { return handler->UserData; }

void ReadLine(ImGuiContext*, ImGuiSettingsHandler* handler, void*, const char* line) {
  ViewerState& state = StateOf(handler);
  int id = 0, value = 0;
  float left = 0, right = 0;
  char title[64];
  if (std::sscanf(line, "panel %63[^=]=%d", title, &value) == 2) {
    const auto panel = std::ranges::find(PanelInfos(), std::string_view(title), &PanelInfo::title);
    if (panel != PanelInfos().end()) state.panels[panel->id] = value != 0;
  } else if (std::sscanf(line, "tabs=%d,%d", &id, &value) == 2) {
    const auto on = [](int tab, Side side) {
      return tab >= 0 && tab < kNumTabs && Tabs()[tab].side == side;
    };
    if (on(id, Side::kLeft)) state.tabs[0] = id;
    if (on(value, Side::kRight)) state.tabs[1] = value;
    state.tab_wanted = {true, true};
  } else if (std::sscanf(line, "sides=%d,%d", &id, &value) == 2) {
    state.show_left = id != 0;
    state.show_right = value != 0;
  } else if (std::sscanf(line, "stacked=%d", &value) == 1) {
    state.stacked_rewards = value != 0;
  } else if (std::sscanf(line, "text=%f", &left) == 1) {
    state.text_size = std::clamp(left, 1 / kLargestText, kLargestText);
  } else if (std::sscanf(line, "widened=%f,%f", &left, &right) == 2) {
    state.widened = {std::clamp(left, 0.0f, kWidest), std::clamp(right, 0.0f, kWidest)};
  }
}

void WriteAll(ImGuiContext*, ImGuiSettingsHandler* handler, ImGuiTextBuffer* out) {
  const ViewerState& state = StateOf(handler);
  out->appendf("[%s][layout]\n", handler->TypeName);
  for (const PanelInfo& panel : PanelInfos())
    out->appendf("panel %s=%d\n", panel.title, state.panels[panel.id] ? 1 : 0);
  out->appendf("tabs=%d,%d\n", state.tabs[0], state.tabs[1]);
  out->appendf("sides=%d,%d\n", state.show_left ? 1 : 0, state.show_right ? 1 : 0);
  out->appendf("stacked=%d\n", state.stacked_rewards ? 1 : 0);
  out->appendf("text=%.3f\n", state.text_size);
  out->appendf("widened=%.0f,%.0f\n\n", state.widened[0], state.widened[1]);
}

}  // namespace

std::filesystem::path LayoutFile() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  std::filesystem::path folder;
  if (config && *config) {
    folder = config;
  } else if (home && *home) {
    folder = std::filesystem::path(home) / ".config";
  } else {
    return {};
  }
  folder /= "sinew";
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  return failed ? std::filesystem::path() : folder / "viewer.ini";
}

void RememberLayout(ViewerState* state) {
  ImGuiSettingsHandler handler;
  handler.TypeName = "Sinew";
  handler.TypeHash = ImHashStr(handler.TypeName);
  handler.ReadOpenFn = Open;
  handler.ReadLineFn = ReadLine;
  handler.WriteAllFn = WriteAll;
  handler.UserData = state;
  ImGui::GetCurrentContext()->SettingsHandlers.push_back(handler);
}

}  // namespace sinew::viewer
