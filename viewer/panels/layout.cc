#include "viewer/panels/layout.h"

#include <imgui/imgui.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/help_panel.h"
#include "viewer/panels/overlay.h"
#include "viewer/panels/panel.h"
#include "viewer/panels/status_bar.h"
#include "viewer/state.h"

namespace sinew::viewer {
namespace {

constexpr float kLeftWidth = 290, kRightWidth = 350;      // at least, at scale 1 [pixel]
constexpr float kLeftShare = 0.14f, kRightShare = 0.19f;  // of the window
constexpr float kLeastScene = 280;                        // at scale 1 [pixel]
constexpr float kMostOfWindow = 0.4f;                     // that one column may take

bool Shown(const Panel& panel, const ViewerState& state) {
  return state.panels[panel.id] && (!panel.available || panel.available(state));
}

bool AnyShown(Side side, const ViewerState& state) {
  return std::ranges::any_of(
      Panels(), [&](const Panel& panel) { return panel.side == side && Shown(panel, state); });
}

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

// A column whose inner edge can be dragged outwards from its usual width. @return its width
// [pixel].
float Column(Side side, float height, ViewerState& state, const Fonts& fonts) {
  const bool left = side == Side::kLeft;
  if (!(left ? state.show_left : state.show_right) || !AnyShown(side, state) ||
      !HasRoom(side, state))
    return 0;
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  const float usual = UsualWidth(side, state);
  float& widened = state.widened[left ? 0 : 1];
  ImGui::SetNextWindowPos({left ? 0 : display.x, 0}, ImGuiCond_Always, {left ? 0.0f : 1.0f, 0});
  ImGui::SetNextWindowSize({usual + widened * state.ui_scale, height});
  ImGui::SetNextWindowSizeConstraints({usual, height},
                                      {std::max(usual, kMostOfWindow * display.x), height});
  const int flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoMove |
                    ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                    ImGuiWindowFlags_NoNav;
  ImGui::Begin(left ? "left" : "right", nullptr, flags);
  widened = (ImGui::GetWindowWidth() - usual) / state.ui_scale;
  for (const Panel& panel : Panels()) {
    if (panel.side != side || !Shown(panel, state)) continue;
    ImGui::PushFont(fonts.bold);
    const bool open = ImGui::CollapsingHeader(panel.title, ImGuiTreeNodeFlags_DefaultOpen);
    ImGui::PopFont();
    if (open) panel.draw(state);
    ImGui::Spacing();
  }
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

  const ImVec2 ratio = ImGui::GetIO().DisplayFramebufferScale;
  const auto pixels = [](float length, float scale) {
    return static_cast<int>(std::lround(length * scale));
  };
  return {pixels(left, ratio.x), pixels(bar, ratio.y), pixels(width, ratio.x),
          pixels(height, ratio.y)};
}

}  // namespace sinew::viewer
