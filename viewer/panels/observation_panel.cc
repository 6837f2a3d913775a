#include <imgui/imgui.h>

#include <algorithm>
#include <string>

#include "viewer/panels/draw.h"
#include "viewer/panels/widgets.h"
#include "viewer/series.h"
#include "viewer/state.h"

namespace sinew::viewer {
namespace {

void Titles(bool scaled, bool ranged) {
  ImGui::TableNextColumn();
  ImGui::TextDisabled("name");
  ImGui::TableNextColumn();
  TitleRight("raw");
  ImGui::TableNextColumn();
  if (scaled) {
    ImGui::TableNextColumn();
    TitleRight("net");
  }
  if (ranged) {
    ImGui::TableNextColumn();
    ImGui::TextDisabled("in training");
  }
}

void Row(const ObservationRow& row, bool scaled, bool ranged) {
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(row.name.c_str());
  ImGui::TableNextColumn();
  ImGui::PushStyleColor(ImGuiCol_Text, row.out_of_range() ? theme::kWarning : theme::kText);
  TextRight(FixedText(row.value, 3));
  ImGui::PopStyleColor();
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", row.unit.c_str());
  if (scaled) {
    ImGui::TableNextColumn();
    ImGui::PushStyleColor(ImGuiCol_Text, row.clipped ? theme::kWarning : theme::kMuted);
    TextRight(row.normalised ? FixedText(*row.normalised, 2) : "");
    ImGui::PopStyleColor();
  }
  if (!ranged) return;
  ImGui::TableNextColumn();
  if (!row.place) return ImGui::TextDisabled("constant");
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
  const bool scaled = std::ranges::any_of(rows, [](const auto& row) { return !!row.normalised; });
  const bool ranged = std::ranges::any_of(rows, [](const auto& row) { return !!row.place; });
  const auto outside =
      std::ranges::count_if(rows, [](const ObservationRow& row) { return row.out_of_range(); });
  if (ranged && outside > 0) {
    ImGui::TextColored(theme::kWarning, "%d outside of the training range",
                       static_cast<int>(outside));
  }
  const int flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchProp;
  if (!ImGui::BeginTable("elements", 3 + (scaled ? 1 : 0) + (ranged ? 1 : 0), flags)) return;
  ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthFixed);
  ImGui::TableSetupColumn("raw", ImGuiTableColumnFlags_WidthFixed,
                          ImGui::CalcTextSize("-00.000").x);
  ImGui::TableSetupColumn("unit", ImGuiTableColumnFlags_WidthFixed);
  if (scaled) {
    ImGui::TableSetupColumn("net", ImGuiTableColumnFlags_WidthFixed,
                            ImGui::CalcTextSize("-00.00").x);
  }
  if (ranged) ImGui::TableSetupColumn("range", ImGuiTableColumnFlags_WidthStretch);
  Titles(scaled, ranged);
  for (const ObservationRow& row : rows) Row(row, scaled, ranged);
  ImGui::EndTable();
}

}  // namespace sinew::viewer
