#include <imgui/imgui.h>

#include "viewer/panels/draw.h"
#include "viewer/state.h"
#include "viewer/theme.h"

namespace sinew::viewer {
namespace {

void Row(const char* name, const char* format, double value, const ImVec4& colour = theme::kText) {
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", name);
  ImGui::TableNextColumn();
  ImGui::TextColored(colour, format, value);
}

}  // namespace

void DrawTimingPanel(ViewerState& state) {
  if (!ImGui::BeginTable("timing", 2, ImGuiTableFlags_SizingStretchProp)) return;
  const StepTiming& step = state.session.timing();
  const FrameTiming& frame = state.timing;
  const double dt = state.session.spec().control_dt;
  Row("control period", "%.2f ms", 1e3 * dt);
  Row("physics", "%.3f ms a step", step.physics_ms);
  Row("policy", "%.3f ms a step", step.policy_ms);
  Row("panels", "%.2f ms a frame", frame.panels_ms);
  Row("scene", "%.2f ms a frame", frame.scene_ms);
  Row("OpenGL", "%.1f ms a frame", frame.opengl_ms);
  Row("frames", "%.0f /s", frame.frame_rate);
  Row("speed", state.pacer.capped() ? "%.2f x, at its limit" : "%.2f x real time",
      state.pacer.real_time_factor(), state.pacer.capped() ? theme::kWarning : theme::kText);
  Row("missed deadlines", "%.0f", static_cast<double>(frame.missed),
      frame.missed > 0 ? theme::kWarning : theme::kText);
  ImGui::EndTable();
}

}  // namespace sinew::viewer
