#pragma once

#include <initializer_list>
#include <string>

#include "apps/common/command.h"

namespace sinew::apps {

/// Describes one subcommand.
using AddCommand = void (*)(CommandLine&);

/// What every one of the programs that make up `sinew` does: runs the subcommand that it is asked
/// for, or becomes the program beside it that has it, with the same arguments and the same process.
/// So whoever starts any of them gets every command, and each loads only what its own need.
/// @param program   as the table of commands calls it. @param commands  all that it has.
/// @return the exit code: 0 done, 1 failed, 2 a mistake in what was asked for; what went wrong is
/// told on stderr.
int RunProgram(const std::string& program, const Invocation& invocation,
               std::initializer_list<AddCommand> commands);

}  // namespace sinew::apps
