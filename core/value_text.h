#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sinew {

/// Text to values, as TOML and the command line write them. Space around a value and '_' between
/// digits are allowed; nothing else may stand beside it. Empty where the text is no such value.
std::optional<double> ParseNumber(std::string_view text);
/// Also 1e5 and 100_000.0, as long as the value is whole and exact.
std::optional<int64_t> ParseInteger(std::string_view text);
/// "64,64", "[64, 64]" or "[]".
std::optional<std::vector<int64_t>> ParseIntegerList(std::string_view text);
/// "-0.1,0.1", "[-0.1, 0.1]" or "[]".
std::optional<std::vector<double>> ParseNumberList(std::string_view text);
/// "tip,target", "[\"tip\", \"target\"]" or "[]"; a name holds no comma and is not empty.
std::optional<std::vector<std::string>> ParseTextList(std::string_view text);
/// A TOML literal's text without its quotes and escapes; text without quotes stands for itself.
std::string ParseText(std::string_view text);

/// Whether the text is UTF-8, as TOML and JSON have to be.
bool IsUtf8(std::string_view text);

/// Values to TOML. The shortest digits that read back to the same bits, with a point or an
/// exponent.
std::string FormatNumber(double value);
std::string FormatList(const std::vector<int64_t>& values);
std::string FormatNumberList(const std::vector<double>& values);
std::string FormatTextList(const std::vector<std::string>& values);
/// Quoted, with escapes.
std::string FormatText(std::string_view value);

}  // namespace sinew
