#include "models/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "core/error.h"
#include "tests/core/scratch_file.h"

namespace sinew::models {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// One of everything that an archive carries.
struct Record {
  std::vector<float> floats{1.5f, -0.0f, std::numeric_limits<float>::denorm_min()};
  std::vector<double> fixed{0.1, 1e300};
  std::vector<int64_t> copied{-5, 7};
  double number = std::nextafter(1.0, 2.0);
  int64_t integer = std::numeric_limits<int64_t>::min();
  uint64_t word = ~uint64_t{0};
  std::string text = "a \"quoted\" line\nand umlauts: äö";
  Random random{3};

  void Serialize(Archive& archive) {
    archive.Values("floats", floats);
    archive.Values("fixed", std::span<double>(fixed));
    archive.CopiedValues("copied", copied);
    archive.Value("number", number);
    archive.Value("integer", integer);
    archive.Value("word", word);
    archive.Text("text", text);
    archive.Value("random", random);
  }
};

Record Blank() {
  Record record;
  record.floats = {};
  record.fixed = {0, 0};
  record.copied = {};
  record.number = 0;
  record.integer = 0;
  record.word = 0;
  record.text = "";
  record.random = Random(99);
  return record;
}

void Save(Record record, const std::filesystem::path& path) {
  Archive archive;
  EXPECT_FALSE(archive.loading());
  record.Serialize(archive);
  archive.Write(path);
}

TEST(ArchiveTest, BringsEverythingBack) {
  const ScratchFile file;
  Record saved, restored = Blank();
  saved.random.Normal();  // leaves a second normal number in the stream's state
  Save(saved, file.path());
  Archive archive(file.path());
  EXPECT_TRUE(archive.loading());
  restored.Serialize(archive);
  EXPECT_EQ(restored.floats, saved.floats);
  EXPECT_TRUE(std::signbit(restored.floats[1]));
  EXPECT_EQ(restored.fixed, saved.fixed);
  EXPECT_EQ(restored.copied, saved.copied);
  EXPECT_EQ(restored.number, saved.number);
  EXPECT_EQ(restored.integer, saved.integer);
  EXPECT_EQ(restored.word, saved.word);
  EXPECT_EQ(restored.text, saved.text);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(restored.random.Normal(), saved.random.Normal());
}

TEST(ArchiveTest, ValuesAreCopiedAndSpansAreViews) {
  const ScratchFile file;
  Archive archive;
  std::vector<float> view{1};
  {
    std::vector<double> short_lived{4};
    int64_t number = 6;
    archive.Values("view", view);
    archive.CopiedValues("copied", short_lived);
    archive.Value("number", number);
    short_lived[0] = number = 0;
  }
  view[0] = 2;
  archive.Write(file.path());
  Archive reader(file.path());
  std::vector<double> copied;
  int64_t number = 0;
  reader.Values("view", view);
  reader.CopiedValues("copied", copied);
  reader.Value("number", number);
  EXPECT_EQ(view[0], 2);
  EXPECT_EQ(copied, std::vector<double>{4});
  EXPECT_EQ(number, 6);
}

TEST(ArchiveTest, WhatDoesNotFitIsRefusedByName) {
  const ScratchFile file;
  Save(Record(), file.path());
  const auto load = [&](auto access) {
    return [&, access] {
      Archive archive(file.path());
      access(archive);
    };
  };
  const auto names_file = HasSubstr(file.path().string());
  const auto refused = [&](const char* what) {
    return ThrowsMessage<UserError>(AllOf(names_file, HasSubstr(what)));
  };
  std::vector<double> three(3);
  float narrow = 0;
  EXPECT_THAT(load([&](Archive& a) { a.Values("fixed", std::span<double>(three)); }),
              refused("fixed"));
  EXPECT_THAT(load([&](Archive& a) { a.Values("copied", three); }), refused("copied"));
  EXPECT_THAT(load([&](Archive& a) { a.Value("number", narrow); }), refused("number"));
  EXPECT_THAT(load([&](Archive& a) { a.Value("missing", narrow); }), refused("missing"));
  std::string text;
  EXPECT_THAT(load([&](Archive& a) { a.Text("missing", text); }), refused("missing"));
}

TEST(ArchiveTest, DamageIsSeenBeforeAnythingIsRead) {
  const ScratchFile file;
  Save(Record(), file.path());
  const auto size = std::filesystem::file_size(file.path());
  {
    std::fstream stream(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(size - 3));
    stream.put('\x55');
  }
  EXPECT_THAT([&] { Archive archive(file.path()); },
              ThrowsMessage<UserError>(HasSubstr(file.path().string())));
  Save(Record(), file.path());
  std::filesystem::resize_file(file.path(), size - 1);
  EXPECT_THROW(Archive archive(file.path()), UserError);
}

}  // namespace
}  // namespace sinew::models
