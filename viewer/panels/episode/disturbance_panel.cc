#include <fmt/format.h>
#include <imgui/imgui.h>

#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

constexpr int kMostLatency = 20;  // control steps

void PercentSlider(const char* label, double* share, const char* tip) {
  double percent = 100 * *share;
  LabelledSlider(label, &percent, 0, 50, "%.1f %%");
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", tip);
  *share = percent / 100;
}

}  // namespace

void DrawDisturbancePanel(ViewerState& state) {
  Disturbance& disturbance = state.session.disturbance;
  PercentSlider("observation", &disturbance.observation_noise,
                "standard deviation, of each element's usual magnitude");
  PercentSlider("torque", &disturbance.torque_noise,
                "standard deviation, of half of each joint's range");
  const double period_ms = 1e3 * state.session.spec().control_dt;
  const std::string latency =
      fmt::format("%d steps ({:.0f} ms)", disturbance.latency_steps * period_ms);
  LabelledInt("latency", &disturbance.latency_steps, 0, kMostLatency, latency.c_str());
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("control steps between seeing and acting");
  const Disturbance none{.exploring = disturbance.exploring,
                         .exploration_sigma = disturbance.exploration_sigma};
  if (disturbance != none && ImGui::SmallButton("none of it")) disturbance = none;
}

}  // namespace sinew::viewer
