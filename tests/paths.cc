// Alone in knowing where it was compiled, so that a compiler cache finds every test of another
// checkout.
#include "tests/paths.h"

namespace sinew {

std::string SourceDir() { return SINEW_SOURCE_DIR; }
std::string BinaryDir() { return SINEW_BINARY_DIR; }

}  // namespace sinew
