#include <fmt/format.h>
#include <imgui/imgui.h>

#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/commands.h"

namespace sinew::viewer {

void DrawRecordPanel(ViewerState& state) {
  const bool recording = state.recorder.recording();
  if (recording) ImGui::PushStyleColor(ImGuiCol_Button, theme::kBad);
  if (ImGui::Button(recording ? "Stop the video  (V)" : "Record a video  (V)", {-1, 0})) {
    Execute(Command::kRecord, state);
  }
  if (recording) ImGui::PopStyleColor();
  const std::string size = fmt::format("{}x{}, {:.0f} frames/s", Recorder::kWidth,
                                       Recorder::kHeight, Recorder::kFrameRate);
  ImGui::TextDisabled("%s", size.c_str());
  if (recording) {
    ImGui::SameLine();
    ImGui::Text("%.1f s", state.recorder.seconds());
  }
  const float half = 0.5f * (ImGui::GetContentRegionAvail().x - ImGui::GetStyle().ItemSpacing.x);
  if (ImGui::Button("Picture", {half, 0})) Execute(Command::kScreenshot, state);
  if (ImGui::IsItemHovered()) {
    ImGui::SetTooltip("Ctrl+P: the window, with state and policy hash in a JSON file beside it");
  }
  ImGui::SameLine();
  if (ImGui::Button("Film strip", {-1, 0})) Execute(Command::kFilmStrip, state);
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("Shift+V: five moments of the episode");
  ImGui::PushStyleColor(ImGuiCol_Text, theme::kMuted);
  const std::string into =
      state.folder.empty() ? "the folder that this was started in" : state.folder.string();
  ImGui::TextWrapped("into %s", into.c_str());
  ImGui::PopStyleColor();
}

}  // namespace sinew::viewer
