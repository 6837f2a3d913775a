#include "policy/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "core/error.h"
#include "core/files.h"

namespace sinew::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// a file as the format's description says: header length, header, data
std::string FileOf(const std::string& header, const std::string& data) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

std::string MessageOf(const std::string& bytes) {
  try {
    TensorFile::Parse(bytes, "x.safetensors");
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TensorWriter SmallWriter(const std::vector<float>& floats, const std::vector<uint8_t>& octets) {
  TensorWriter writer;
  writer.SetMetadata("note", "a \"quoted\" text with \"crc32\":\"00000000\" in it");
  writer.Add<uint8_t>("octets", {static_cast<int64_t>(octets.size())}, octets);
  writer.Add<float>("matrix", {2, 3}, floats);
  return writer;
}

class SafetensorsTest : public ::testing::Test {
 protected:
  std::vector<float> floats_{1, 2, 3, 4, 5, 6.5f};
  std::vector<uint8_t> octets_{7, 8, 9};
  std::string bytes_ = SmallWriter(floats_, octets_).Serialize();
};

TEST_F(SafetensorsTest, ReadsBackWhatWasWritten) {
  const TensorFile file = TensorFile::Parse(bytes_, "x");
  EXPECT_THAT(file.At("matrix").shape, ElementsAre(2, 3));
  EXPECT_EQ(file.Values<float>("matrix"), floats_);
  EXPECT_EQ(file.Values<uint8_t>("octets"), octets_);
  EXPECT_THAT(file.Metadata("note"), HasSubstr("\"quoted\""));
  EXPECT_TRUE(file.has_checksum());
}

TEST_F(SafetensorsTest, DataBeginsAlignedWithTheLargestElementsFirst) {
  const TensorFile file = TensorFile::Parse(bytes_, "x");
  uint64_t header = 0;
  std::memcpy(&header, bytes_.data(), 8);
  EXPECT_EQ(header % 8, 0u);
  EXPECT_EQ(file.At("matrix").begin, 0u);
  EXPECT_EQ(file.At("octets").begin, 24u);
}

TEST_F(SafetensorsTest, WritesTheSerializedBytesToTheFile) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "safetensors_test.bin";
  SmallWriter(floats_, octets_).Write(path);
  EXPECT_EQ(ReadFile(path), bytes_);
  EXPECT_EQ(TensorFile::Read(path).Values<float>("matrix"), floats_);
  std::filesystem::remove(path);
}

TEST_F(SafetensorsTest, FullDiskIsAnError) {
  EXPECT_THROW(SmallWriter(floats_, octets_).Write("/dev/full"), Error);
}

TEST_F(SafetensorsTest, EveryFlippedBitIsFound) {
  for (size_t i = 0; i < bytes_.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes_;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      try {
        // a flip within the key "crc32" leaves a valid file without a checksum, which says so
        EXPECT_FALSE(TensorFile::Parse(damaged, "x").has_checksum())
            << "byte " << i << " bit " << bit;
      } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("x: "));
      }
    }
  }
}

TEST_F(SafetensorsTest, EveryTruncationIsFound) {
  for (size_t size = 0; size < bytes_.size(); ++size) {
    EXPECT_NE(MessageOf(bytes_.substr(0, size)), "accepted") << size;
  }
}

TEST_F(SafetensorsTest, AccessErrorsNameTheTensor) {
  const TensorFile file = TensorFile::Parse(bytes_, "x");
  std::vector<float> short_buffer(5);
  std::vector<double> doubles(3);
  EXPECT_THROW(file.At("other"), UserError);
  EXPECT_THROW(file.Metadata("other"), UserError);
  EXPECT_THROW(file.CopyTo<float>("matrix", short_buffer), UserError);
  EXPECT_THROW(file.CopyTo<double>("matrix", doubles), UserError);
}

TEST(SafetensorsWriterTest, RefusesTakenNamesAndWrongSizes) {
  const std::vector<float> values(4);
  TensorWriter writer;
  writer.Add<float>("a", {4}, values);
  writer.SetMetadata("k", "v");
  EXPECT_THROW(writer.Add<float>("a", {4}, values), Error);
  EXPECT_THROW(writer.Add<float>("__metadata__", {4}, values), Error);
  EXPECT_THROW(writer.Add<float>("b", {5}, values), Error);
  EXPECT_THROW(writer.Add<float>("b", {-4}, values), Error);
  EXPECT_THROW(writer.SetMetadata("k", "w"), Error);
  EXPECT_THROW(writer.SetMetadata("crc32", "0"), Error);
  writer.Add<float>("\xff", {4}, values);
  EXPECT_THROW(writer.Serialize(), Error);
}

TEST(SafetensorsReaderTest, ReadsFilesOfOtherPrograms) {
  // one float 1.0, a scalar and an empty tensor, padded header, no checksum
  const std::string header =
      R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
      R"("e":{"shape":[0,7],"dtype":"F64","data_offsets":[4,4]},"__metadata__":{"format":"pt"}}   )";
  const TensorFile file = TensorFile::Parse(FileOf(header, std::string("\0\0\x80\x3f", 4)), "x");
  EXPECT_THAT(file.Values<float>("a"), ElementsAre(1.0f));
  EXPECT_TRUE(file.Values<double>("e").empty());
  EXPECT_EQ(file.Metadata("format"), "pt");
  EXPECT_FALSE(file.has_checksum());
}

struct BadFile {
  std::string header, message;
};

class BadHeaderTest : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadHeaderTest, IsRefusedWithTheReason) {
  const std::string message = MessageOf(FileOf(GetParam().header, std::string(8, 'd')));
  EXPECT_THAT(message, HasSubstr("x.safetensors: "));
  EXPECT_THAT(message, HasSubstr(GetParam().message));
  EXPECT_THAT(message, Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadHeaderTest,
    ::testing::Values(
        BadFile{"", "not valid JSON"}, BadFile{"[]", "not a JSON object"},
        BadFile{"{}", "8 bytes after the last tensor"}, BadFile{R"({"a":1})", "not described"},
        BadFile{std::string(200000, '['), "nested too deeply"},
        BadFile{"{\"\xff\":1}", "not valid JSON"}, BadFile{R"({"__metadata__":[]})", "metadata"},
        BadFile{R"({"__metadata__":{"a":1}})", "metadata 'a'"},
        BadFile{R"({"__metadata__":{"a":2e5831}})", "too large"},
        BadFile{R"({"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}})", "dtype 'F33'"},
        BadFile{R"({"a":{"shape":[2],"data_offsets":[0,8]}})", "no dtype"},
        BadFile{R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", "shape"},
        BadFile{R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", "shape"},
        BadFile{R"({"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}})", "shape"},
        BadFile{R"({"a":{"dtype":"F32","shape":[2]}})", "data_offsets"},
        BadFile{R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", "data_offsets"},
        BadFile{R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}})", "data_offsets"},
        BadFile{R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", "not its shape"},
        BadFile{R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})",
                "not its shape"},
        BadFile{R"({"a":{"dtype":"F32","shape":[1000],"data_offsets":[0,4000]}})", "truncated"},
        BadFile{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "begins at byte 4"},
        BadFile{R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                R"("b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                "begins at byte 4"},
        BadFile{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                R"("a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                "'a' is there twice"},
        BadFile{R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                R"("__metadata__":{"crc32":"00000000"}})",
                "damaged"}));

TEST(SafetensorsReaderTest, HeaderLongerThanTheFileIsRefused) {
  std::string bytes = FileOf("{}", "");
  for (const uint64_t length : {uint64_t{3}, uint64_t{200'000'000}, UINT64_MAX, UINT64_MAX - 7}) {
    std::memcpy(bytes.data(), &length, 8);
    EXPECT_THAT(MessageOf(bytes), HasSubstr("header of"));
  }
  EXPECT_THAT(MessageOf(""), HasSubstr("too short"));
}

}  // namespace
}  // namespace sinew::policy
