#include "training/tensorboard/tensorboard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <cstring>
#include <map>

#include "core/error.h"
#include "core/files.h"
#include "tests/core/temporary_folder.h"

namespace sinew::training {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;
using Points = std::vector<std::pair<std::string, float>>;

// A decoder that shares nothing with the writer: the protobuf wire format by hand, for the fields
// that are expected.
class Wire {
 public:
  explicit Wire(std::string_view bytes) : bytes_(bytes) {}

  bool done() const { return bytes_.empty(); }

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(Take(1)[0]);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  }

  template <class T>
  T Fixed() {
    T value;
    std::memcpy(&value, Take(sizeof(T)).data(), sizeof(T));
    return value;
  }

  std::string_view Take(size_t count) {
    if (count > bytes_.size()) throw std::runtime_error("message ends early");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }

 private:
  std::string_view bytes_;
};

struct DecodedEvent {
  double wall_time = 0;
  int64_t step = 0;
  std::string file_version;
  Points points;
  int session_status = 0;
};

constexpr uint64_t Key(int field, int wire_type) { return field << 3 | wire_type; }
constexpr int kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5;

std::pair<std::string, float> DecodeValue(Wire wire) {
  std::pair<std::string, float> point;
  while (!wire.done()) {
    switch (wire.Varint()) {
      case Key(1, kBytes):
        point.first = wire.Take(wire.Varint());
        break;
      case Key(2, kFixed32):
        point.second = wire.Fixed<float>();
        break;
      default:
        throw std::runtime_error("unexpected field in Value");
    }
  }
  return point;
}

DecodedEvent DecodeEvent(Wire wire) {
  DecodedEvent event;
  while (!wire.done()) {
    switch (wire.Varint()) {
      case Key(1, kFixed64):
        event.wall_time = wire.Fixed<double>();
        break;
      case Key(2, kVarint):
        event.step = static_cast<int64_t>(wire.Varint());
        break;
      case Key(3, kBytes):
        event.file_version = wire.Take(wire.Varint());
        break;
      case Key(5, kBytes): {
        Wire summary(wire.Take(wire.Varint()));
        while (!summary.done()) {
          if (summary.Varint() != Key(1, kBytes)) throw std::runtime_error("not a Value");
          event.points.push_back(DecodeValue(Wire(summary.Take(summary.Varint()))));
        }
        break;
      }
      case Key(7, kBytes): {
        Wire session(wire.Take(wire.Varint()));
        if (session.Varint() != Key(1, kVarint)) throw std::runtime_error("not a status");
        event.session_status = static_cast<int>(session.Varint());
        break;
      }
      default:
        throw std::runtime_error("unexpected field in Event");
    }
  }
  return event;
}

// Bitwise CRC-32C, masked; slow and obvious.
uint32_t ReferenceMaskedCrc(std::string_view bytes) {
  uint32_t crc = ~0u;
  for (unsigned char byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
  }
  return std::rotr(~crc, 15) + 0xA282EAD8u;
}

std::vector<DecodedEvent> ReadEvents(const std::filesystem::path& path) {
  const std::string bytes = ReadFile(path);
  std::vector<DecodedEvent> events;
  for (Wire wire(bytes); !wire.done();) {
    const std::string_view length = wire.Take(8);
    EXPECT_EQ(wire.Fixed<uint32_t>(), ReferenceMaskedCrc(length));
    const std::string_view message = wire.Take(Wire(length).Fixed<uint64_t>());
    EXPECT_EQ(wire.Fixed<uint32_t>(), ReferenceMaskedCrc(message));
    events.push_back(DecodeEvent(Wire(message)));
  }
  return events;
}

TEST(Crc32c, MatchesThePublishedVectors) {
  EXPECT_EQ(Crc32c(""), 0u);
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283u);
  // RFC 3720, B.4: 32 bytes of zeros, 32 bytes of ones
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(Crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
}

TEST(Crc32c, MaskRotatesAndAdds) {
  // E3069283 rotated right by 15 is 2507C60D; plus A282EAD8 is C78AB0E5
  EXPECT_EQ(MaskedCrc32c("123456789"), 0xC78AB0E5u);
}

TEST(EventFile, ReadsBackThroughAnIndependentDecoder) {
  TemporaryFolder folder;
  EventFile file(folder.path());
  file.Append(1000, std::vector<Metric>{{"train/return", -4.25}, {"train/loss", 0.1}});
  file.Append(int64_t{1} << 40, std::vector<Metric>{{"eval/mean", 0}});

  const auto events = ReadEvents(file.path());
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].file_version, "brain.Event:2");
  EXPECT_EQ(events[1].step, 1000);
  EXPECT_THAT(events[1].points,
              ElementsAre(Pair("train/return", -4.25f), Pair("train/loss", 0.1f)));
  EXPECT_EQ(events[2].step, int64_t{1} << 40);
  // a zero must be on disk, not be left out as a default
  EXPECT_THAT(events[2].points, ElementsAre(Pair("eval/mean", 0.0f)));
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  for (const auto& event : events) EXPECT_NEAR(event.wall_time, now, 60);
}

TEST(EventFile, WritesAZeroValueExplicitly) {
  TemporaryFolder folder;
  EventFile file(folder.path());
  const auto before = std::filesystem::file_size(file.path());
  file.Append(1, std::vector<Metric>{{"a", 0}});
  const auto zero = std::filesystem::file_size(file.path()) - before;
  file.Append(1, std::vector<Metric>{{"a", 1}});
  EXPECT_EQ(std::filesystem::file_size(file.path()) - before, 2 * zero);
}

TEST(EventFile, ResumeOpensAFileBesideAndPurgesLaterSteps) {
  TemporaryFolder folder;
  EventFile first(folder.path());
  EventFile second(folder.path(), 5000);
  EXPECT_NE(first.path(), second.path());
  EXPECT_LT(first.path(), second.path());
  EXPECT_THAT(first.path().filename().string(), StartsWith("events.out.tfevents."));

  const auto events = ReadEvents(second.path());
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].session_status, 1);  // START
  EXPECT_EQ(events[1].step, 5001);         // step 5000 stays
}

TEST(EventFile, FullDiskNamesTheFileAndKeepsWholeRecords) {
  TemporaryFolder folder;
  EventFile file(folder.path());
  file.Append(1, std::vector<Metric>{{"a", 1}});
  const auto size = std::filesystem::file_size(file.path());
  {
    FileSizeLimit limit(size + 20);
    try {
      file.Append(2, std::vector<Metric>{{"a", 2}});
      ADD_FAILURE() << "a record was written beyond the limit";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(file.path().string()));
    }
  }
  EXPECT_EQ(ReadEvents(file.path()).size(), 2u);
}

TEST(EventFile, MissingFolderIsAnErrorThatNamesIt) {
  EXPECT_THROW(EventFile("/no/such/folder"), Error);
}

}  // namespace
}  // namespace sinew::training
