#include "training/tensorboard/tensorboard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>

#include "core/error.h"
#include "training/tensorboard/event.pb.h"

namespace sinew::training {
namespace {

// Remainders of all bytes for the reflected Castagnoli polynomial.
constexpr std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0x82F63B78u : 0);
    table[byte] = crc;
  }
  return table;
}

double SecondsSinceEpoch() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string HostName() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 && name[0] != 0 ? name.data() : "localhost";
}

// A file of its own even for two runs that start in the same second; names sort by the time they
// were made.
AppendFile CreateEventFile(const std::filesystem::path& folder) {
  const std::string name = fmt::format("events.out.tfevents.{:010}.{}",
                                       static_cast<int64_t>(SecondsSinceEpoch()), HostName());
  std::filesystem::path path = folder / name;
  for (int i = 1; std::filesystem::exists(path); ++i) path = folder / fmt::format("{}.{}", name, i);
  return AppendFile(path, AppendFile::Mode::kCreate);
}

template <class Integer>
void PutLittleEndian(Integer value, std::string& out) {
  for (size_t byte = 0; byte < sizeof(Integer); ++byte) {
    out.push_back(static_cast<char>((value >> (8 * byte)) & 0xFF));
  }
}

std::string Record(const events::Event& event) {
  const std::string message = event.SerializeAsString();
  std::string record;
  PutLittleEndian<uint64_t>(message.size(), record);
  PutLittleEndian<uint32_t>(MaskedCrc32c(record), record);
  record += message;
  PutLittleEndian<uint32_t>(MaskedCrc32c(message), record);
  return record;
}

events::Event EventNow(int64_t step) {
  events::Event event;
  event.set_wall_time(SecondsSinceEpoch());
  event.set_step(step);
  return event;
}

}  // namespace

uint32_t Crc32c(std::string_view bytes) {
  static constexpr auto kTable = MakeCrcTable();
  uint32_t crc = 0xFFFFFFFFu;
  for (char c : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~crc;
}

uint32_t MaskedCrc32c(std::string_view bytes) {
  const uint32_t crc = Crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
}

EventFile::EventFile(const std::filesystem::path& folder, std::optional<int64_t> resume_step)
    : file_(CreateEventFile(folder)) {
  events::Event version = EventNow(0);
  version.set_file_version("brain.Event:2");
  file_.Append(Record(version));
  if (resume_step) {
    // TensorBoard purges points at this step and beyond when it meets a start mark
    events::Event start = EventNow(*resume_step + 1);
    start.mutable_session_log()->set_status(events::SessionLog::START);
    file_.Append(Record(start));
  }
}

void EventFile::Append(int64_t step, std::span<const Metric> metrics) {
  events::Event event = EventNow(step);
  for (const Metric& metric : metrics) {
    events::Summary::Value* value = event.mutable_summary()->add_value();
    value->set_tag(metric.name);
    value->set_simple_value(static_cast<float>(metric.value));
  }
  file_.Append(Record(event));
}

}  // namespace sinew::training
