#include <fmt/format.h>
#include <imgui/imgui.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/line_plot.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/window/commands.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

using Outcome = SurvivalCell::Outcome;

ImU32 CellColour(const SurvivalCell& cell) {
  ImVec4 colour = theme::kRaised;
  if (cell.outcome == Outcome::kSurvived) colour = theme::kGood;
  if (cell.outcome == Outcome::kFailed) colour = theme::kBad;
  colour.w = cell.outcome == Outcome::kPending ? 0.5f : 0.85f;
  return ImGui::ColorConvertFloat4ToU32(colour);
}

struct Polar {
  ImVec2 centre;
  float inner, ring;  // radius of the hole, width of one level [pixel]

  ImVec2 At(float radius, double azimuth) const {
    // seen from above, x to the right and y up
    return {centre.x + radius * static_cast<float>(std::cos(azimuth)),
            centre.y - radius * static_cast<float>(std::sin(azimuth))};
  }
};

void DrawCell(ImDrawList* list, const Polar& polar, const SurvivalMap& map, int direction,
              int level) {
  const double half = std::numbers::pi / map.options().directions;
  const double from = map.Azimuth(direction) - half, to = map.Azimuth(direction) + half;
  const float inner = polar.inner + static_cast<float>(level) * polar.ring + 1;
  const float outer = inner + polar.ring - 2;
  const ImU32 colour = CellColour(map.cell(direction, level));
  constexpr int kPieces = 6;
  const auto angle = [&](int i) { return from + (to - from) * i / kPieces; };
  for (int i = 0; i < kPieces; ++i) {
    list->AddQuadFilled(polar.At(inner, angle(i)), polar.At(outer, angle(i)),
                        polar.At(outer, angle(i + 1)), polar.At(inner, angle(i + 1)), colour);
  }
}

void Tooltip(const Polar& polar, const SurvivalMap& map) {
  if (!ImGui::IsItemHovered()) return;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const float x = mouse.x - polar.centre.x, y = polar.centre.y - mouse.y;
  const int level = static_cast<int>(std::floor((std::hypot(x, y) - polar.inner) / polar.ring));
  if (level < 0 || level >= map.options().levels) return;
  const int directions = map.options().directions;
  const double turns = std::atan2(y, x) / (2 * std::numbers::pi);
  const int direction = static_cast<int>(std::lround(turns * directions) + directions) % directions;
  const SurvivalCell cell = map.cell(direction, level);
  if (cell.outcome == Outcome::kPending) return;
  ImGui::SetTooltip("%.0f N, %.0f°: %s\nreturn lost %.3f", map.Newtons(level),
                    360.0 * direction / directions,
                    cell.outcome == Outcome::kSurvived ? "survived" : "failed", cell.lost);
}

void Picture(const SurvivalMap& map) {
  const float line = ImGui::GetTextLineHeight();
  const float side = std::min(ImGui::GetContentRegionAvail().x, PlotHeight(0.26f, 12 * line));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  Polar polar;
  polar.centre = {at.x + 0.5f * ImGui::GetContentRegionAvail().x, at.y + 0.5f * side};
  polar.inner = 0.08f * side;
  polar.ring = (0.44f * side - polar.inner) / static_cast<float>(map.options().levels);
  ImGui::InvisibleButton("map", {ImGui::GetContentRegionAvail().x, side});
  ImDrawList* list = ImGui::GetWindowDrawList();
  // smoothed edges would show as seams between the pieces
  const ImDrawListFlags flags = list->Flags;
  list->Flags &= ~ImDrawListFlags_AntiAliasedFill;
  for (int direction = 0; direction < map.options().directions; ++direction) {
    for (int level = 0; level < map.options().levels; ++level) {
      DrawCell(list, polar, map, direction, level);
    }
  }
  list->Flags = flags;
  const ImU32 muted = ImGui::ColorConvertFloat4ToU32(theme::kMuted);
  const float edge = 0.455f * side;
  list->AddText({polar.centre.x + edge, polar.centre.y - 0.5f * line}, muted, "x");
  list->AddText({polar.centre.x - 0.25f * line, polar.centre.y - edge - 0.7f * line}, muted, "y");
  Tooltip(polar, map);
}

}  // namespace

void DrawSurvivalPanel(ViewerState& state) {
  SurvivalOptions& options = state.survival_options;
  LabelledSlider("up to", &options.max_newtons, 1, 1000, "%.0f N", true);
  LabelledSlider("horizon", &options.horizon_s, 0.2, 20, "%.1f s", true);
  LabelledInt("directions", &options.directions, 4, 36, "%d");
  LabelledInt("levels", &options.levels, 2, 12, "%d");
  if (ImGui::Button("Map from this moment  (Shift+M)", {-1, 0})) {
    Execute(Command::kSurvivalMap, state);
  }
  if (!state.survival) {
    ImGui::TextDisabled("pushes of the panel above, all around");
    return;
  }
  const SurvivalMap& map = *state.survival;
  Picture(map);
  const mjModel* model = state.session.env().simulation().model();
  const auto names = BodyNames(model);
  ImGui::Text("%s", fmt::format("{}, {:.0f} ms, rings of {:.0f} N", names[map.options().body - 1],
                                map.options().duration_ms, map.Newtons(0))
                        .c_str());
  const std::string share = fmt::format("{:.0f} % survived, {} of {} tried",
                                        100 * map.SurvivedShare(), map.done(), map.total());
  ImGui::TextDisabled("%s", share.c_str());
}

}  // namespace sinew::viewer
