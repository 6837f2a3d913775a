#include <imgui/imgui.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/session/series.h"
#include "viewer/window/state.h"
#include "viewer/window/theme.h"

namespace sinew::viewer {
namespace {

// from the middle to the left or right; the whole width is the limit
void Bar(const JointLoad& load) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size{ImGui::GetContentRegionAvail().x, ImGui::GetTextLineHeight()};
  const auto colour = [](const ImVec4& c) { return ImGui::ColorConvertFloat4ToU32(c); };
  const float top = at.y + 0.2f * size.y, bottom = at.y + 0.8f * size.y;
  const float middle = at.x + 0.5f * size.x;
  const double fraction = load.limit > 0 && std::isfinite(load.limit)
                              ? std::clamp(load.torque / load.limit, -1.0, 1.0)
                              : std::clamp(load.action, -1.0, 1.0);
  const float end = middle + 0.5f * size.x * static_cast<float>(fraction);
  list->AddRectFilled({at.x, top}, {at.x + size.x, bottom}, colour(theme::kBackground), 2);
  list->AddRectFilled({std::min(middle, end), top}, {std::max(middle, end), bottom},
                      colour(load.saturated ? theme::kWarning : theme::kAccent), 2);
  list->AddLine({middle, top - 1}, {middle, bottom + 1}, colour(theme::kMuted));
  // a tick where the policy meant it to be
  const auto meant = static_cast<float>(std::clamp(load.intent, -1.0, 1.0));
  const float tick = middle + 0.5f * size.x * meant;
  list->AddLine({tick, top - 2}, {tick, bottom + 2}, colour(theme::kText), 2);
  ImGui::Dummy(size);
  if (ImGui::IsItemHovered()) {
    ImGui::SetTooltip("action %.3f, meant %.3f: %s %.3f %s", load.action, load.intent,
                      load.servo ? "target" : "torque", load.command, load.unit.c_str());
  }
}

}  // namespace

void DrawActionPanel(ViewerState& state) {
  if (!ImGui::BeginTable("joints", 4, ImGuiTableFlags_SizingStretchProp)) return;
  ImGui::TableSetupColumn("joint", ImGuiTableColumnFlags_WidthFixed);
  ImGui::TableSetupColumn("bar", 0, 1);
  ImGui::TableSetupColumn("torque", ImGuiTableColumnFlags_WidthFixed,
                          ImGui::CalcTextSize("-000.00").x);
  ImGui::TableSetupColumn("limit", ImGuiTableColumnFlags_WidthFixed);
  for (const JointLoad& load : JointLoads(state.session.frame(), state.session.spec())) {
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(load.joint.c_str());
    ImGui::TableNextColumn();
    Bar(load);
    ImGui::TableNextColumn();
    ImGui::PushStyleColor(ImGuiCol_Text, load.saturated ? theme::kWarning : theme::kText);
    TextRight(FixedText(load.torque, 2));
    ImGui::PopStyleColor();
    ImGui::TableNextColumn();
    if (std::isfinite(load.limit)) {
      ImGui::TextDisabled("/ %g %s", load.limit, load.torque_unit.c_str());
    } else {
      ImGui::TextDisabled("%s", load.torque_unit.c_str());
    }
  }
  ImGui::EndTable();
}

}  // namespace sinew::viewer
