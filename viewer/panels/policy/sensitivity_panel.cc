#include <imgui/imgui.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "viewer/analysis/sensitivity.h"
#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

// what counts as one unit of change: the spread seen in training, else the task's magnitude
std::vector<float> Spread(const PolicyCard& card, const spec::TaskSpec& spec) {
  std::vector<float> spread;
  for (size_t i = 0; i < spec.observation.size(); ++i) {
    const bool known = i < card.scaling.scale.size() && card.scaling.scale[i] > 0;
    spread.push_back(known ? 1 / card.scaling.scale[i]
                           : static_cast<float>(spec.observation[i].magnitude));
  }
  return spread;
}

void Update(ViewerState& state) {
  Insight& insight = state.memory.sensitivity;
  const PolicyHandle& policy = state.session.policy();
  const auto& now = state.session.frame().state.observation;
  const auto& spec = state.session.spec();
  const bool other = insight.policy != policy.get();
  if (!other && insight.observation == now) return;
  if (other || !state.memory.probe) state.memory.probe = policy->make();
  insight.policy = policy.get();
  insight.observation = now;
  const std::vector<float> observation(now.begin(), now.end());
  insight.sensitivity =
      ComputeSensitivity(*state.memory.probe, observation, Spread(*policy, spec), spec.act_dim());
}

// above the columns, where all of them have room
void ActionTitles(const spec::TaskSpec& spec, float left, float cell) {
  for (const auto& element : spec.action) {
    if (ImGui::CalcTextSize(element.name().c_str()).x > cell) return;
  }
  const float begin = ImGui::GetCursorPosX() + left;
  for (int a = 0; a < spec.act_dim(); ++a) {
    if (a > 0) ImGui::SameLine();
    ImGui::SetCursorPosX(begin + cell * static_cast<float>(a) + 1);
    ImGui::TextDisabled("%s", spec.action[a].name().c_str());
  }
}

}  // namespace

void DrawSensitivityPanel(ViewerState& state) {
  const auto& spec = state.session.spec();
  const float all = ImGui::GetTextLineHeight() * static_cast<float>(spec.obs_dim());
  // a hundred answers of the policy, for those who look
  if (!ImGui::IsRectVisible({1, all})) return ImGui::Dummy({1, all});
  Update(state);
  const Sensitivity& sensitivity = state.memory.sensitivity.sensitivity;
  const float largest = std::max(1e-6f, sensitivity.Largest());
  const float line = ImGui::GetTextLineHeight();
  float names = 0;
  for (const auto& element : spec.observation) {
    names = std::max(names, ImGui::CalcTextSize(element.name.c_str()).x);
  }
  names += 0.6f * line;
  const float width = ImGui::GetContentRegionAvail().x - names;
  const float cell = width / static_cast<float>(std::max(1, sensitivity.actions));
  ActionTitles(spec, names, cell);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = line * static_cast<float>(sensitivity.observations);
  ImGui::InvisibleButton("sensitivity", {ImGui::GetContentRegionAvail().x, height});
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImU32 muted = ImGui::ColorConvertFloat4ToU32(theme::kMuted);
  for (int i = 0; i < sensitivity.observations; ++i) {
    const float top = at.y + line * static_cast<float>(i);
    list->AddText({at.x, top}, muted, spec.observation[i].name.c_str());
    for (int a = 0; a < sensitivity.actions; ++a) {
      const float left = at.x + names + cell * static_cast<float>(a);
      list->AddRectFilled({left + 1, top + 1}, {left + cell - 1, top + line - 1},
                          ImGui::ColorConvertFloat4ToU32(Diverging(sensitivity.at(a, i) / largest)),
                          2);
    }
  }
  if (ImGui::IsItemHovered()) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const int a = static_cast<int>(std::floor((mouse.x - at.x - names) / cell));
    const int i = static_cast<int>((mouse.y - at.y) / line);
    if (a >= 0 && a < sensitivity.actions && i >= 0 && i < sensitivity.observations) {
      ImGui::SetTooltip("%s answers to %s: %.3f", spec.action[a].name().c_str(),
                        spec.observation[i].name.c_str(), sensitivity.at(a, i));
    }
  }
  ImGui::TextDisabled("orange: up, blue: down; %.2g at most", largest);
  if (ImGui::IsItemHovered()) {
    ImGui::SetTooltip(
        "change of the action for one standard deviation of the observation\n(the task's magnitude "
        "where none is known); orange up, blue down");
  }
}

}  // namespace sinew::viewer
