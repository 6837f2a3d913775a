// Runs a fuzz target over every file of the folders that are named, for compilers without
// libFuzzer.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>

#include "core/files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  int count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      const std::string bytes = sinew::ReadFile(entry.path());
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
      ++count;
    }
  }
  std::printf("%d inputs\n", count);
  // an empty corpus has tested nothing
  return count > 0 ? 0 : 1;
}
