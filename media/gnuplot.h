#pragma once

#include <string>
#include <string_view>

namespace sinew::media {

/// What gnuplot writes to its standard output for `script`. No start-up file of the user is read.
/// @throws Error if gnuplot is not installed (naming the package) or rejects the script.
std::string RunGnuplot(std::string_view script);

/// `text` as a gnuplot string constant that stands for exactly this text. All but letters, spaces
/// and UTF-8 sequences are octal escapes, so that no character has a meaning left (digits too:
/// gnuplot would read on into one that follows an escape). Control characters become spaces.
std::string GnuplotQuoted(std::string_view text);

}  // namespace sinew::media
