#include <fmt/format.h>
#include <imgui/imgui.h>

#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/scene.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

void CameraCombo(ViewerState& state) {
  Scene& scene = state.scene;
  const mjModel* model = state.session.env().simulation().model();
  if (!BeginLabelledCombo("camera", scene.CameraName())) return;
  const mjvCamera& camera = scene.camera();
  if (ImGui::Selectable("free camera", camera.type == mjCAMERA_FREE)) scene.UseFreeCamera();
  for (int id = 0; id < model->ncam; ++id) {
    const char* name = mj_id2name(model, mjOBJ_CAMERA, id);
    const std::string label = fmt::format("camera {}", name ? name : std::to_string(id));
    const bool chosen = camera.type == mjCAMERA_FIXED && camera.fixedcamid == id;
    if (ImGui::Selectable(label.c_str(), chosen)) scene.UseFixedCamera(id);
  }
  for (int body = 1; body < model->nbody; ++body) {
    const std::string label = "following " + BodyName(model, body);
    const bool chosen = camera.type == mjCAMERA_TRACKING && camera.trackbodyid == body;
    if (ImGui::Selectable(label.c_str(), chosen)) scene.Follow(body);
  }
  ImGui::EndCombo();
}

void NameCombo(const char* label, const char* const* names, int count, int* chosen) {
  if (!BeginLabelledCombo(label, names[*chosen])) return;
  for (int i = 0; i < count; ++i) {
    if (ImGui::Selectable(names[i], i == *chosen)) *chosen = i;
  }
  ImGui::EndCombo();
}

void FlagBox(const std::string& name, mjtByte* flag) {
  bool on = *flag != 0;
  ImGui::TableNextColumn();
  if (ImGui::Checkbox(name.c_str(), &on)) *flag = on ? 1 : 0;
}

void GroupRow(const char* name, mjtByte* groups) {
  ImGui::PushID(name);
  ImGui::AlignTextToFramePadding();
  ImGui::TextDisabled("%s", name);
  for (int group = 0; group < mjNGROUP; ++group) {
    ImGui::SameLine(5 * ImGui::GetTextLineHeight() +
                    static_cast<float>(group) * 2.4f * ImGui::GetTextLineHeight());
    bool on = groups[group] != 0;
    if (ImGui::Checkbox(std::to_string(group).c_str(), &on)) groups[group] = on ? 1 : 0;
  }
  ImGui::PopID();
}

}  // namespace

void DrawScenePanel(ViewerState& state) {
  mjvOption& options = state.scene.options();
  CameraCombo(state);
  NameCombo("frames", mjFRAMESTRING, mjNFRAME, &options.frame);
  NameCombo("labels", mjLABELSTRING, mjNLABEL, &options.label);
  GroupRow("geoms", options.geomgroup);
  GroupRow("sites", options.sitegroup);
  if (!ImGui::BeginTable("flags", 2, ImGuiTableFlags_SizingStretchSame)) return;
  for (int flag = 0; flag < mjNVISFLAG; ++flag) {
    // set anew for every picture, by what the mouse does
    if (flag != mjVIS_PERTOBJ) FlagBox(VisualFlagName(flag), &options.flags[flag]);
  }
  for (int flag = 0; flag < mjNRNDFLAG; ++flag) {
    FlagBox(RenderFlagName(flag), &state.scene.render_flags()[flag]);
  }
  ImGui::EndTable();
}

}  // namespace sinew::viewer
