#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sinew {

/// The candidate with the smallest edit distance (Damerau-Levenshtein) to `name`; empty if there is
/// none.
std::string NearestName(std::string_view name, std::span<const std::string> candidates);

/// One line: "unknown <what> 'reachr': did you mean 'reacher'? Known: pendulum, reacher".
std::string UnknownName(std::string_view what, std::string_view name,
                        std::span<const std::string> candidates);

/// The text fit for a message of one line: control characters are blanks, and none are at its end.
std::string OneLine(std::string text);

/// In small letters, as far as they are ASCII.
std::string Lower(std::string text);

}  // namespace sinew
