#pragma once

#include <imgui/imgui.h>

#include <cstddef>

namespace sinew::viewer {

/// The viewer's colours: slate surfaces, one warm accent for what the user does, cool curves.
namespace theme {
inline const ImVec4 kBackground{0.086f, 0.098f, 0.118f, 1.0f};
inline const ImVec4 kSurface{0.118f, 0.133f, 0.157f, 1.0f};
inline const ImVec4 kRaised{0.169f, 0.188f, 0.220f, 1.0f};
inline const ImVec4 kLine{0.247f, 0.271f, 0.314f, 1.0f};
inline const ImVec4 kText{0.894f, 0.910f, 0.933f, 1.0f};
inline const ImVec4 kMuted{0.588f, 0.624f, 0.678f, 1.0f};
inline const ImVec4 kAccent{0.310f, 0.749f, 0.702f, 1.0f};
inline const ImVec4 kGood{0.459f, 0.800f, 0.478f, 1.0f};
inline const ImVec4 kWarning{1.000f, 0.620f, 0.251f, 1.0f};
inline const ImVec4 kBad{0.937f, 0.373f, 0.373f, 1.0f};

/// Colour of curve `index`; eight that differ in lightness too, then again from the first.
ImVec4 Curve(size_t index);
}  // namespace theme

struct Fonts {
  ImFont* body = nullptr;
  ImFont* bold = nullptr;
};

/// Sets style and fonts of the current ImGui context. Uses DejaVu Sans where it is installed,
/// ImGui's own font otherwise. @param scale  1 on a monitor of 96 dpi. @param pixels  in one screen
/// coordinate: letters are made of that many more.
Fonts ApplyTheme(float scale, float pixels);

}  // namespace sinew::viewer
