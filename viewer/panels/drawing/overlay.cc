#include "viewer/panels/drawing/overlay.h"

#include <fmt/format.h>
#include <imgui/imgui.h>

#include <algorithm>
#include <string>

#include "viewer/window/scene.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

ImU32 Opaque(const ImVec4& colour, float alpha = 1) {
  return ImGui::ColorConvertFloat4ToU32({colour.x, colour.y, colour.z, alpha});
}

// text on a rounded plate; `align` 0 puts its left, 0.5 its middle, 1 its right edge at `at`
void Plate(ImVec2 at, float align, const std::string& text, const ImVec4& colour,
           const ImVec4& plate) {
  ImDrawList* list = ImGui::GetBackgroundDrawList();
  const ImVec2 size = ImGui::CalcTextSize(text.c_str());
  const ImVec2 pad{0.5f * size.y, 0.25f * size.y};
  at.x -= align * (size.x + 2 * pad.x);
  list->AddRectFilled(at, {at.x + size.x + 2 * pad.x, at.y + size.y + 2 * pad.y},
                      Opaque(plate, 0.86f), 0.35f * size.y);
  list->AddText({at.x + pad.x, at.y + pad.y}, Opaque(colour), text.c_str());
}

void Banner(const std::string& cause, const Fonts& fonts, ImVec2 origin, ImVec2 size) {
  const float margin = ImGui::GetTextLineHeight();
  ImGui::SetNextWindowPos({origin.x + 0.5f * size.x, origin.y + margin}, ImGuiCond_Always,
                          {0.5f, 0});
  ImGui::SetNextWindowSize({std::min(size.x - 2 * margin, 40 * margin), 0});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ImVec4(0.36f, 0.12f, 0.13f, 0.96f));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.4f * margin);
  ImGui::Begin("banner", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoFocusOnAppearing |
                   ImGuiWindowFlags_NoInputs);
  ImGui::PushFont(fonts.bold);
  ImGui::TextUnformatted("Stopped");
  ImGui::PopFont();
  ImGui::TextWrapped("%s", cause.c_str());
  ImGui::TextColored(
      theme::kMuted,
      "The last good state is shown. Left: back; Backspace: restart; N: next episode");
  ImGui::End();
  ImGui::PopStyleVar();
  ImGui::PopStyleColor();
}

// force and torque at the body that they act on
void PushLabel(ViewerState& state, ImVec2 origin, ImVec2 size, int body, const std::string& text) {
  const mjData* data = state.shown().data();
  const Eigen::Vector3d centre(data->xipos + 3 * body);
  const auto place = state.scene.Project(centre, size.x / size.y);
  if (!place) return;
  const ImVec2 at{origin.x + size.x * static_cast<float>(place->x()),
                  origin.y + size.y * static_cast<float>(1 - place->y())};
  Plate({at.x, at.y - 2.2f * ImGui::GetTextLineHeight()}, 0.5f, text, theme::kWarning,
        theme::kBackground);
}

void PushLabels(ViewerState& state, ImVec2 origin, ImVec2 size) {
  const Wrench& mouse = state.push;
  if (mouse) {
    PushLabel(state, origin, size, mouse.body, DescribeWrench(mouse, state.impulse));
  }
  for (const Wrench& push : state.session.frame().pushes) {
    if (push.body != mouse.body) {
      PushLabel(state, origin, size, push.body, DescribeWrench(push));
    }
  }
}

std::string SelectionText(const ViewerState& state) {
  const int body = state.perturbation.selected();
  if (body <= 0) return {};
  const mjModel* model = state.session.env().simulation().model();
  const std::string label = BodyName(model, body);
  if (IsPlaceable(model, body)) {
    return label + "   Ctrl+right drag places it";
  }
  return label + "   Ctrl+drag: right pulls, left twists";
}

}  // namespace

void DrawOverlay(ViewerState& state, const Fonts& fonts, ImVec2 origin, ImVec2 size, double now) {
  const float line = ImGui::GetTextLineHeight();
  const float bottom = origin.y + size.y - 2.2f * line;
  Plate({origin.x + 0.7f * line, bottom}, 0, state.scene.CameraName(), theme::kMuted,
        theme::kBackground);
  Plate({origin.x + size.x - 0.7f * line, bottom}, 1, "F1  help   Ctrl+K  commands", theme::kMuted,
        theme::kBackground);
  if (const std::string text = SelectionText(state); !text.empty()) {
    Plate({origin.x + 0.7f * line, origin.y + 0.7f * line}, 0, text, theme::kText,
          theme::kBackground);
  }
  if (now < state.notice.until) {
    Plate({origin.x + 0.5f * size.x, bottom - 2 * line}, 0.5f, state.notice.text, theme::kText,
          theme::kBackground);
  }
  PushLabels(state, origin, size);
  const auto& trouble = state.session.trouble() ? state.session.trouble() : state.drawing_trouble;
  if (trouble) Banner(*trouble, fonts, origin, size);
}

}  // namespace sinew::viewer
