#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sinew::deploy {

/// A C identifier made from any text: lower-case letters, digits and single underscores, beginning
/// with a letter; "policy" where nothing is left of it. "arm-reach" gives "arm_reach".
std::string CIdentifier(std::string_view text);

/// A C string literal, quotes included, whose value is `text` whatever is in it.
std::string CString(std::string_view text);

/// `text` fit for the inside of a C block comment: one line of printable ASCII that cannot end the
/// comment.
std::string CComment(std::string_view text);

/// "static const float <name>[<size>] = {...};" with hexadecimal literals, which C99 and C++17 read
/// back exactly.
std::string CFloats(std::string_view name, std::span<const float> values);

/// "static const char *const <name>[<size>] = {...};"
std::string CStrings(std::string_view name, std::span<const std::string> texts);

/// `text` with @p@ replaced by the prefix and @P@ by the prefix in capitals.
std::string WithPrefix(std::string_view text, std::string_view prefix);

}  // namespace sinew::deploy
