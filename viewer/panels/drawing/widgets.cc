#include "viewer/panels/drawing/widgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/session/body_move.h"

namespace sinew::viewer {
namespace {

constexpr float kLabelShare = 0.42f;  // of a labelled input's width

ImVec4 Blend(const ImVec4& a, const ImVec4& b, float t) {
  return {a.x + t * (b.x - a.x), a.y + t * (b.y - a.y), a.z + t * (b.z - a.z), 1};
}

void Label(const char* label) {
  ImGui::AlignTextToFramePadding();
  const float width = ImGui::GetContentRegionAvail().x;
  ImGui::TextDisabled("%s", label);
  ImGui::SameLine(ImGui::GetCursorPosX() + kLabelShare * width);
  ImGui::SetNextItemWidth(-1);
}

}  // namespace

std::string FixedText(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text[0] == '-' && text.find_first_not_of("-0.") == text.npos) text.erase(0, 1);
  return text;
}

std::string GroupedText(int64_t value) {
  std::string text = std::to_string(value);
  const int first = text[0] == '-' ? 1 : 0;
  for (int i = static_cast<int>(text.size()) - 3; i > first; i -= 3) text.insert(i, ",");
  return text;
}

void TextRight(const std::string& text) {
  const float room = ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(text.c_str()).x;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0f, room));
  ImGui::TextUnformatted(text.c_str());
}

void TitleRight(const char* text) {
  ImGui::PushStyleColor(ImGuiCol_Text, theme::kMuted);
  TextRight(text);
  ImGui::PopStyleColor();
}

void Swatch(const ImVec4& colour) {
  const float side = 0.6f * ImGui::GetTextLineHeight();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float top = at.y + 0.5f * (ImGui::GetTextLineHeight() - side);
  ImGui::GetWindowDrawList()->AddRectFilled({at.x, top}, {at.x + side, top + side},
                                            ImGui::ColorConvertFloat4ToU32(colour), 2);
  ImGui::Dummy({side, ImGui::GetTextLineHeight()});
  ImGui::SameLine();
}

void NameValue(const char* name, const std::string& value, const ImVec4& colour) {
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", name);
  ImGui::TableNextColumn();
  ImGui::TextColored(colour, "%s", value.c_str());
}

void RangeBar(double place) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float line = ImGui::GetTextLineHeight();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size{ImGui::GetContentRegionAvail().x, line};
  const auto colour = [](const ImVec4& c) { return ImGui::ColorConvertFloat4ToU32(c); };
  const float inset = 0.25f * line;
  const float left = at.x + inset, right = at.x + size.x - inset;
  const bool outside = place < 0 || place > 1;
  list->AddRectFilled({left, at.y + 0.42f * line}, {right, at.y + 0.62f * line},
                      colour(theme::kLine), 2);
  const float x = left + static_cast<float>(std::clamp(place, 0.0, 1.0)) * (right - left);
  list->AddCircleFilled({x, at.y + 0.52f * line}, 0.22f * line,
                        colour(outside ? theme::kWarning : theme::kAccent));
  ImGui::Dummy(size);
}

ImVec4 Diverging(float value) {
  static const ImVec4 kNegative{0.33f, 0.60f, 0.98f, 1}, kPositive{1.0f, 0.62f, 0.25f, 1};
  const float t = std::clamp(std::abs(value), 0.0f, 1.0f);
  return Blend(theme::kRaised, value < 0 ? kNegative : kPositive, t);
}

ImVec4 Sequential(float value) {
  static const ImVec4 kDark{0.10f, 0.12f, 0.22f, 1}, kMiddle{0.20f, 0.55f, 0.58f, 1},
      kBright{0.97f, 0.91f, 0.55f, 1};
  const float t = std::clamp(value, 0.0f, 1.0f);
  return t < 0.5f ? Blend(kDark, kMiddle, 2 * t) : Blend(kMiddle, kBright, 2 * t - 1);
}

bool LabelledSlider(const char* label, double* value, double low, double high, const char* format,
                    bool logarithmic) {
  Label(label);
  const int flags = ImGuiSliderFlags_AlwaysClamp |
                    (logarithmic ? ImGuiSliderFlags_Logarithmic : ImGuiSliderFlags_None);
  return ImGui::SliderScalar(fmt::format("##{}", label).c_str(), ImGuiDataType_Double, value, &low,
                             &high, format, flags);
}

bool LabelledInt(const char* label, int* value, int low, int high, const char* format) {
  Label(label);
  return ImGui::SliderInt(fmt::format("##{}", label).c_str(), value, low, high, format,
                          ImGuiSliderFlags_AlwaysClamp);
}

bool BeginLabelledCombo(const char* label, const std::string& shown) {
  Label(label);
  return ImGui::BeginCombo(fmt::format("##{}", label).c_str(), shown.c_str());
}

std::vector<std::string> BodyNames(const mjModel* model) {
  std::vector<std::string> names;
  for (int body = 1; body < model->nbody; ++body) names.push_back(BodyName(model, body));
  return names;
}

bool BodyCombo(const char* label, const mjModel* model, int* body) {
  const auto names = BodyNames(model);
  if (names.empty()) return false;
  *body = std::clamp(*body, 1, static_cast<int>(names.size()));
  bool changed = false;
  if (BeginLabelledCombo(label, names[*body - 1])) {
    for (int i = 0; i < static_cast<int>(names.size()); ++i) {
      ImGui::PushID(i);
      if (ImGui::Selectable(names[i].c_str(), *body == i + 1)) {
        *body = i + 1;
        changed = true;
      }
      ImGui::PopID();
    }
    ImGui::EndCombo();
  }
  return changed;
}

float ListHeight(int rows) {
  return static_cast<float>(rows) *
         (ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y);
}

}  // namespace sinew::viewer
