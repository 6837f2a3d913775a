#pragma once

#include <string>

namespace sinew::viewer {

/// A number with a fixed count of decimals, and never "-0.00".
std::string FixedText(double value, int decimals);

/// Text at the right edge of the current column or window.
void TextRight(const std::string& text);

}  // namespace sinew::viewer
