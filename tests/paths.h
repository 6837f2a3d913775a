#pragma once

#include <string>

namespace sinew {

/// Root of the checkout that the tests were built from.
std::string SourceDir();
/// The folder that it was built in.
std::string BinaryDir();

}  // namespace sinew
