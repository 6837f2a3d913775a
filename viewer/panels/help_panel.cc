#include "viewer/panels/help_panel.h"

#include <imgui/imgui.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/window/keys.h"
#include "viewer/window/palette.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

constexpr size_t kColumns = 3;

struct HelpRow {
  std::string group, keys, meaning;
};

std::vector<HelpRow> Matching(const char* query) {
  std::vector<HelpRow> rows;
  const auto add = [&](const HelpRow& row) {
    if (MatchScore(row.group + " " + row.keys + " " + row.meaning, query) > 0) rows.push_back(row);
  };
  // six groups of geoms and of sites are one line each
  for (const Shortcut& shortcut : Shortcuts()) {
    const bool geoms = shortcut.action.command == Command::kGeomGroup;
    const bool sites = shortcut.action.command == Command::kSiteGroup;
    if (shortcut.keys.empty() || ((geoms || sites) && shortcut.action.argument > 0)) continue;
    if (geoms) {
      add({shortcut.group, "0 ... 5", "geoms of that group"});
    } else if (sites) {
      add({shortcut.group, "Shift+0 ... 5", "sites of that group"});
    } else {
      add({shortcut.group, shortcut.keys, shortcut.meaning});
    }
  }
  for (const MouseGesture& gesture : MouseGestures()) {
    add({"Mouse", std::string(gesture.gesture), std::string(gesture.meaning)});
  }
  std::ranges::stable_sort(rows, {}, [](const HelpRow& row) {
    static constexpr std::string_view kOrder[] = {"Time",   "Episode", "Policy", "Push", "Camera",
                                                  "Record", "Scene",   "Window", "Mouse"};
    return std::ranges::find(kOrder, row.group) - std::begin(kOrder);
  });
  return rows;
}

// rows and their groups' headings, the same height for every column
void Column(const std::vector<HelpRow>& rows, size_t begin, size_t end, const Fonts& fonts) {
  ImGui::BeginGroup();
  if (ImGui::BeginTable("keys", 2, ImGuiTableFlags_SizingFixedFit)) {
    for (size_t i = begin; i < end; ++i) {
      if (i == begin || rows[i].group != rows[i - 1].group) {
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::PushFont(fonts.bold);
        ImGui::TextColored(theme::kAccent, "%s", rows[i].group.c_str());
        ImGui::PopFont();
        ImGui::TableNextRow();
      }
      ImGui::TableNextColumn();
      ImGui::TextUnformatted(rows[i].keys.c_str());
      ImGui::TableNextColumn();
      ImGui::TextDisabled("%s", rows[i].meaning.c_str());
    }
    ImGui::EndTable();
  }
  ImGui::EndGroup();
}

}  // namespace

void DrawHelpPanel(ViewerState& state, const Fonts& fonts) {
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({0.5f * display.x, 0.5f * display.y}, ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::SetNextWindowSizeConstraints({0, 0}, {0.98f * display.x, 0.96f * display.y});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 8 * state.ui_scale);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::Begin("help", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
  auto& query = state.memory.query;
  if (ImGui::IsWindowAppearing()) {
    query[0] = 0;
    ImGui::SetWindowFocus();
    ImGui::SetKeyboardFocusHere();
  }
  ImGui::SetNextItemWidth(20 * ImGui::GetTextLineHeight());
  ImGui::InputTextWithHint("##search", "search", query.data(), query.size());
  ImGui::SameLine();
  ImGui::TextDisabled("F1 or Esc closes this; Ctrl+K does what it finds");
  const auto rows = Matching(query.data());
  const size_t each = std::max<size_t>(8, (rows.size() + kColumns - 1) / kColumns);
  for (size_t begin = 0; begin < rows.size(); begin += each) {
    if (begin > 0) ImGui::SameLine(0, 1.5f * ImGui::GetTextLineHeight());
    ImGui::PushID(static_cast<int>(begin));
    Column(rows, begin, std::min(rows.size(), begin + each), fonts);
    ImGui::PopID();
  }
  if (rows.empty()) ImGui::TextDisabled("nothing of that name");
  ImGui::End();
  ImGui::PopStyleVar(2);
}

}  // namespace sinew::viewer
