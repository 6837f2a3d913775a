#include <fmt/format.h>
#include <imgui/imgui.h>

#include <exception>
#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

std::string Duration(double seconds) {
  const auto whole = static_cast<int64_t>(seconds);
  if (whole >= 3600) return fmt::format("{} h {:02d} min", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{} min {:02d} s", whole / 60, whole % 60);
  return fmt::format("{} s", whole);
}

ImVec4 StateColour(const std::string& state) {
  if (state == "running" || state == "finished") return theme::kGood;
  return state == "failed" ? theme::kBad : theme::kWarning;
}

void Facts(const TrainingStatus& status) {
  if (!ImGui::BeginTable("facts", 2, ImGuiTableFlags_SizingFixedFit)) return;
  NameValue("run", status.run);
  NameValue("agent", status.agent);
  NameValue("state", status.state, StateColour(status.state));
  NameValue("steps", GroupedText(status.step) + " of " + GroupedText(status.total_steps));
  NameValue("speed", fmt::format("{:.0f} steps/s", status.steps_per_second));
  NameValue("time", Duration(status.wall_seconds));
  ImGui::EndTable();
  const double share = status.total_steps > 0 ? static_cast<double>(status.step) /
                                                    static_cast<double>(status.total_steps)
                                              : 0;
  ImGui::ProgressBar(static_cast<float>(share), {-1, 0.7f * ImGui::GetTextLineHeight()}, "");
}

void Controls(ViewerState& state) {
  TrainingFeed& feed = *state.training;
  const TrainingStatus& status = feed.status();
  PanelMemory& memory = state.memory;
  ImGui::BeginDisabled(!status.can_be_controlled());
  const bool paused = status.state == "paused";
  if (ImGui::Button(paused ? "Go on training" : "Pause training", {-1, 0})) feed.SetPaused(!paused);
  if (!memory.factors_touched) {
    memory.learning_rate_factor = status.learning_rate_factor;
    memory.noise_factor = status.noise_factor;
  }
  bool changed =
      LabelledSlider("learning rate x", &memory.learning_rate_factor, 0.01, 10, "%.3g", true);
  memory.factors_touched |= ImGui::IsItemActive();
  bool done = ImGui::IsItemDeactivatedAfterEdit();
  changed |= LabelledSlider("noise x", &memory.noise_factor, 0, 4, "%.2f");
  memory.factors_touched |= ImGui::IsItemActive();
  done |= ImGui::IsItemDeactivatedAfterEdit();
  if (done) feed.SetFactors(memory.learning_rate_factor, memory.noise_factor);
  // until the trainer has taken them up
  if (memory.factors_touched && memory.learning_rate_factor == status.learning_rate_factor &&
      memory.noise_factor == status.noise_factor) {
    memory.factors_touched = changed;
  }
  ImGui::EndDisabled();
  ImGui::TextDisabled("changes are written to the run's control.jsonl");
}

}  // namespace

void DrawTrainingPanel(ViewerState& state) {
  Facts(state.training->status());
  try {
    Controls(state);
  } catch (const std::exception& error) {
    state.Say(error.what());
  }
}

}  // namespace sinew::viewer
