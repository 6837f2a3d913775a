#include <fmt/format.h>
#include <imgui/imgui.h>

#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/commands.h"

namespace sinew::viewer {
namespace {

void Place(const ViewerState& state) {
  const Session& session = state.session;
  const History& history = session.history();
  if (!ImGui::BeginTable("place", 2, ImGuiTableFlags_SizingFixedFit)) return;
  NameValue("frame", fmt::format("{} of {}", history.cursor() + 1, history.size()));
  NameValue("physics step", fmt::format("{} of {}", state.micro.index(), state.micro.substeps()));
  NameValue("memory", fmt::format("{:.1f} MB", 1e-6 * static_cast<double>(history.bytes())));
  NameValue("pushes", fmt::format("{} in this step", session.frame().pushes.size()));
  ImGui::EndTable();
}

// true while the list has changed under the loop
bool BranchRow(ViewerState& state, size_t index) {
  const Branch& branch = state.session.history().branches()[index];
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(branch.name.c_str());
  const Frame& end = branch.frames.back();
  if (ImGui::IsItemHovered()) {
    ImGui::SetTooltip("%zu steps with %s, return %.3f at their end", branch.frames.size(),
                      end.policy->label.c_str(), end.state.episode_return);
  }
  ImGui::TableNextColumn();
  if (ImGui::SmallButton("go")) {
    state.paused = true;
    state.micro.Clear();
    state.session.SwitchTo(index);
    return true;
  }
  ImGui::TableNextColumn();
  if (ImGui::SmallButton("x")) {
    state.session.ForgetBranch(index);
    return true;
  }
  return false;
}

void Branches(ViewerState& state) {
  const auto& branches = state.session.history().branches();
  if (branches.empty()) {
    ImGui::TextWrapped(
        "Play on from the past, with another policy or another push: what came after is kept here "
        "as a branch.");
    return;
  }
  if (!ImGui::BeginTable("branches", 3,
                         ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchProp)) {
    return;
  }
  ImGui::TableSetupColumn("name", 0, 1);
  ImGui::TableSetupColumn("go", ImGuiTableColumnFlags_WidthFixed);
  ImGui::TableSetupColumn("forget", ImGuiTableColumnFlags_WidthFixed);
  for (size_t i = branches.size(); i-- > 0;) {
    ImGui::PushID(static_cast<int>(i));
    const bool changed = BranchRow(state, i);
    ImGui::PopID();
    if (changed) break;
  }
  ImGui::EndTable();
}

void EpisodeFiles(ViewerState& state) {
  auto& path = state.memory.episode_path;
  if (ImGui::Button("Save the episode  (Ctrl+S)", {-1, 0})) Execute(Command::kSaveEpisode, state);
  ImGui::SetNextItemWidth(-4.6f * ImGui::GetTextLineHeight());
  ImGui::InputTextWithHint("##episode", "episode file, or drop one here", path.data(), path.size());
  ImGui::SameLine();
  if (ImGui::Button("Replay", {-1, 0}) && path[0]) OpenFile(state, path.data());
}

}  // namespace

void DrawBranchPanel(ViewerState& state) {
  Place(state);
  Branches(state);
  EpisodeFiles(state);
}

}  // namespace sinew::viewer
