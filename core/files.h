#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace sinew {

/// Whether writing waits until the disk has the bytes. Without it a file that is written again and
/// again costs no waiting, and may be lost when the power fails.
enum class Flush { kYes, kNo };

/// Writes `bytes` to `path` so that a reader sees the old file or the whole new one, never a part:
/// written beside, fsynced, renamed over the target, and the directory fsynced.
/// @throws Error naming the path and the cause (disk full, no permission); nothing is left behind
/// then.
void WriteFileAtomically(const std::filesystem::path& path, std::string_view bytes,
                         Flush flush = Flush::kYes);
/// The same for a file given as consecutive pieces, written from where they lie.
void WriteFileAtomically(const std::filesystem::path& path,
                         std::span<const std::string_view> pieces, Flush flush = Flush::kYes);

/// The whole file. @throws UserError if it does not exist or cannot be read.
std::string ReadFile(const std::filesystem::path& path);

/// Creates a fresh folder. @throws UserError if something stands at `path` already (nothing is
/// overwritten), naming a free name beside it; Error if it cannot be made.
void CreateFreshFolder(const std::filesystem::path& path);

/// CRC-32 (IEEE 802.3, as in zlib and PNG) of `bytes`, continuing from `crc`.
unsigned Crc32(std::string_view bytes, unsigned crc = 0);

/// FNV-1a, 64 bit, as 16 hexadecimal digits: identifies models, configs and policies in manifests.
std::string HashHex(std::string_view bytes);

}  // namespace sinew
