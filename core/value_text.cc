#include "core/value_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <cmath>

namespace sinew {
namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// The digits without separators (100_000) and without a leading '+'; empty if one of them stands
// wrongly.
std::string PlainDigits(std::string_view text) {
  const auto is_digit = [&](size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9';
  };
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (!is_digit(0)) return {};
  }
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      plain += text[i];
    } else if (i == 0 || !is_digit(i - 1) || !is_digit(i + 1)) {
      return {};
    }
  }
  return plain;
}

template <class Number>
std::optional<Number> Parse(std::string_view text) {
  const std::string plain = PlainDigits(Trim(text));
  Number value{};
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (error != std::errc() || end != plain.data() + plain.size()) return std::nullopt;
  return value;
}

// What stands between commas, in brackets or without.
template <class Value, class ParseItem>
std::optional<std::vector<Value>> ParseList(std::string_view text, ParseItem parse) {
  text = Trim(text);
  std::vector<Value> values;
  if (text.starts_with('[') && text.ends_with(']')) {
    text = Trim(text.substr(1, text.size() - 2));
    if (text.empty()) return values;
  }
  while (true) {
    const size_t comma = text.find(',');
    const auto value = parse(text.substr(0, comma));
    if (!value) return std::nullopt;
    values.push_back(*value);
    if (comma == text.npos) return values;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

std::optional<double> ParseNumber(std::string_view text) { return Parse<double>(text); }

std::optional<int64_t> ParseInteger(std::string_view text) {
  if (const auto value = Parse<int64_t>(text)) return value;
  const auto value = ParseNumber(text);
  if (!value || !(std::abs(*value) <= 0x1p53) || std::trunc(*value) != *value) return std::nullopt;
  return static_cast<int64_t>(*value);
}

std::optional<std::vector<int64_t>> ParseIntegerList(std::string_view text) {
  return ParseList<int64_t>(text, ParseInteger);
}

std::optional<std::vector<double>> ParseNumberList(std::string_view text) {
  return ParseList<double>(text, ParseNumber);
}

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
    const size_t length = byte(i) < 0x80 ? 1 : byte(i) < 0xe0 ? 2 : byte(i) < 0xf0 ? 3 : 4;
    if (length > text.size() - i) return false;
    uint32_t code = length == 1 ? byte(i) : byte(i) & (0x7f >> length);
    for (size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return false;
      code = code << 6 | (byte(i + k) & 0x3f);
    }
    // continuation bytes in front, codes written longer than need be, surrogates, beyond Unicode
    constexpr std::array<uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    const bool stray = length > 1 && (byte(i) < 0xc0 || byte(i) > 0xf7);
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if (stray || code < kSmallest[length] || surrogate || code > 0x10ffff) return false;
    i += length;
  }
  return true;
}

std::optional<std::vector<std::string>> ParseTextList(std::string_view text) {
  return ParseList<std::string>(text, [](std::string_view item) -> std::optional<std::string> {
    std::string name = ParseText(Trim(item));
    if (name.empty() || name.find_first_of("[]\"") != name.npos || !IsUtf8(name)) {
      return std::nullopt;
    }
    return name;
  });
}

std::string ParseText(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string value;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size();
    if (escape && text[i + 1] == 'u' && i + 6 <= text.size()) {
      // only control characters are written this way, so one byte is enough
      unsigned code = 0;
      std::from_chars(text.data() + i + 2, text.data() + i + 6, code, 16);
      value += static_cast<char>(code);
      i += 5;
    } else {
      value += escape ? text[++i] : text[i];
    }
  }
  return value;
}

std::string FormatNumber(double value) {
  std::string text = fmt::format("{}", value);
  const bool digits_only = text.find_first_not_of("-0123456789") == text.npos;
  return digits_only ? text + ".0" : text;
}

std::string FormatList(const std::vector<int64_t>& values) {
  return fmt::format("[{}]", fmt::join(values, ", "));
}

std::string FormatNumberList(const std::vector<double>& values) {
  std::vector<std::string> items;
  for (const double value : values) items.push_back(FormatNumber(value));
  return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string FormatTextList(const std::vector<std::string>& values) {
  std::vector<std::string> items;
  for (const std::string& value : values) items.push_back(FormatText(value));
  return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string FormatText(std::string_view value) {
  std::string text = "\"";
  for (char c : value) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7f) {
      text += fmt::format("\\u{:04x}", code);
      continue;
    }
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

}  // namespace sinew
