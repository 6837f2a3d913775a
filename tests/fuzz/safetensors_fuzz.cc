// The safetensors reader: any bytes give a file or a UserError, and every tensor of a file can be
// read.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/error.h"
#include "policy/safetensors.h"
#include "tests/fuzz/right_checksum.h"

namespace {

void Read(std::string bytes) {
  try {
    const auto file = sinew::policy::TensorFile::Parse(std::move(bytes), "fuzz");
    unsigned sum = 0;
    for (const auto& [name, tensor] : file.tensors()) {
      for (const std::byte byte : file.Data(name)) sum += static_cast<unsigned>(byte);
      if (tensor.dtype == sinew::policy::DType::kF32) {
        if (file.Values<float>(name).size() * sizeof(float) != tensor.size) std::abort();
      }
    }
    [[maybe_unused]] volatile unsigned used = sum;
  } catch (const sinew::UserError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  Read(bytes);
  Read(sinew::WithRightChecksum(bytes));
  return 0;
}
