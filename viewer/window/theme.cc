#include "viewer/window/theme.h"

#include <array>
#include <filesystem>
#include <string>

namespace sinew::viewer {
namespace {

constexpr float kFontSize = 15;  // [pixel] at scale 1

ImFont* LoadFont(const char* file, float size) {
  const std::string path = std::string("/usr/share/fonts/truetype/dejavu/") + file;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return nullptr;
  return ImGui::GetIO().Fonts->AddFontFromFileTTF(path.c_str(), size);
}

ImVec4 Mix(const ImVec4& a, const ImVec4& b, float t) {
  return {a.x + t * (b.x - a.x), a.y + t * (b.y - a.y), a.z + t * (b.z - a.z), 1};
}

void SetSizes(ImGuiStyle& style) {
  style.WindowPadding = {10, 8};
  style.FramePadding = {7, 4};
  style.ItemSpacing = {8, 5};
  style.CellPadding = {5, 2};
  style.ScrollbarSize = 11;
  style.WindowBorderSize = 0;
  style.FrameBorderSize = 1;
  style.WindowRounding = 0;
  style.FrameRounding = 4;
  style.GrabRounding = 4;
  style.PopupRounding = 6;
  style.ScrollbarRounding = 6;
  style.WindowMinSize = {120, 40};
}

void SetColours(ImGuiStyle& style) {
  using namespace theme;
  ImGui::StyleColorsDark(&style);
  const auto set = [&](ImGuiCol which, const ImVec4& colour) { style.Colors[which] = colour; };
  set(ImGuiCol_WindowBg, kSurface);
  set(ImGuiCol_PopupBg, kSurface);
  set(ImGuiCol_Text, kText);
  set(ImGuiCol_TextDisabled, kMuted);
  set(ImGuiCol_Border, kLine);
  set(ImGuiCol_Separator, kLine);
  set(ImGuiCol_FrameBg, kBackground);
  set(ImGuiCol_FrameBgHovered, kRaised);
  set(ImGuiCol_FrameBgActive, kRaised);
  set(ImGuiCol_Button, kRaised);
  set(ImGuiCol_ButtonHovered, Mix(kRaised, kAccent, 0.35f));
  set(ImGuiCol_ButtonActive, Mix(kRaised, kAccent, 0.6f));
  set(ImGuiCol_Header, kRaised);
  set(ImGuiCol_HeaderHovered, Mix(kRaised, kAccent, 0.2f));
  set(ImGuiCol_HeaderActive, Mix(kRaised, kAccent, 0.35f));
  // pale, since a slider's number stands on it
  set(ImGuiCol_SliderGrab, Mix(kRaised, kAccent, 0.55f));
  set(ImGuiCol_SliderGrabActive, Mix(kAccent, kText, 0.4f));
  set(ImGuiCol_CheckMark, kAccent);
  set(ImGuiCol_ScrollbarBg, kSurface);
  set(ImGuiCol_ScrollbarGrab, kLine);
  set(ImGuiCol_TableRowBg, kSurface);
  set(ImGuiCol_TableRowBgAlt, Mix(kSurface, kRaised, 0.35f));
  set(ImGuiCol_Tab, kSurface);
  set(ImGuiCol_TabHovered, Mix(kRaised, kAccent, 0.35f));
  set(ImGuiCol_TabActive, Mix(kRaised, kAccent, 0.28f));
  set(ImGuiCol_TabUnfocused, kSurface);
  set(ImGuiCol_TabUnfocusedActive, Mix(kRaised, kAccent, 0.28f));
  set(ImGuiCol_PlotHistogram, kAccent);
  set(ImGuiCol_TextSelectedBg, Mix(kRaised, kAccent, 0.45f));
  set(ImGuiCol_ResizeGrip, {0, 0, 0, 0});
  set(ImGuiCol_ResizeGripHovered, kLine);
  set(ImGuiCol_ResizeGripActive, kAccent);
}

}  // namespace

ImVec4 theme::Curve(size_t index) {
  static const std::array<ImVec4, 8> kCurves{{{0.369f, 0.690f, 0.957f, 1},
                                              {0.984f, 0.698f, 0.271f, 1},
                                              {0.525f, 0.816f, 0.533f, 1},
                                              {0.918f, 0.502f, 0.690f, 1},
                                              {0.655f, 0.584f, 0.949f, 1},
                                              {0.941f, 0.886f, 0.455f, 1},
                                              {0.384f, 0.824f, 0.816f, 1},
                                              {0.937f, 0.463f, 0.376f, 1}}};
  return kCurves[index % kCurves.size()];
}

Fonts ApplyTheme(float scale, float pixels) {
  ImGuiStyle& style = ImGui::GetStyle();
  style = ImGuiStyle();
  SetSizes(style);
  SetColours(style);
  style.ScaleAllSizes(scale);
  Fonts fonts;
  fonts.body = LoadFont("DejaVuSans.ttf", kFontSize * scale * pixels);
  ImGui::GetIO().FontGlobalScale = 1 / pixels;
  if (!fonts.body) {
    fonts.body = ImGui::GetIO().Fonts->AddFontDefault();
    ImGui::GetIO().FontGlobalScale = scale;
  }
  fonts.bold = LoadFont("DejaVuSans-Bold.ttf", kFontSize * scale * pixels);
  if (!fonts.bold) fonts.bold = fonts.body;
  return fonts;
}

}  // namespace sinew::viewer
