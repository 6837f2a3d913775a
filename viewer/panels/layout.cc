#include "viewer/panels/layout.h"

#include <imgui/imgui.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "viewer/panels/drawing/overlay.h"
#include "viewer/panels/help_panel.h"
#include "viewer/panels/palette_panel.h"
#include "viewer/panels/panel.h"
#include "viewer/panels/status_bar.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

constexpr float kLeftWidth = 290, kRightWidth = 380;      // at least, at scale 1 [pixel]
constexpr float kLeftShare = 0.14f, kRightShare = 0.19f;  // of the window
constexpr float kLeastScene = 280;                        // at scale 1 [pixel]
constexpr float kMostOfWindow = 0.4f;                     // that one column may take

float UsualWidth(Side side, const ViewerState& state) {
  const bool left = side == Side::kLeft;
  return std::max((left ? kLeftWidth : kRightWidth) * state.ui_scale,
                  (left ? kLeftShare : kRightShare) * ImGui::GetIO().DisplaySize.x);
}

// whether a column fits beside the other one and a scene that can still be seen
bool HasRoom(Side side, const ViewerState& state) {
  const float right = UsualWidth(Side::kRight, state);
  const float needed = side == Side::kRight ? right : right + UsualWidth(Side::kLeft, state);
  return ImGui::GetIO().DisplaySize.x >= needed + kLeastScene * state.ui_scale;
}

// the sections of one tab, one below the other in an area that scrolls
void DrawSections(TabId tab, ViewerState& state, const Fonts& fonts) {
  ImGui::BeginChild("sections", {0, 0}, false, ImGuiWindowFlags_NoNav);
  for (const PanelInfo& panel : PanelInfos()) {
    if (panel.tab != tab || !Available(panel.id, state)) continue;
    bool& open = state.panels[panel.id];
    ImGui::SetNextItemOpen(open);
    ImGui::PushFont(fonts.bold);
    open = ImGui::CollapsingHeader(panel.title);
    ImGui::PopFont();
    if (!open) continue;
    ImGui::PushID(panel.title);
    PanelOf(panel.id).draw(state);
    ImGui::PopID();
    ImGui::Spacing();
  }
  ImGui::EndChild();
}

void DrawTabs(Side side, ViewerState& state, const Fonts& fonts) {
  const size_t index = side == Side::kLeft ? 0 : 1;
  if (!ImGui::BeginTabBar("tabs", ImGuiTabBarFlags_FittingPolicyScroll)) return;
  const bool wanted = std::exchange(state.tab_wanted[index], false);
  for (const Tab& tab : Tabs()) {
    if (tab.side != side || !Available(tab.id, state)) continue;
    const bool choose = wanted && tab.id == state.tabs[index];
    if (!ImGui::BeginTabItem(tab.title, nullptr, choose ? ImGuiTabItemFlags_SetSelected : 0))
      continue;
    // a choice takes a frame to be shown: until then the old tab does not count
    if (!wanted) state.tabs[index] = tab.id;
    DrawSections(tab.id, state, fonts);
    ImGui::EndTabItem();
  }
  ImGui::EndTabBar();
}

// A column whose inner edge can be dragged outwards from its usual width. @return its width
// [pixel].
float Column(Side side, float height, ViewerState& state, const Fonts& fonts) {
  const bool left = side == Side::kLeft;
  if (!(left ? state.show_left : state.show_right) || !HasRoom(side, state)) return 0;
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  const float usual = UsualWidth(side, state);
  float& widened = state.widened[left ? 0 : 1];
  ImGui::SetNextWindowPos({left ? 0 : display.x, 0}, ImGuiCond_Always, {left ? 0.0f : 1.0f, 0});
  ImGui::SetNextWindowSize({usual + widened * state.ui_scale, height});
  ImGui::SetNextWindowSizeConstraints({usual, height},
                                      {std::max(usual, kMostOfWindow * display.x), height});
  const int flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoMove |
                    ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                    ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollbar |
                    ImGuiWindowFlags_NoScrollWithMouse;
  ImGui::Begin(left ? "left" : "right", nullptr, flags);
  widened = (ImGui::GetWindowWidth() - usual) / state.ui_scale;
  DrawTabs(side, state, fonts);
  const float width = ImGui::GetWindowWidth();
  ImGui::End();
  return width;
}

}  // namespace

mjrRect DrawLayout(ViewerState& state, const Fonts& fonts, double now) {
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  const float bar = DrawStatusBar(state, fonts);
  const float height = std::max(1.0f, display.y - bar);
  const float left = Column(Side::kLeft, height, state, fonts);
  const float right = Column(Side::kRight, height, state, fonts);
  const float width = std::max(1.0f, display.x - left - right);
  DrawOverlay(state, fonts, {left, 0}, {width, height}, now);
  if (state.show_help) DrawHelpPanel(state, fonts);
  if (state.show_palette) DrawPalette(state);

  const ImVec2 ratio = ImGui::GetIO().DisplayFramebufferScale;
  const auto pixels = [](float length, float scale) {
    return static_cast<int>(std::lround(length * scale));
  };
  return {pixels(left, ratio.x), pixels(bar, ratio.y), pixels(width, ratio.x),
          pixels(height, ratio.y)};
}

}  // namespace sinew::viewer
