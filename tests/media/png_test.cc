#include "media/png.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include "core/error.h"
#include "core/files.h"
#include "tests/media/media_testing.h"

namespace sinew::media {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

sim::Image DecodePng(const std::string& bytes) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  EXPECT_TRUE(png_image_begin_read_from_memory(&png, bytes.data(), bytes.size())) << png.message;
  png.format = PNG_FORMAT_RGB;
  sim::Image image{static_cast<int>(png.width), static_cast<int>(png.height), {}};
  image.rgb.resize(PNG_IMAGE_SIZE(png));
  EXPECT_TRUE(png_image_finish_read(&png, nullptr, image.rgb.data(), 0, nullptr)) << png.message;
  return image;
}

TEST(Png, DecodesToTheSamePixels) {
  const TemporaryFolder folder;
  const sim::Image image = Noise(37, 21, 1);
  WritePng(folder / "a.png", image);
  const sim::Image back = DecodePng(ReadFile(folder / "a.png"));
  EXPECT_EQ(back.width, 37);
  EXPECT_EQ(back.height, 21);
  EXPECT_EQ(back.rgb, image.rgb);
  EXPECT_THAT(folder.Entries(), ElementsAre("a.png"));
}

TEST(Png, CarriesMetadata) {
  const std::string bytes = EncodePng(Plain(2, 2, 1, 2, 3), {{"Comment", "seed 7"}});
  EXPECT_THAT(bytes, HasSubstr(std::string("tEXtComment\0seed 7", 18)));
}

TEST(Png, RefusesAKeywordThatTheFormatHasNoRoomFor) {
  EXPECT_THROW(EncodePng(Plain(2, 2, 1, 2, 3), {{std::string(80, 'k'), "text"}}), Error);
  EXPECT_THROW(EncodePng(Plain(2, 2, 1, 2, 3), {{"", "text"}}), Error);
}

TEST(Png, RefusesAnImageWhoseSizeIsNotItsBytes) {
  sim::Image image = Plain(4, 4, 0, 0, 0);
  image.rgb.pop_back();
  EXPECT_THROW(EncodePng(image), Error);
  EXPECT_THROW(EncodePng(sim::Image{}), Error);
}

TEST(Png, AMissingFolderIsTheUsersError) {
  const TemporaryFolder folder;
  EXPECT_THROW(WritePng(folder / "no/such/a.png", Plain(2, 2, 0, 0, 0)), UserError);
  EXPECT_THROW(WritePng(folder.path(), Plain(2, 2, 0, 0, 0)), UserError);
}

TEST(Png, AFullDiskNamesTheFileAndLeavesNothing) {
  const TemporaryFolder folder;
  const FileSizeLimit limit(1000);
  try {
    WritePng(folder / "a.png", Noise(64, 64, 2));
    FAIL() << "wrote beyond the limit";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr((folder / "a.png").string()));
  }
  EXPECT_THAT(folder.Entries(), IsEmpty());
}

}  // namespace
}  // namespace sinew::media
