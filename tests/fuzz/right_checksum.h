#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "core/files.h"

namespace sinew {

/// The file with the CRC-32 that it should have, if it records one: else a fuzzer would never come
/// past the checksum.
inline std::string WithRightChecksum(std::string bytes) {
  constexpr std::string_view kEntry = "\"crc32\":\"";
  constexpr size_t kHeaderLength = 8, kDigits = 8;
  const size_t entry = bytes.find(kEntry, kHeaderLength);
  if (entry == std::string::npos || entry + kEntry.size() + kDigits > bytes.size()) return bytes;
  const size_t at = entry + kEntry.size();
  bytes.replace(at, kDigits, std::string(kDigits, '0'));
  char digits[kDigits + 1];
  std::snprintf(digits, sizeof digits, "%08x", Crc32(bytes));
  bytes.replace(at, kDigits, digits, kDigits);
  return bytes;
}

}  // namespace sinew
