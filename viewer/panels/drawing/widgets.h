#pragma once

#include <imgui/imgui.h>
#include <mujoco/mujoco.h>

#include <cstdint>
#include <string>
#include <vector>

#include "viewer/window/theme.h"

namespace sinew::viewer {

/// A number with a fixed count of decimals, and never "-0.00".
std::string FixedText(double value, int decimals);

/// "1,234,567".
std::string GroupedText(int64_t value);

/// Text at the right edge of the current column or window.
void TextRight(const std::string& text);

/// The same, muted, as a column's title.
void TitleRight(const char* text);

/// A small filled square in the colour of a curve, and the cursor behind it.
void Swatch(const ImVec4& colour);

/// A row of two columns: a muted name, a value. Inside a table.
void NameValue(const char* name, const std::string& value, const ImVec4& colour = theme::kText);

/// A bar as wide as the column with a mark at `place` (0 its left end, 1 its right), which turns
/// to the colour of a warning beyond the ends.
void RangeBar(double place);

/// Blue for -1 through the background's grey for 0 to orange for 1.
ImVec4 Diverging(float value);
/// Dark for 0 to bright for 1.
ImVec4 Sequential(float value);

/// A name, then an input as wide as the column leaves. @return whether the value was changed.
bool LabelledSlider(const char* label, double* value, double low, double high, const char* format,
                    bool logarithmic = false);
bool LabelledInt(const char* label, int* value, int low, int high, const char* format);

/// A name, then a box that opens; ImGui::EndCombo() if it returns true.
bool BeginLabelledCombo(const char* label, const std::string& shown);

/// Bodies by name, the world left out; "body 3" for one without a name.
std::vector<std::string> BodyNames(const mjModel* model);
/// A box to choose a body from. @return whether it was changed.
bool BodyCombo(const char* label, const mjModel* model, int* body);

/// Height of a list that shows `rows` lines of text before it scrolls.
float ListHeight(int rows);

}  // namespace sinew::viewer
