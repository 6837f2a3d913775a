#include <fmt/format.h>
#include <imgui/imgui.h>

#include <algorithm>
#include <exception>
#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/commands.h"

namespace sinew::viewer {
namespace {

std::string AgeText(int64_t env_steps) {
  return env_steps < 0 ? "not trained" : GroupedText(env_steps) + " steps";
}

void Facts(const ViewerState& state) {
  const PolicyCard& card = *state.session.policy();
  if (!ImGui::BeginTable("facts", 2, ImGuiTableFlags_SizingFixedFit)) return;
  NameValue("policy", card.label);
  NameValue("trained", AgeText(card.env_steps));
  if (!card.hash.empty()) NameValue("hash", card.hash);
  NameValue("critic", card.make_value ? "in the file" : "none",
            card.make_value ? theme::kText : theme::kMuted);
  ImGui::EndTable();
}

// the slider of training age over the shelf
void Shelf(ViewerState& state) {
  Session& session = state.session;
  const auto& shelf = session.source().Shelf();
  ImGui::Checkbox("follow the newest", &session.follow_newest);
  if (shelf.size() < 2) return;
  if (session.follow_newest) state.shelf_index = shelf.size() - 1;
  int index = static_cast<int>(std::min(state.shelf_index, shelf.size() - 1));
  ImGui::TextDisabled("training age");
  ImGui::SetNextItemWidth(-1);
  const std::string text =
      fmt::format("{} ({} of {})", shelf[index].label, index + 1, shelf.size());
  if (ImGui::SliderInt("##age", &index, 0, static_cast<int>(shelf.size()) - 1, text.c_str(),
                       ImGuiSliderFlags_NoInput) &&
      static_cast<size_t>(index) != state.shelf_index) {
    try {
      ChooseFromShelf(state, static_cast<size_t>(index));
    } catch (const std::exception& error) {
      state.Say(error.what());
    }
  }
}

void Noise(ViewerState& state) {
  Disturbance& disturbance = state.session.disturbance;
  int mode = disturbance.exploring ? 1 : 0;
  ImGui::RadioButton("deterministic", &mode, 0);
  ImGui::SameLine();
  ImGui::RadioButton("exploring", &mode, 1);
  disturbance.exploring = mode == 1;
  if (disturbance.exploring) {
    LabelledSlider("noise sigma", &disturbance.exploration_sigma, 0, 1, "%.3f");
  }
}

void GhostChoice(ViewerState& state) {
  Session& session = state.session;
  bool on = session.ghost() != nullptr;
  if (ImGui::Checkbox("ghost", &on)) Execute(Command::kGhost, state);
  ImGui::SameLine();
  if (ImGui::SmallButton("this policy")) {
    state.ghost_choice = session.policy();
    session.UseGhost(state.ghost_choice);
  }
  if (ImGui::IsItemHovered()) {
    ImGui::SetTooltip("keep the policy at work as the ghost, then choose another to compare");
  }
  if (const Ghost* ghost = session.ghost()) {
    const auto& frame = session.frame();
    if (!ImGui::BeginTable("compare", 3, ImGuiTableFlags_SizingStretchProp)) return;
    ImGui::TableSetupColumn("who", 0, 2);
    const auto row = [](const char* who, const std::string& label, double episode_return) {
      ImGui::TableNextColumn();
      ImGui::TextDisabled("%s", who);
      ImGui::TableNextColumn();
      ImGui::TextUnformatted(label.c_str());
      ImGui::TableNextColumn();
      TextRight(FixedText(episode_return, 3));
    };
    row("this", session.policy()->label, frame.state.episode_return);
    if (frame.ghost) row("ghost", ghost->policy()->label, frame.ghost->state.episode_return);
    ImGui::EndTable();
  }
}

void FileBox(ViewerState& state) {
  auto& path = state.memory.policy_path;
  ImGui::SetNextItemWidth(-4.2f * ImGui::GetTextLineHeight());
  ImGui::InputTextWithHint("##file", "policy file, or drop one here", path.data(), path.size());
  ImGui::SameLine();
  if (ImGui::Button("Load", {-1, 0}) && path[0]) OpenFile(state, path.data());
}

}  // namespace

void DrawPolicyPanel(ViewerState& state) {
  Facts(state);
  Shelf(state);
  Noise(state);
  GhostChoice(state);
  FileBox(state);
}

}  // namespace sinew::viewer
