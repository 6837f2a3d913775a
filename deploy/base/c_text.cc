#include "deploy/base/c_text.h"

#include <fmt/format.h>

#include <cctype>

namespace sinew::deploy {
namespace {

bool IsPrintable(char c) { return c >= ' ' && c <= '~'; }

}  // namespace

std::string CIdentifier(std::string_view text) {
  constexpr size_t kLongest = 48;
  std::string name;
  for (const char c : text.substr(0, kLongest)) {
    const bool valid = IsPrintable(c) && std::isalnum(static_cast<unsigned char>(c));
    if (valid) name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (!valid && !name.empty() && name.back() != '_') name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty()) return "policy";
  return std::isdigit(static_cast<unsigned char>(name.front())) ? "p" + name : name;
}

std::string CString(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    // '?' too, two of them begin a trigraph; '@' marks our own placeholders. Octal escapes end
    // after three digits, hexadecimal ones do not.
    if (IsPrintable(c) && std::string_view("\"\\?@").find(c) == std::string_view::npos) {
      literal += c;
    } else {
      literal += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    }
  }
  return literal + '"';
}

std::string CComment(std::string_view text) {
  std::string comment;
  for (const char c : text)
    comment += IsPrintable(c) && c != '*' && c != '\\' && c != '?' ? c : '_';
  return comment;
}

std::string CFloats(std::string_view name, std::span<const float> values) {
  constexpr size_t kPerLine = 6;
  std::string text = fmt::format("static const float {}[{}] = {{", name, values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{}{:a}f,", i % kPerLine ? " " : "\n    ", values[i]);
  }
  return text + "\n};\n";
}

std::string CStrings(std::string_view name, std::span<const std::string> texts) {
  std::string list = fmt::format("static const char *const {}[{}] = {{\n", name, texts.size());
  for (const std::string& text : texts) list += fmt::format("    {},\n", CString(text));
  return list + "};\n";
}

std::string WithPrefix(std::string_view text, std::string_view prefix) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool lower = text.substr(i, 3) == "@p@", upper = text.substr(i, 3) == "@P@";
    if (!lower && !upper) {
      out += text[i];
      continue;
    }
    for (const char c : prefix) {
      out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    }
    i += 2;
  }
  return out;
}

}  // namespace sinew::deploy
