#include <fmt/format.h>
#include <imgui/imgui.h>

#include <cmath>
#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

std::string GeomName(const mjModel* model, int geom) {
  if (const char* name = mj_id2name(model, mjOBJ_GEOM, geom)) return name;
  const char* body = mj_id2name(model, mjOBJ_BODY, model->geom_bodyid[geom]);
  return body ? body : fmt::format("geom {}", geom);
}

}  // namespace

void DrawContactPanel(ViewerState& state) {
  const mjModel* model = state.shown().model();
  const mjData* data = state.shown().data();
  if (data->ncon == 0) {
    ImGui::TextDisabled("nothing touches");
    return;
  }
  const int flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchProp;
  if (!ImGui::BeginTable("contacts", 3, flags)) return;
  ImGui::TableSetupColumn("geoms", 0, 2.4f);
  ImGui::TableSetupColumn("normal", 0, 1);
  ImGui::TableSetupColumn("friction", 0, 1);
  ImGui::TableNextColumn();
  ImGui::TextDisabled("geoms");
  for (const char* title : {"normal", "friction"}) {
    ImGui::TableNextColumn();
    TitleRight(title);
  }
  for (int i = 0; i < data->ncon; ++i) {
    const mjContact& contact = data->contact[i];
    mjtNum force[6];
    mj_contactForce(model, data, i, force);
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(
        fmt::format("{} / {}", GeomName(model, contact.geom1), GeomName(model, contact.geom2))
            .c_str());
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("distance %.4f m", contact.dist);
    ImGui::TableNextColumn();
    TextRight(fmt::format("{} N", FixedText(force[0], 2)));
    ImGui::TableNextColumn();
    TextRight(fmt::format("{} N", FixedText(std::hypot(force[1], force[2]), 2)));
  }
  ImGui::EndTable();
}

}  // namespace sinew::viewer
