#include <fmt/format.h>
#include <imgui/imgui.h>

#include <cmath>
#include <exception>
#include <numbers>
#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/commands.h"

namespace sinew::viewer {
namespace {

constexpr double kDegree = std::numbers::pi / 180;

void DegreeSlider(const char* label, double* angle, double low, double high) {
  double degrees = *angle / kDegree;
  LabelledSlider(label, &degrees, low, high, "%.0f°");
  *angle = degrees * kDegree;
}

void Plan(ViewerState& state) {
  PushPlan& plan = state.session.pusher.plan;
  const mjModel* model = state.session.env().simulation().model();
  // the selected body is the one meant
  if (const int selected = state.perturbation.selected(); selected > 0) plan.body = selected;
  if (BodyCombo("body", model, &plan.body)) state.perturbation.Deselect();
  ImGui::BeginDisabled(plan.random_direction);
  DegreeSlider("azimuth", &plan.azimuth, -180, 180);
  ImGui::EndDisabled();
  DegreeSlider("elevation", &plan.elevation, -90, 90);
  LabelledSlider("force", &plan.newtons, 0.1, 1000, "%.1f N", true);
  LabelledSlider("duration", &plan.duration_ms, 1, 2000, "%.0f ms", true);
  ImGui::TextDisabled("impulse");
  ImGui::SameLine();
  ImGui::Text("%.3f N·s", plan.impulse());
  ImGui::Checkbox("random direction", &plan.random_direction);
  ImGui::SameLine();
  ImGui::Checkbox("repeat", &plan.repeat);
  if (plan.repeat) {
    LabelledSlider("every", &plan.interval_s, 0.1, 20, "%.2f s", true);
    ImGui::Checkbox("at random times", &plan.random_time);
  }
}

// where the task keeps its target, if it can be put elsewhere
void Targets(ViewerState& state) {
  const auto& simulation = state.session.env().simulation();
  const mjModel* model = simulation.model();
  for (int body = 1; body < model->nbody; ++body) {
    if (!IsPlaceable(model, body)) continue;
    const std::string label = BodyName(model, body);
    double place[3];
    std::copy_n(simulation.data()->xpos + 3 * body, 3, place);
    ImGui::TextDisabled("%s [m]", label.c_str());
    ImGui::SetNextItemWidth(-1);
    if (!ImGui::DragScalarN(fmt::format("##{}", label).c_str(), ImGuiDataType_Double, place, 3,
                            0.005f, nullptr, nullptr, "%.3f")) {
      continue;
    }
    try {
      state.micro.Clear();
      state.session.MoveBody({body, {place[0], place[1], place[2]}});
    } catch (const std::exception& error) {
      state.Say(error.what());
    }
  }
}

}  // namespace

void DrawPushPanel(ViewerState& state) {
  Session& session = state.session;
  Plan(state);
  if (ImGui::Button("Push  (F)", {8 * ImGui::GetTextLineHeight(), 0})) session.pusher.Fire();
  ImGui::SameLine();
  if (ImGui::Button("Stop", {-1, 0})) {
    session.pusher.plan.repeat = false;
    session.pusher.Stop();
  }
  ImGui::Checkbox("repeat what was recorded", &session.repeat_pushes);
  if (ImGui::IsItemHovered()) {
    ImGui::SetTooltip(
        "steps taken anew, from the past or after a restart,\nget the pushes that they had before");
  }
  Targets(state);
}

}  // namespace sinew::viewer
