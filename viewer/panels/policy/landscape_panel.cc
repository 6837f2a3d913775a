#include <fmt/format.h>
#include <imgui/imgui.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "viewer/analysis/landscape.h"
#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/line_plot.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

constexpr int kSide = 17;              // samples along each joint
constexpr int kSamplesAPicture = 100;  // of the window: about a millisecond

bool JointCombo(const char* label, const spec::TaskSpec& spec, int* joint) {
  bool changed = false;
  if (BeginLabelledCombo(label, spec.action[*joint].name())) {
    for (int i = 0; i < spec.act_dim(); ++i) {
      if (ImGui::Selectable(spec.action[i].name().c_str(), i == *joint)) {
        *joint = i;
        changed = true;
      }
    }
    ImGui::EndCombo();
  }
  return changed;
}

// Works the landscape out again once the frame, the policy or the joints have changed; what was
// complete last is shown meanwhile.
void Update(ViewerState& state, bool changed) {
  Insight& insight = state.memory.landscape;
  LandscapeWork& work = state.memory.landscape_work;
  const Frame& frame = state.session.frame();
  const void* policy = state.session.policy().get();
  const bool other = changed || insight.policy != policy;
  if (other || (!work.busy() && insight.observation != frame.state.observation)) {
    insight.policy = policy;
    insight.observation = frame.state.observation;
    const std::vector<float> observation(frame.state.observation.begin(),
                                         frame.state.observation.end());
    work.Begin(observation, frame.intent, insight.joint_x, insight.joint_y, kSide);
  }
  if (work.Advance(*state.session.value_function(), kSamplesAPicture)) {
    insight.landscape = work.result();
  }
}

void Picture(const Insight& insight, const Frame& frame) {
  const Landscape& landscape = insight.landscape;
  const float line = ImGui::GetTextLineHeight();
  const float width = ImGui::GetContentRegionAvail().x;
  const float side = std::min(width, PlotHeight(0.24f, 12 * line));
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const ImVec2 at{origin.x + 0.5f * (width - side), origin.y};
  ImGui::InvisibleButton("landscape", {width, side});
  if (landscape.side == 0) return;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float cell = side / static_cast<float>(landscape.side - 1);
  const float span = std::max(1e-9f, landscape.high - landscape.low);
  const auto colour = [&](int x, int y) {
    // the square root opens up what lies near the top
    const float level = 1 - std::sqrt((landscape.high - landscape.at(x, y)) / span);
    return ImGui::ColorConvertFloat4ToU32(Sequential(level));
  };
  for (int y = 0; y + 1 < landscape.side; ++y) {
    for (int x = 0; x + 1 < landscape.side; ++x) {
      const float left = at.x + cell * static_cast<float>(x);
      const float bottom = at.y + side - cell * static_cast<float>(y);
      list->AddRectFilledMultiColor({left, bottom - cell}, {left + cell, bottom}, colour(x, y + 1),
                                    colour(x + 1, y + 1), colour(x + 1, y), colour(x, y));
    }
  }
  const auto place = [&](float x, float y) {
    return ImVec2{at.x + 0.5f * side * (1 + std::clamp(x, -1.0f, 1.0f)),
                  at.y + 0.5f * side * (1 - std::clamp(y, -1.0f, 1.0f))};
  };
  const ImU32 white = ImGui::ColorConvertFloat4ToU32(theme::kText);
  const ImU32 dark = ImGui::ColorConvertFloat4ToU32(theme::kBackground);
  const ImVec2 meant = place(frame.intent[insight.joint_x], frame.intent[insight.joint_y]);
  list->AddCircle(meant, 0.4f * line, dark, 0, 4);
  list->AddCircle(meant, 0.4f * line, white, 0, 2);
  const ImVec2 best = place(landscape.best_x, landscape.best_y);
  list->AddLine({best.x - 5, best.y}, {best.x + 5, best.y}, dark, 2);
  list->AddLine({best.x, best.y - 5}, {best.x, best.y + 5}, dark, 2);
}

}  // namespace

void DrawLandscapePanel(ViewerState& state) {
  const auto& spec = state.session.spec();
  Insight& insight = state.memory.landscape;
  insight.joint_x = std::min(insight.joint_x, spec.act_dim() - 1);
  insight.joint_y = std::min(insight.joint_y, spec.act_dim() - 1);
  bool changed = JointCombo("across", spec, &insight.joint_x);
  changed |= JointCombo("up", spec, &insight.joint_y);
  Update(state, changed);
  Picture(insight, state.session.frame());
  const std::string text = fmt::format("advantage {:.3g} to {:.3g}, actions -1 to 1",
                                       insight.landscape.low, insight.landscape.high);
  ImGui::TextUnformatted(text.c_str());
  ImGui::TextDisabled("ring: the policy, cross: the best action");
}

}  // namespace sinew::viewer
