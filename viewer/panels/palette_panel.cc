#include "viewer/panels/palette_panel.h"

#include <fmt/format.h>
#include <imgui/imgui.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "viewer/panels/drawing/widgets.h"
#include "viewer/panels/panel.h"
#include "viewer/window/commands.h"
#include "viewer/window/palette.h"
#include "viewer/window/scene.h"

namespace sinew::viewer {
namespace {

constexpr int kRows = 12;

struct Entry {
  std::string text, keys;
  std::function<void(ViewerState&)> run;
};

std::vector<Entry> Entries(ViewerState& state) {
  std::vector<Entry> entries;
  for (const Shortcut& shortcut : Shortcuts()) {
    if (shortcut.keys.empty() || shortcut.action == Command::kPalette) continue;
    const Action action = shortcut.action;
    entries.push_back({fmt::format("{}: {}", shortcut.group, shortcut.meaning), shortcut.keys,
                       [action](ViewerState& s) { Execute(action, s); }});
  }
  const auto add_flag = [&](Command command, int flag, const std::string& name) {
    const Action action{command, flag};
    if (std::ranges::find(Shortcuts(), action, &Shortcut::action) != Shortcuts().end()) return;
    entries.push_back({"Scene: " + name, "", [action](ViewerState& s) { Execute(action, s); }});
  };
  for (int flag = 0; flag < mjNVISFLAG; ++flag) {
    add_flag(Command::kVisualFlag, flag, VisualFlagName(flag));
  }
  for (int flag = 0; flag < mjNRNDFLAG; ++flag) {
    add_flag(Command::kRenderFlag, flag, RenderFlagName(flag));
  }
  for (const Tab& tab : Tabs()) {
    if (!Available(tab.id, state)) continue;
    const Action action{Command::kTab, tab.id};
    entries.push_back({fmt::format("Window: page {}", tab.title), "",
                       [action](ViewerState& s) { Execute(action, s); }});
  }
  for (const PanelInfo& panel : PanelInfos()) {
    if (!Available(panel.id, state)) continue;
    const PanelId id = panel.id;
    entries.push_back(
        {fmt::format("Show: {}", panel.title), "", [id](ViewerState& s) { ShowPanel(s, id); }});
  }
  const auto& shelf = state.session.source().Shelf();
  for (size_t i = 0; i < shelf.size(); ++i) {
    entries.push_back(
        {"Policy: " + shelf[i].label, "", [i](ViewerState& s) { ChooseFromShelf(s, i); }});
  }
  for (const double speed : SpeedLadder()) {
    entries.push_back({fmt::format("Time: speed {:g} x", speed), "",
                       [speed](ViewerState& s) { s.pacer.set_speed(speed); }});
  }
  return entries;
}

void Run(const Entry& entry, ViewerState& state) {
  state.show_palette = false;
  try {
    entry.run(state);
  } catch (const std::exception& error) {
    state.Say(error.what());
  }
}

}  // namespace

void DrawPalette(ViewerState& state) {
  PanelMemory& memory = state.memory;
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  const float line = ImGui::GetTextLineHeight();
  ImGui::SetNextWindowPos({0.5f * display.x, 0.12f * display.y}, ImGuiCond_Always, {0.5f, 0});
  ImGui::SetNextWindowSize({std::min(34 * line, 0.9f * display.x), 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 8 * state.ui_scale);
  ImGui::Begin("palette", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
  if (ImGui::IsWindowAppearing()) {
    memory.query[0] = 0;
    memory.palette_choice = 0;
    ImGui::SetWindowFocus();
    ImGui::SetKeyboardFocusHere();
  }
  ImGui::SetNextItemWidth(-1);
  const bool enter =
      ImGui::InputTextWithHint("##query", "what to do", memory.query.data(), memory.query.size(),
                               ImGuiInputTextFlags_EnterReturnsTrue);
  if (ImGui::IsItemEdited()) memory.palette_choice = 0;
  const auto entries = Entries(state);
  std::vector<std::string> texts;
  for (const Entry& entry : entries) texts.push_back(entry.text + " " + entry.keys);
  const auto found = RankMatches(texts, memory.query.data());
  const int shown = std::min<int>(kRows, static_cast<int>(found.size()));
  if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_DownArrow))) ++memory.palette_choice;
  if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_UpArrow))) --memory.palette_choice;
  memory.palette_choice = std::clamp(memory.palette_choice, 0, std::max(0, shown - 1));
  int chosen = enter && shown > 0 ? found[memory.palette_choice] : -1;
  for (int i = 0; i < shown; ++i) {
    const Entry& entry = entries[found[i]];
    ImGui::PushID(i);
    if (ImGui::Selectable(entry.text.c_str(), i == memory.palette_choice)) chosen = found[i];
    ImGui::PopID();
    if (entry.keys.empty()) continue;
    ImGui::SameLine();
    TitleRight(entry.keys.c_str());
  }
  if (found.empty()) ImGui::TextDisabled("nothing of that name");
  if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape))) state.show_palette = false;
  ImGui::End();
  ImGui::PopStyleVar(2);
  if (chosen >= 0) Run(entries[chosen], state);
}

}  // namespace sinew::viewer
