#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

#include "training/run/append_file.h"
#include "training/run/metrics_log.h"

namespace sinew::training {

/// CRC-32C (Castagnoli), the checksum of iSCSI. Source: RFC 3720, appendix B.4.
uint32_t Crc32c(std::string_view bytes);

/// The checksum as TFRecord files store it: rotated right by 15 bits plus a constant, so that the
/// checksum of data that holds checksums stays meaningful. Source: the TFRecord format in
/// TensorFlow's documentation.
uint32_t MaskedCrc32c(std::string_view bytes);

/// A TensorBoard event file: scalar curves that `tensorboard --logdir` draws while the run goes on.
///
/// TFRecord framing (length, its checksum, message, its checksum, all little-endian) around Event
/// messages. Every run and every resumed run has a file of its own, and TensorBoard merges what
/// lies in one folder. Not thread-safe.
class EventFile {
 public:
  /// Starts events.out.tfevents.<unix time>.<host> in `folder`, which must exist.
  /// @param resume_step  of a resumed run: tells TensorBoard to forget what older files say about
  /// later steps.
  /// @throws Error naming the file if it cannot be made or written.
  explicit EventFile(const std::filesystem::path& folder,
                     std::optional<int64_t> resume_step = std::nullopt);

  /// Appends one point to the curve of every metric; a '/' in a name groups curves. Values are kept
  /// as float32.
  /// @throws Error naming the file if the disk is full; the file then still ends with a whole
  /// record.
  void Append(int64_t step, std::span<const Metric> metrics);

  const std::filesystem::path& path() const { return file_.path(); }

 private:
  AppendFile file_;
};

}  // namespace sinew::training
