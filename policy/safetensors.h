#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/files.h"

namespace sinew::policy {

enum class DType { kF64, kI64, kU64, kF32, kI32, kU32, kF16, kBF16, kI16, kU16, kI8, kU8, kBool };

/// "F32", "I64", ... as the format writes them.
std::string_view DTypeName(DType dtype);
/// Bytes of one element.
size_t DTypeSize(DType dtype);

/// The dtype that stores a C++ type as it is.
template <class T>
constexpr DType DTypeOf() {
  if constexpr (std::is_same_v<T, double>) return DType::kF64;
  if constexpr (std::is_same_v<T, float>) return DType::kF32;
  if constexpr (std::is_same_v<T, int64_t>) return DType::kI64;
  if constexpr (std::is_same_v<T, uint64_t>) return DType::kU64;
  if constexpr (std::is_same_v<T, int32_t>) return DType::kI32;
  if constexpr (std::is_same_v<T, uint32_t>) return DType::kU32;
  if constexpr (std::is_same_v<T, int8_t>) return DType::kI8;
  if constexpr (std::is_same_v<T, uint8_t>) return DType::kU8;
}

/// Named tensors on their way into a file; little-endian, row-major, no code in it, readable by
/// every safetensors library.
///
/// Format: 8 bytes header length, JSON header, data
/// (https://github.com/huggingface/safetensors#format). Ours adds the metadata key "crc32": the
/// CRC-32 of the whole file with the eight digits of that value taken as zeros.
///
/// Holds views: the data must outlive the writer, and is written from where it lies.
class TensorWriter {
 public:
  /// @throws Error if the key is given twice or is "crc32".
  void SetMetadata(const std::string& key, std::string value);
  /// @throws Error if the name is given twice or `data` is not shape x dtype.
  void Add(const std::string& name, DType dtype, std::vector<int64_t> shape,
           std::span<const std::byte> data);
  template <class T>
  void Add(const std::string& name, std::vector<int64_t> shape, std::span<const T> values) {
    Add(name, DTypeOf<T>(), std::move(shape), std::as_bytes(values));
  }

  /// Atomic (see WriteFileAtomically). @throws Error if the disk is full or a name is not UTF-8.
  void Write(const std::filesystem::path& path, Flush flush = Flush::kYes) const;
  /// The same bytes in memory.
  std::string Serialize() const;

 private:
  struct Tensor {
    std::string name;
    DType dtype;
    std::vector<int64_t> shape;
    std::span<const std::byte> data;
  };
  // the file's pieces in order; the first view points into *head
  std::vector<std::string_view> Pieces(std::string* head) const;

  std::map<std::string, std::string> metadata_;
  std::vector<Tensor> tensors_;
};

/// A safetensors file, read and checked as a whole: lengths, offsets, dtypes, shapes, no gap, no
/// overlap, no name twice, and the CRC-32 where one is recorded. Nothing is allocated by a number
/// that was not first held against the file's size.
class TensorFile {
 public:
  /// @throws UserError naming the file and what is wrong with it.
  static TensorFile Read(const std::filesystem::path& path);
  /// @param source  stands for the file's name in messages.
  static TensorFile Parse(std::string bytes, std::string source);

  struct Tensor {
    DType dtype;
    std::vector<int64_t> shape;
    size_t begin = 0, size = 0;  // within the data [bytes]
  };
  const std::string& source() const { return source_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::map<std::string, Tensor>& tensors() const { return tensors_; }
  /// Whether the file recorded a CRC-32, which then has been verified.
  bool has_checksum() const { return metadata_.contains("crc32"); }

  /// @throws UserError if the file has no such entry, as the functions below.
  const std::string& Metadata(const std::string& key) const;
  const Tensor& At(const std::string& name) const;
  /// Valid as long as this object; not necessarily aligned.
  std::span<const std::byte> Data(const std::string& name) const;
  /// Fills `out` with the tensor. @throws UserError if dtype or number of elements differ.
  template <class T>
  void CopyTo(const std::string& name, std::span<T> out) const {
    CopyBytes(name, DTypeOf<T>(), std::as_writable_bytes(out));
  }
  /// All elements, row-major.
  template <class T>
  std::vector<T> Values(const std::string& name) const {
    std::vector<T> values(At(name).size / sizeof(T));
    CopyTo<T>(name, values);
    return values;
  }

 private:
  void ParseHeader(std::string_view header);
  void CheckLayout();
  void CheckCrc() const;
  void CopyBytes(const std::string& name, DType dtype, std::span<std::byte> out) const;
  [[noreturn]] void Fail(const std::string& what) const;

  std::string bytes_, source_;
  size_t data_begin_ = 0;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, Tensor> tensors_;
};

}  // namespace sinew::policy
