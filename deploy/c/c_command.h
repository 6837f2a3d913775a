#pragma once

#include <string>

#include "spec/contract.h"

namespace sinew::deploy {

/// What the header says of a bad status: what is in the array then, and what that means.
std::string CSafety(const spec::Contract& contract);

/// "yaw, -2 to 2 N·m" or "yaw, position -2.5 to 2.5 rad, gives -6 to 6 N·m: ...".
std::string CommandLine(const spec::ActionElement& element);

/// Limits of commands and of what comes of them, and the gains of servos, as C arrays.
std::string CCommandArrays(const spec::Contract& contract);

/// From normalised actions to commands within the limits, and what a servo makes of them. Programs
/// call @p@_command, whatever the commands are, or @p@_step of a policy that remembers.
std::string CCommand(const spec::Contract& contract, bool stochastic, bool state);

}  // namespace sinew::deploy
