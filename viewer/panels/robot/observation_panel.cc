#include <imgui/imgui.h>

#include <algorithm>
#include <string>

#include "viewer/panels/drawing/draw.h"
#include "viewer/panels/drawing/widgets.h"
#include "viewer/session/series.h"
#include "viewer/window/state.h"

namespace sinew::viewer {
namespace {

constexpr float kShareOfHeight = 0.25f;  // of the window, that the list takes
constexpr int kLeastRows = 8;
constexpr float kRoomForUnits = 28;  // from which width on units have a column [lines]

// which columns there is something to say in, and room for
struct Columns {
  bool units, scaled, ranged;
};

void Titles(const Columns& columns) {
  ImGui::TableNextColumn();
  ImGui::TextDisabled("name");
  ImGui::TableNextColumn();
  TitleRight("raw");
  if (columns.units) ImGui::TableNextColumn();
  if (columns.scaled) {
    ImGui::TableNextColumn();
    TitleRight("net");
  }
  if (columns.ranged) {
    ImGui::TableNextColumn();
    ImGui::TextDisabled("trained");
  }
}

void Row(const ObservationRow& row, const Columns& columns) {
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(row.name.c_str());
  if (ImGui::IsItemHovered()) {
    ImGui::SetTooltip("%s%s%s", row.name.c_str(), row.unit.empty() ? "" : " in ", row.unit.c_str());
  }
  ImGui::TableNextColumn();
  ImGui::PushStyleColor(ImGuiCol_Text, row.out_of_range() ? theme::kWarning : theme::kText);
  TextRight(FixedText(row.value, 3));
  ImGui::PopStyleColor();
  if (columns.units) {
    ImGui::TableNextColumn();
    ImGui::TextDisabled("%s", row.unit.c_str());
  }
  if (columns.scaled) {
    ImGui::TableNextColumn();
    ImGui::PushStyleColor(ImGuiCol_Text, row.clipped ? theme::kWarning : theme::kMuted);
    TextRight(row.normalised ? FixedText(*row.normalised, 2) : "");
    ImGui::PopStyleColor();
  }
  if (!columns.ranged) return;
  ImGui::TableNextColumn();
  if (!row.place) return ImGui::TextDisabled("fixed");
  RangeBar(*row.place);
  if (ImGui::IsItemHovered()) {
    ImGui::SetTooltip(row.out_of_range() ? "outside of what training has seen: %.0f %%"
                                         : "%.0f %% of the range seen in training",
                      100 * *row.place);
  }
}

}  // namespace

void DrawObservationPanel(ViewerState& state) {
  const auto rows = ObservationRows(state.session.frame(), state.session.spec());
  const float width = ImGui::GetContentRegionAvail().x;
  const Columns columns{width > kRoomForUnits * ImGui::GetTextLineHeight(),
                        std::ranges::any_of(rows, [](const auto& row) { return !!row.normalised; }),
                        std::ranges::any_of(rows, [](const auto& row) { return !!row.place; })};
  const auto outside =
      std::ranges::count_if(rows, [](const ObservationRow& row) { return row.out_of_range(); });
  if (columns.ranged && outside > 0) {
    ImGui::TextColored(theme::kWarning, "%d outside of the training range",
                       static_cast<int>(outside));
  }
  // long lists scroll, so that what the policy makes of them stays in sight
  const int most = static_cast<int>(kShareOfHeight * ImGui::GetIO().DisplaySize.y / ListHeight(1));
  const int shown = std::min(static_cast<int>(rows.size()), std::max(kLeastRows, most));
  const int flags =
      ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchProp | ImGuiTableFlags_ScrollY;
  const int count =
      2 + (columns.units ? 1 : 0) + (columns.scaled ? 1 : 0) + (columns.ranged ? 1 : 0);
  if (!ImGui::BeginTable("elements", count, flags, {0, ListHeight(shown + 1)})) return;
  ImGui::TableSetupScrollFreeze(0, 1);
  const auto fixed = [](const char* name, const char* widest) {
    ImGui::TableSetupColumn(name, ImGuiTableColumnFlags_WidthFixed, ImGui::CalcTextSize(widest).x);
  };
  ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthStretch, 1.0f);
  fixed("raw", "-00.000");
  if (columns.units) fixed("unit", "rad/s");
  if (columns.scaled) fixed("net", "-00.00");
  if (columns.ranged) fixed("range", "trained");
  Titles(columns);
  for (const ObservationRow& row : rows) Row(row, columns);
  ImGui::EndTable();
}

}  // namespace sinew::viewer
