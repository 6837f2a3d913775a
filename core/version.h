#pragma once

#include <string>

namespace sinew {

/// What this binary was built from and how, as manifests and `--version` tell it.

/// "0.1.0"
std::string Version();
/// Git commit, 40 hexadecimal digits, with "-dirty" behind it if tracked files had been changed;
/// "unknown" if it was not built from a Git checkout.
std::string Commit();
/// "Release", "Debug", ...
std::string BuildType();
/// "GNU 12.2.0"
std::string Compiler();

}  // namespace sinew
