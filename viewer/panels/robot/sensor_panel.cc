#include <fmt/format.h>
#include <imgui/imgui.h>

#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/state.h"

namespace sinew::viewer {

void DrawSensorPanel(ViewerState& state) {
  const mjModel* model = state.shown().model();
  const mjData* data = state.shown().data();
  const int flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchProp;
  if (!ImGui::BeginTable("sensors", 2, flags)) return;
  ImGui::TableSetupColumn("sensor", 0, 1);
  ImGui::TableSetupColumn("values", 0, 1.6f);
  for (int sensor = 0; sensor < model->nsensor; ++sensor) {
    const char* name = mj_id2name(model, mjOBJ_SENSOR, sensor);
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(name ? name : fmt::format("sensor {}", sensor).c_str());
    std::string text;
    const mjtNum* values = data->sensordata + model->sensor_adr[sensor];
    for (int i = 0; i < model->sensor_dim[sensor]; ++i) {
      text += (i > 0 ? "  " : "") + FixedText(values[i], 3);
    }
    ImGui::TableNextColumn();
    TextRight(text);
  }
  ImGui::EndTable();
}

}  // namespace sinew::viewer
