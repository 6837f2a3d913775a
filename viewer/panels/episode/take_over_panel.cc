#include <fmt/format.h>
#include <imgui/imgui.h>

#include <algorithm>
#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/state.h"

namespace sinew::viewer {

void DrawTakeOverPanel(ViewerState& state) {
  TakeOver& hand = state.session.take_over;
  const auto& elements = state.session.spec().action;
  if (!ImGui::BeginTable("joints", 2, ImGuiTableFlags_SizingStretchProp)) return;
  ImGui::TableSetupColumn("joint", ImGuiTableColumnFlags_WidthFixed);
  ImGui::TableSetupColumn("action", 0, 1);
  for (size_t i = 0; i < elements.size(); ++i) {
    ImGui::PushID(static_cast<int>(i));
    ImGui::TableNextColumn();
    bool taken = hand.taken[i];
    if (ImGui::Checkbox(elements[i].name().c_str(), &taken)) {
      hand.taken[i] = taken;
      // begins where the policy left it
      hand.action[i] = state.session.frame().action[i];
    }
    ImGui::TableNextColumn();
    ImGui::SetNextItemWidth(-1);
    float shown = taken ? hand.action[i] : state.session.frame().action[i];
    const std::string command =
        fmt::format("{} {}", FixedText(elements[i].CommandOfAction(shown), 2), elements[i].unit());
    if (ImGui::SliderFloat("##action", &shown, -1, 1, command.c_str(), ImGuiSliderFlags_NoInput)) {
      hand.taken[i] = true;
      hand.action[i] = shown;
    }
    ImGui::PopID();
  }
  ImGui::EndTable();
  const bool any = std::ranges::any_of(hand.taken, [](char taken) { return taken != 0; });
  if (any && ImGui::SmallButton("give all back")) std::ranges::fill(hand.taken, 0);
}

}  // namespace sinew::viewer
