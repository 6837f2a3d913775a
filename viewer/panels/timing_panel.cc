#include "viewer/panels/timing_panel.h"

#include <imgui/imgui.h>

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
  const StepTiming& timing = state.session.timing();
  Row("physics", "%.3f ms a step", timing.physics_ms);
  Row("policy", "%.3f ms a step", timing.policy_ms);
  Row("drawing", "%.1f ms a frame", state.draw_ms);
  Row("frames", "%.0f /s", state.frame_rate);
  Row("speed", state.pacer.capped() ? "%.2f x, at its limit" : "%.2f x real time",
      state.pacer.real_time_factor(), state.pacer.capped() ? theme::kWarning : theme::kText);
  ImGui::EndTable();
}

}  // namespace sinew::viewer
