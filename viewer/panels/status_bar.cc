#include "viewer/panels/status_bar.h"

#include <fmt/format.h>
#include <imgui/imgui.h>

#include <cmath>
#include <string>

#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/commands.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

std::string SpeedText(double speed) {
  if (std::isinf(speed)) return "max";
  return speed < 1 ? fmt::format("{:.3g} %", 100 * speed) : fmt::format("{:.3g} x", speed);
}

void CommandButton(const char* label, const char* tip, Command command, ViewerState& state,
                   float width) {
  if (ImGui::Button(label, {width * ImGui::GetTextLineHeight(), 0})) Execute(command, state);
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", tip);
  ImGui::SameLine();
}

void SpeedCombo(ViewerState& state) {
  ImGui::SetNextItemWidth(5.2f * ImGui::GetTextLineHeight());
  const std::string now = SpeedText(state.pacer.speed());
  if (ImGui::BeginCombo("##speed", now.c_str(), ImGuiComboFlags_HeightLarge)) {
    for (const double speed : SpeedLadder()) {
      if (ImGui::Selectable(SpeedText(speed).c_str(), speed == state.pacer.speed())) {
        state.pacer.set_speed(speed);
      }
    }
    ImGui::EndCombo();
  }
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("speed (- and +)");
  ImGui::SameLine();
}

// where episodes begin, pushes happen and branches fork, along the slider
void MarkEvents(const History& history) {
  if (history.size() < 2) return;
  const ImVec2 low = ImGui::GetItemRectMin(), high = ImGui::GetItemRectMax();
  const float grab = ImGui::GetStyle().GrabMinSize;
  const float width = high.x - low.x - grab;
  const auto place = [&](size_t i) {
    return low.x + 0.5f * grab +
           width * static_cast<float>(i) / static_cast<float>(history.size() - 1);
  };
  ImDrawList* list = ImGui::GetWindowDrawList();
  const auto mark = [&](size_t i, const ImVec4& colour) {
    list->AddLine({place(i), high.y - 3}, {place(i), high.y},
                  ImGui::ColorConvertFloat4ToU32(colour), 2);
  };
  for (size_t i = 0; i < history.size(); ++i) {
    if (!history[i].pushes.empty()) mark(i, theme::kWarning);
    if (history[i].begins) mark(i, theme::kText);
  }
  for (const Branch& branch : history.branches()) mark(history.ForkIndex(branch), theme::kAccent);
}

// the slider over the history fills what is left of the row
void HistorySlider(ViewerState& state) {
  const History& history = state.session.history();
  int cursor = static_cast<int>(history.cursor());
  const int last = static_cast<int>(history.size()) - 1;
  ImGui::SetNextItemWidth(-1);
  std::string text = history.at_newest() ? "now" : fmt::format("{} steps back", last - cursor);
  if (state.micro.index() > 0) {
    text += fmt::format(", physics step {} of {}", state.micro.index(), state.micro.substeps());
  }
  if (ImGui::SliderInt("##history", &cursor, 0, last, text.c_str(), ImGuiSliderFlags_NoInput) &&
      cursor != static_cast<int>(history.cursor())) {
    SeekTo(state, static_cast<size_t>(cursor));
  }
  MarkEvents(history);
  if (ImGui::IsItemHovered()) {
    ImGui::SetTooltip(
        "history: %d control steps kept\nwhite: episodes, orange: pushes, green: branches",
        last + 1);
  }
}

void Field(const char* name, const std::string& value, const ImVec4& colour = theme::kText) {
  ImGui::TextDisabled("%s", name);
  ImGui::SameLine(0, 0.4f * ImGui::GetTextLineHeight());
  ImGui::TextColored(colour, "%s", value.c_str());
  ImGui::SameLine(0, 1.2f * ImGui::GetTextLineHeight());
}

void StateWord(const ViewerState& state, const Fonts& fonts) {
  ImGui::PushFont(fonts.bold);
  if (state.session.trouble()) {
    ImGui::TextColored(theme::kBad, "STOPPED");
  } else if (state.paused) {
    ImGui::TextColored(theme::kWarning, "PAUSED");
  } else {
    ImGui::TextColored(theme::kGood, "RUNNING");
  }
  ImGui::PopFont();
  ImGui::SameLine(6.2f * ImGui::GetTextLineHeight());
}

std::string EndText(const spec::StepResult& result) {
  if (result.terminated) return " (terminated)";
  return result.truncated ? " (time limit)" : "";
}

void StatusLine(const ViewerState& state, const Fonts& fonts) {
  const Session& session = state.session;
  const Frame& frame = session.frame();
  StateWord(state, fonts);
  Field("episode", std::to_string(frame.state.episode));
  Field("step", fmt::format("{} / {}{}", frame.state.step, session.spec().time_limit,
                            EndText(frame.result)));
  Field("time", fmt::format("{:.2f} s", frame.time));
  Field("return", fmt::format("{:.3f}", frame.state.episode_return));
  if (!session.spec().success.empty()) {
    Field("success", frame.success ? "yes" : "no", frame.success ? theme::kGood : theme::kMuted);
  }
  if (!state.paused) {
    Field("speed", fmt::format("{:.2f} x", state.pacer.real_time_factor()),
          state.pacer.capped() ? theme::kWarning : theme::kText);
  }
  Field("policy", fmt::format("{}, {}", session.policy()->label,
                              session.deterministic() ? "deterministic" : "exploring"));
  if (state.recorder.recording()) {
    Field("REC", fmt::format("{:.1f} s", state.recorder.seconds()), theme::kBad);
  }
  if (state.training) {
    const TrainingStatus& run = state.training->status();
    Field("run", fmt::format("{}, {} steps", run.state, GroupedText(run.step)));
  }
  ImGui::NewLine();
}

}  // namespace

float DrawStatusBar(ViewerState& state, const Fonts& fonts) {
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  const float height = 2 * ImGui::GetStyle().WindowPadding.y + ImGui::GetFrameHeightWithSpacing() +
                       ImGui::GetTextLineHeight();
  ImGui::SetNextWindowPos({0, display.y - height});
  ImGui::SetNextWindowSize({display.x, height});
  ImGui::Begin("status", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                   ImGuiWindowFlags_NoNav);
  CommandButton(state.paused ? "Play" : "Pause", "Space", Command::kPlayPause, state, 4);
  CommandButton("<", "one control step back (Left)", Command::kStepBack, state, 2);
  CommandButton(">", "one control step (Right)", Command::kStepForward, state, 2);
  CommandButton("Restart", "the same episode again (Backspace)", Command::kRestartEpisode, state,
                4.8f);
  CommandButton("Next", "next episode (N)", Command::kNextEpisode, state, 4);
  SpeedCombo(state);
  HistorySlider(state);
  StatusLine(state, fonts);
  ImGui::End();
  return height;
}

}  // namespace sinew::viewer
