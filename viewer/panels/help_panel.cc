#include "viewer/panels/help_panel.h"

#include <imgui/imgui.h>

#include <string_view>

#include "viewer/keys.h"
#include "viewer/state.h"

namespace sinew::viewer {
namespace {

constexpr std::string_view kSecondColumn = "Window";  // the group that the right half begins with

void Heading(std::string_view text, const Fonts& fonts) {
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::PushFont(fonts.bold);
  ImGui::TextColored(theme::kAccent, "%.*s", static_cast<int>(text.size()), text.data());
  ImGui::PopFont();
  ImGui::TableNextRow();
}

void Row(std::string_view keys, std::string_view meaning) {
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(keys.data(), keys.data() + keys.size());
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%.*s", static_cast<int>(meaning.size()), meaning.data());
}

// the groups from `first` up to, not including, `last`
void KeyTable(const char* id, std::string_view first, std::string_view last, const Fonts& fonts) {
  if (!ImGui::BeginTable(id, 2, ImGuiTableFlags_SizingFixedFit)) return;
  std::string_view group;
  bool inside = false;
  for (const Shortcut& shortcut : Shortcuts()) {
    inside = (inside || shortcut.group == first) && shortcut.group != last;
    if (!inside || shortcut.keys.empty()) continue;
    if (shortcut.group != group) Heading(group = shortcut.group, fonts);
    Row(shortcut.keys, shortcut.meaning);
  }
  ImGui::EndTable();
}

void MouseTable(const Fonts& fonts) {
  if (!ImGui::BeginTable("mouse", 2, ImGuiTableFlags_SizingFixedFit)) return;
  Heading("Mouse", fonts);
  for (const MouseGesture& gesture : MouseGestures()) Row(gesture.gesture, gesture.meaning);
  ImGui::EndTable();
}

}  // namespace

void DrawHelpPanel(ViewerState& state, const Fonts& fonts) {
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({0.5f * display.x, 0.5f * display.y}, ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::SetNextWindowSizeConstraints({0, 0}, {0.96f * display.x, 0.96f * display.y});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 8 * state.ui_scale);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::SetNextWindowFocus();
  ImGui::Begin("help", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
  ImGui::BeginGroup();
  KeyTable("keys", Shortcuts().front().group, kSecondColumn, fonts);
  ImGui::EndGroup();
  ImGui::SameLine(0, 2 * ImGui::GetTextLineHeight());
  ImGui::BeginGroup();
  KeyTable("more keys", kSecondColumn, "", fonts);
  MouseTable(fonts);
  ImGui::EndGroup();
  ImGui::TextDisabled("F1 or Esc closes this");
  ImGui::End();
  ImGui::PopStyleVar(2);
}

}  // namespace sinew::viewer
