#include <imgui/imgui.h>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/line_plot.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

constexpr size_t kMeanFrames = 30, kPlotFrames = 200;

void Row(const char* name, const char* format, double value, const ImVec4& colour = theme::kText) {
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", name);
  ImGui::TableNextColumn();
  ImGui::TextColored(colour, format, value);
}

// what one picture is made of; the legend is the table
void PictureTable(const FrameSample& mean) {
  if (!ImGui::BeginTable("picture", 3, ImGuiTableFlags_SizingStretchProp)) return;
  ImGui::TableSetupColumn("name", 0, 1.6f);
  ImGui::TableSetupColumn("ms", 0, 1);
  ImGui::TableSetupColumn("note", 0, 1.6f);
  size_t curve = 0;
  const auto row = [&](const char* name, double ms, const char* note) {
    ImGui::TableNextColumn();
    Swatch(theme::Curve(curve++));
    ImGui::TextUnformatted(name);
    ImGui::TableNextColumn();
    TextRight(FixedText(ms, 2) + " ms");
    ImGui::TableNextColumn();
    ImGui::TextDisabled("%s", note);
  };
  row("physics", mean.physics_ms, "");
  row("policy", mean.policy_ms, "");
  row("panels", mean.panels_ms, "on the CPU");
  row("scene", mean.scene_ms, "on the CPU");
  row("OpenGL", mean.opengl_ms, "with its driver");
  ImGui::EndTable();
}

}  // namespace

void DrawTimingPanel(ViewerState& state) {
  const FrameSample mean = state.frames.Mean(kMeanFrames);
  LinePlotOptions options;
  options.height = PlotHeight(0.19f, 150 * state.ui_scale);
  options.x_span = kPlotFrames;
  options.x_unit = "";
  StackedPlot("frames", state.frames.Plot(kPlotFrames), options);
  ImGui::TextDisabled("ms in each of the last pictures");
  PictureTable(mean);
  ImGui::Spacing();
  if (!ImGui::BeginTable("timing", 2, ImGuiTableFlags_SizingStretchProp)) return;
  const StepTiming& step = state.session.timing();
  const double dt = state.session.spec().control_dt;
  Row("control period", "%.2f ms", 1e3 * dt);
  Row("physics of a step", "%.3f ms", step.physics_ms);
  Row("policy of a step", "%.3f ms", step.policy_ms);
  Row("drawing without OpenGL", "%.2f ms a picture", mean.drawing_ms());
  Row("pictures", "%.0f /s", mean.interval_ms > 0 ? 1e3 / mean.interval_ms : 0);
  const bool capped = state.pacer.capped();
  Row("speed",
      state.paused ? "paused"
      : capped     ? "%.2f x, at its limit"
                   : "%.2f x real time",
      state.pacer.real_time_factor(), capped ? theme::kWarning : theme::kText);
  Row("missed deadlines", "%.0f", static_cast<double>(state.frames.missed()),
      state.frames.missed() > 0 ? theme::kWarning : theme::kText);
  ImGui::EndTable();
}

}  // namespace sinew::viewer
