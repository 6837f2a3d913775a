#include "viewer/panels/observation_panel.h"

#include <imgui/imgui.h>

#include "viewer/panels/widgets.h"
#include "viewer/state.h"

namespace sinew::viewer {

void DrawObservationPanel(ViewerState& state) {
  const auto& elements = state.session.spec().observation;
  const auto& values = state.session.frame().state.observation;
  const int flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchProp;
  if (!ImGui::BeginTable("elements", 3, flags)) return;
  ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthStretch);
  ImGui::TableSetupColumn("value", ImGuiTableColumnFlags_WidthFixed,
                          ImGui::CalcTextSize("-000.0000").x);
  ImGui::TableSetupColumn("unit", ImGuiTableColumnFlags_WidthFixed);
  for (size_t i = 0; i < elements.size(); ++i) {
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(elements[i].name.c_str());
    ImGui::TableNextColumn();
    TextRight(FixedText(values[i], 4));
    ImGui::TableNextColumn();
    ImGui::TextDisabled("%s", elements[i].unit == "1" ? "" : elements[i].unit.c_str());
  }
  ImGui::EndTable();
}

}  // namespace sinew::viewer
