#include <fmt/format.h>
#include <imgui/imgui.h>

#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/state.h"

namespace sinew::viewer {

void DrawJointPanel(ViewerState& state) {
  const mjModel* model = state.shown().model();
  const mjData* data = state.shown().data();
  const int flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchProp;
  if (!ImGui::BeginTable("joints", 4, flags)) return;
  ImGui::TableSetupColumn("joint", ImGuiTableColumnFlags_WidthFixed);
  ImGui::TableSetupColumn("range", 0, 1);
  const float number = ImGui::CalcTextSize("-00.000").x;
  ImGui::TableSetupColumn("position", ImGuiTableColumnFlags_WidthFixed, number);
  ImGui::TableSetupColumn("velocity", ImGuiTableColumnFlags_WidthFixed, number);
  ImGui::TableNextColumn();
  ImGui::TextDisabled("rad, m");
  ImGui::TableNextColumn();
  ImGui::TextDisabled("range");
  for (const char* title : {"q", "v"}) {
    ImGui::TableNextColumn();
    TitleRight(title);
  }
  for (int joint = 0; joint < model->njnt; ++joint) {
    const int type = model->jnt_type[joint];
    const char* name = mj_id2name(model, mjOBJ_JOINT, joint);
    const std::string label = name ? name : fmt::format("joint {}", joint);
    // free and ball joints have more numbers than a row: their fields show them
    if (type != mjJNT_HINGE && type != mjJNT_SLIDE) {
      ImGui::TableNextColumn();
      ImGui::TextUnformatted(label.c_str());
      ImGui::TableNextColumn();
      ImGui::TextDisabled(type == mjJNT_FREE ? "free" : "ball");
      ImGui::TableNextColumn();
      ImGui::TableNextColumn();
      continue;
    }
    const double q = data->qpos[model->jnt_qposadr[joint]];
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(label.c_str());
    ImGui::TableNextColumn();
    const double low = model->jnt_range[2 * joint], high = model->jnt_range[2 * joint + 1];
    if (model->jnt_limited[joint] && high > low) {
      RangeBar((q - low) / (high - low));
      if (ImGui::IsItemHovered()) ImGui::SetTooltip("%.3f to %.3f", low, high);
    } else {
      ImGui::TextDisabled("no limit");
    }
    ImGui::TableNextColumn();
    TextRight(FixedText(q, 3));
    ImGui::TableNextColumn();
    TextRight(FixedText(data->qvel[model->jnt_dofadr[joint]], 3));
  }
  ImGui::EndTable();
}

}  // namespace sinew::viewer
