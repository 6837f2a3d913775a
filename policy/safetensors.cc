#include "policy/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/files.h"

namespace sinew::policy {
namespace {

using Json = nlohmann::json;

static_assert(std::endian::native == std::endian::little,
              "tensors are written as they lie in memory");

constexpr size_t kLengthBytes = 8;
constexpr size_t kMaxHeader = 100'000'000;  // the limit of the reference implementation
constexpr int kMaxDepth = 2;                // {"name": {"shape": [...]}}
constexpr std::string_view kMetadata = "__metadata__";
constexpr std::string_view kCrcEntry = R"("crc32":")";
constexpr std::string_view kCrcZero = "00000000";

struct DTypeInfo {
  DType dtype;
  std::string_view name;
  size_t size;
};
constexpr std::array<DTypeInfo, 13> kDTypes{{{DType::kF64, "F64", 8},
                                             {DType::kI64, "I64", 8},
                                             {DType::kU64, "U64", 8},
                                             {DType::kF32, "F32", 4},
                                             {DType::kI32, "I32", 4},
                                             {DType::kU32, "U32", 4},
                                             {DType::kF16, "F16", 2},
                                             {DType::kBF16, "BF16", 2},
                                             {DType::kI16, "I16", 2},
                                             {DType::kU16, "U16", 2},
                                             {DType::kI8, "I8", 1},
                                             {DType::kU8, "U8", 1},
                                             {DType::kBool, "BOOL", 1}}};

const DTypeInfo& Info(DType dtype) { return kDTypes[static_cast<size_t>(dtype)]; }

// a name from a file of unknown origin, fit for a one-line message
std::string Printable(std::string_view text) {
  constexpr size_t kLongest = 60;
  std::string out;
  for (const char c : text.substr(0, kLongest)) out += c >= ' ' && c <= '~' ? c : '?';
  return text.size() > kLongest ? out + "..." : out;
}

// bytes of a tensor; nothing if the product does not fit or a size is negative
std::optional<size_t> ByteSize(DType dtype, const std::vector<int64_t>& shape) {
  size_t bytes = DTypeSize(dtype);
  for (const int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(bytes, static_cast<size_t>(size), &bytes)) return {};
  }
  return bytes;
}

std::string_view AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// CRC-32 of pieces that follow one another, the eight digits at `digits` in the first one taken as
// zeros
std::string Checksum(std::span<const std::string_view> pieces, size_t digits) {
  unsigned crc = Crc32(pieces[0].substr(0, digits));
  crc = Crc32(kCrcZero, crc);
  crc = Crc32(pieces[0].substr(digits + kCrcZero.size()), crc);
  for (const std::string_view piece : pieces.subspan(1)) crc = Crc32(piece, crc);
  return fmt::format("{:08x}", crc);
}

struct BadHeader {
  std::string what;
};

// nlohmann's parser takes the last of two equal keys and any depth; a header may have neither
Json ParseStrictly(std::string_view header) {
  std::vector<std::set<std::string>> keys;
  const auto check = [&keys](int depth, Json::parse_event_t event, Json& value) {
    using Event = Json::parse_event_t;
    if ((event == Event::object_start || event == Event::array_start) && depth > kMaxDepth) {
      throw BadHeader{"the header is nested too deeply"};
    }
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(value.get<std::string>()).second) {
      throw BadHeader{fmt::format("'{}' is there twice", Printable(value.get<std::string>()))};
    }
    return true;
  };
  try {
    return Json::parse(header, check);
  } catch (const Json::parse_error& error) {
    throw BadHeader{fmt::format("the header is not valid JSON at byte {}", error.byte)};
  } catch (const Json::out_of_range&) {
    throw BadHeader{"a number in the header is too large"};
  }
}

DType ParseDType(const std::string& tensor, const Json& entry) {
  if (entry.contains("dtype") && entry["dtype"].is_string()) {
    const auto& name = entry["dtype"].get_ref<const std::string&>();
    for (const DTypeInfo& info : kDTypes) {
      if (info.name == name) return info.dtype;
    }
    throw BadHeader{fmt::format("tensor '{}' has the unknown dtype '{}'", tensor, Printable(name))};
  }
  throw BadHeader{fmt::format("tensor '{}' has no dtype", tensor)};
}

std::vector<int64_t> ParseIntegers(const std::string& tensor, const Json& entry, const char* key) {
  const BadHeader bad{fmt::format("tensor '{}': {} is not a list of sizes", tensor, key)};
  if (!entry.contains(key) || !entry[key].is_array()) throw bad;
  std::vector<int64_t> values;
  for (const Json& value : entry[key]) {
    if (!value.is_number_unsigned() || value.get<uint64_t>() > INT64_MAX) throw bad;
    values.push_back(value.get<int64_t>());
  }
  return values;
}

TensorFile::Tensor ParseTensor(const std::string& key, const Json& entry) {
  const std::string name = Printable(key);
  if (!entry.is_object()) throw BadHeader{fmt::format("tensor '{}' is not described", name)};
  TensorFile::Tensor tensor{ParseDType(name, entry), ParseIntegers(name, entry, "shape"), 0, 0};
  const auto offsets = ParseIntegers(name, entry, "data_offsets");
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    throw BadHeader{fmt::format("tensor '{}': data_offsets are not [begin, end]", name)};
  }
  tensor.begin = static_cast<size_t>(offsets[0]);
  tensor.size = static_cast<size_t>(offsets[1] - offsets[0]);
  if (ByteSize(tensor.dtype, tensor.shape) != tensor.size) {
    throw BadHeader{fmt::format("tensor '{}': {} bytes are not its shape in {}", name, tensor.size,
                                DTypeName(tensor.dtype))};
  }
  return tensor;
}

}  // namespace

std::string_view DTypeName(DType dtype) { return Info(dtype).name; }
size_t DTypeSize(DType dtype) { return Info(dtype).size; }

void TensorWriter::SetMetadata(const std::string& key, std::string value) {
  if (key == "crc32" || !metadata_.emplace(key, std::move(value)).second) {
    throw Error(fmt::format("metadata key '{}' is taken", key));
  }
}

void TensorWriter::Add(const std::string& name, DType dtype, std::vector<int64_t> shape,
                       std::span<const std::byte> data) {
  const auto same_name = [&](const Tensor& tensor) { return tensor.name == name; };
  if (name == kMetadata || std::ranges::any_of(tensors_, same_name)) {
    throw Error(fmt::format("tensor name '{}' is taken", name));
  }
  if (ByteSize(dtype, shape) != data.size()) {
    throw Error(fmt::format("tensor '{}': {} bytes are not its shape in {}", name, data.size(),
                            DTypeName(dtype)));
  }
  tensors_.push_back({name, dtype, std::move(shape), data});
}

std::vector<std::string_view> TensorWriter::Pieces(std::string* head) const {
  // larger elements first, so that every tensor lies aligned
  std::vector<const Tensor*> order;
  for (const Tensor& tensor : tensors_) order.push_back(&tensor);
  std::ranges::stable_sort(order, std::greater{},
                           [](const Tensor* t) { return DTypeSize(t->dtype); });

  Json header{{kMetadata, metadata_}};
  header[kMetadata]["crc32"] = kCrcZero;
  size_t offset = 0;
  for (const Tensor* tensor : order) {
    header[tensor->name] = {{"dtype", DTypeName(tensor->dtype)},
                            {"shape", tensor->shape},
                            {"data_offsets", {offset, offset + tensor->data.size()}}};
    offset += tensor->data.size();
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const Json::type_error&) {
    throw Error("a tensor's name or the metadata is not UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const uint64_t length = text.size();
  head->assign(reinterpret_cast<const char*>(&length), kLengthBytes);
  *head += text;

  std::vector<std::string_view> pieces{*head};
  for (const Tensor* tensor : order) pieces.push_back(AsText(tensor->data));
  const size_t digits = head->find(kCrcEntry) + kCrcEntry.size();
  head->replace(digits, kCrcZero.size(), Checksum(pieces, digits));
  return pieces;
}

void TensorWriter::Write(const std::filesystem::path& path, Flush flush) const {
  std::string head;
  WriteFileAtomically(path, Pieces(&head), flush);
}

std::string TensorWriter::Serialize() const {
  std::string head, bytes;
  for (const std::string_view piece : Pieces(&head)) bytes += piece;
  return bytes;
}

TensorFile TensorFile::Read(const std::filesystem::path& path) {
  return Parse(ReadFile(path), path.string());
}

TensorFile TensorFile::Parse(std::string bytes, std::string source) {
  TensorFile file;
  file.bytes_ = std::move(bytes);
  file.source_ = std::move(source);
  uint64_t length = 0;
  if (file.bytes_.size() < kLengthBytes) file.Fail("too short to be a safetensors file");
  std::memcpy(&length, file.bytes_.data(), kLengthBytes);
  if (length > kMaxHeader || length > file.bytes_.size() - kLengthBytes) {
    file.Fail(
        fmt::format("not a safetensors file, or truncated: a header of {} bytes in a file of {}",
                    length, file.bytes_.size()));
  }
  file.data_begin_ = kLengthBytes + length;
  try {
    file.ParseHeader(std::string_view(file.bytes_).substr(kLengthBytes, length));
    file.CheckLayout();
  } catch (const BadHeader& bad) {
    file.Fail(bad.what);
  }
  file.CheckCrc();
  return file;
}

void TensorFile::ParseHeader(std::string_view header) {
  const Json json = ParseStrictly(header);
  if (!json.is_object()) throw BadHeader{"the header is not a JSON object"};
  for (const auto& [key, entry] : json.items()) {
    if (key != kMetadata) {
      tensors_.emplace(key, ParseTensor(key, entry));
      continue;
    }
    if (!entry.is_object()) throw BadHeader{"the metadata is not a JSON object"};
    for (const auto& [name, value] : entry.items()) {
      if (!value.is_string()) {
        throw BadHeader{fmt::format("metadata '{}' is not a string", Printable(name))};
      }
      metadata_[name] = value.get<std::string>();
    }
  }
}

void TensorFile::CheckLayout() {
  std::vector<const std::pair<const std::string, Tensor>*> order;
  for (const auto& entry : tensors_) order.push_back(&entry);
  std::ranges::sort(order, {}, [](const auto* entry) {
    return std::pair(entry->second.begin, entry->second.size);
  });
  const size_t available = bytes_.size() - data_begin_;
  size_t expected = 0;
  for (const auto* entry : order) {
    const auto& [name, tensor] = *entry;
    if (tensor.begin != expected) {
      throw BadHeader{fmt::format("tensor '{}' begins at byte {} of the data, {} was due",
                                  Printable(name), tensor.begin, expected)};
    }
    if (tensor.size > available - expected) {
      throw BadHeader{fmt::format("truncated: tensor '{}' ends at byte {} of {} of the data",
                                  Printable(name), tensor.begin + tensor.size, available)};
    }
    expected += tensor.size;
  }
  if (expected != available) {
    throw BadHeader{fmt::format("{} bytes after the last tensor", available - expected)};
  }
}

void TensorFile::CheckCrc() const {
  if (!has_checksum()) return;
  const size_t entry = bytes_.find(kCrcEntry, kLengthBytes);
  const size_t digits = entry + kCrcEntry.size();
  const std::string_view all[] = {bytes_};
  if (entry == std::string::npos || digits + kCrcZero.size() > data_begin_ ||
      Checksum(all, digits) != metadata_.at("crc32")) {
    Fail("damaged: its CRC-32 is not the one recorded");
  }
}

const std::string& TensorFile::Metadata(const std::string& key) const {
  const auto found = metadata_.find(key);
  if (found == metadata_.end()) Fail(fmt::format("no metadata '{}'", key));
  return found->second;
}

const TensorFile::Tensor& TensorFile::At(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) Fail(fmt::format("no tensor '{}'", name));
  return found->second;
}

std::span<const std::byte> TensorFile::Data(const std::string& name) const {
  const Tensor& tensor = At(name);
  return std::as_bytes(std::span(bytes_)).subspan(data_begin_ + tensor.begin, tensor.size);
}

void TensorFile::CopyBytes(const std::string& name, DType dtype, std::span<std::byte> out) const {
  const Tensor& tensor = At(name);
  if (tensor.dtype != dtype || tensor.size != out.size()) {
    Fail(fmt::format("tensor '{}' has {} bytes of {}, expected {} of {}", name, tensor.size,
                     DTypeName(tensor.dtype), out.size(), DTypeName(dtype)));
  }
  std::ranges::copy(Data(name), out.begin());
}

void TensorFile::Fail(const std::string& what) const {
  throw UserError(fmt::format("{}: {}", source_, what));
}

}  // namespace sinew::policy
