#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "core/files.h"

namespace sinew {
namespace {

using CrcTables = std::array<std::array<uint32_t, 256>, 8>;

// tables[k][b]: what byte b contributes to the CRC when k more bytes follow it in a group of eight
constexpr CrcTables MakeCrcTables() {
  constexpr uint32_t kPolynomial = 0xedb88320;  // IEEE 802.3, bits reversed
  CrcTables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < tables.size(); ++k) {
    for (uint32_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr CrcTables kCrcTables = MakeCrcTables();

}  // namespace

// eight bytes a step ("slicing-by-8", Kounavis & Berry 2005): checkpoints hold replay buffers of
// hundreds of MB
unsigned Crc32(std::string_view bytes, unsigned crc) {
  crc = ~crc;
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint32_t next = 0;
    for (size_t i = 0; i < 8; ++i) {
      const uint32_t mixed = i < 4 ? byte(i) ^ ((crc >> (8 * i)) & 0xff) : byte(i);
      next ^= kCrcTables[7 - i][mixed];
    }
    crc = next;
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    crc = (crc >> 8) ^ kCrcTables[0][(crc ^ byte(i)) & 0xff];
  }
  return ~crc;
}

std::string HashHex(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (unsigned char c : bytes) hash = (hash ^ c) * 0x100000001b3ull;
  return fmt::format("{:016x}", hash);
}

}  // namespace sinew
