#include "media/video_writer.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "core/files.h"
#include "tests/media/media_testing.h"

namespace sinew::media {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Film {
  double fps = 0;
  double seconds = 0;
  std::vector<sim::Image> frames;
};

sim::Image ToRgb(const AVFrame* frame) {
  sim::Image image{frame->width, frame->height, {}};
  image.rgb.resize(3 * static_cast<size_t>(frame->width) * frame->height);
  SwsContext* scaler = sws_getContext(
      frame->width, frame->height, static_cast<AVPixelFormat>(frame->format), frame->width,
      frame->height, AV_PIX_FMT_RGB24, SWS_BILINEAR, nullptr, nullptr, nullptr);
  const bool bt709 = frame->colorspace == AVCOL_SPC_BT709;
  sws_setColorspaceDetails(scaler, sws_getCoefficients(bt709 ? SWS_CS_ITU709 : SWS_CS_DEFAULT), 0,
                           sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
  uint8_t* planes[] = {image.rgb.data()};
  const int strides[] = {3 * frame->width};
  sws_scale(scaler, frame->data, frame->linesize, 0, frame->height, planes, strides);
  sws_freeContext(scaler);
  return image;
}

// all frames of a video file, by FFmpeg's own decoder
Film Decode(const std::filesystem::path& path) {
  Film film;
  AVFormatContext* demuxer = nullptr;
  if (avformat_open_input(&demuxer, path.c_str(), nullptr, nullptr) < 0) {
    ADD_FAILURE() << path << " is not a video";
    return film;
  }
  avformat_find_stream_info(demuxer, nullptr);
  const AVStream* stream = demuxer->streams[0];
  film.fps = av_q2d(stream->avg_frame_rate);
  film.seconds = static_cast<double>(demuxer->duration) / AV_TIME_BASE;
  AVCodecContext* codec = avcodec_alloc_context3(avcodec_find_decoder(stream->codecpar->codec_id));
  avcodec_parameters_to_context(codec, stream->codecpar);
  avcodec_open2(codec, codec->codec, nullptr);
  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  bool more = true;
  while (more) {
    more = av_read_frame(demuxer, packet) >= 0;
    avcodec_send_packet(codec, more ? packet : nullptr);
    while (avcodec_receive_frame(codec, frame) >= 0) film.frames.push_back(ToRgb(frame));
    av_packet_unref(packet);
  }
  av_frame_free(&frame);
  av_packet_free(&packet);
  avcodec_free_context(&codec);
  avformat_close_input(&demuxer);
  return film;
}

// Frame k is plain: its red says which one it is.
sim::Image Numbered(int k) { return Plain(64, 48, static_cast<uint8_t>(40 + 6 * k), 60, 200); }

void ExpectNumbered(const Film& film, int tolerance) {
  ASSERT_THAT(film.frames, SizeIs(30));
  for (int k = 0; k < 30; ++k) {
    ASSERT_EQ(film.frames[k].width, 64);
    ASSERT_EQ(film.frames[k].height, 48);
    const uint8_t* centre = &film.frames[k].rgb[3 * (64 * 24 + 32)];
    EXPECT_NEAR(centre[0], 40 + 6 * k, tolerance) << "frame " << k;
    EXPECT_NEAR(centre[1], 60, tolerance) << "frame " << k;
    EXPECT_NEAR(centre[2], 200, tolerance) << "frame " << k;
  }
}

void WriteNumbered(const std::filesystem::path& out, double fps) {
  const auto writer = OpenVideo(out, {.width = 64, .height = 48, .fps = fps});
  for (int k = 0; k < 30; ++k) writer->Add(Numbered(k));
  writer->Finish();
}

TEST(VideoWriter, Mp4DecodesToTheFramesGiven) {
  const TemporaryFolder folder;
  WriteNumbered(folder / "a.mp4", 25);
  const Film film = Decode(folder / "a.mp4");
  ExpectNumbered(film, 6);
  EXPECT_DOUBLE_EQ(film.fps, 25);
  EXPECT_NEAR(film.seconds, 30 / 25.0, 0.01);
  EXPECT_THAT(folder.Entries(), ElementsAre("a.mp4"));
}

TEST(VideoWriter, Mp4StartsPlayingBeforeItIsAllThere) {
  const TemporaryFolder folder;
  WriteNumbered(folder / "a.mp4", 30);
  const std::string bytes = ReadFile(folder / "a.mp4");
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
}

TEST(VideoWriter, Mp4CutsAnOddSizeToAnEvenOne) {
  const TemporaryFolder folder;
  const auto writer = OpenVideo(folder / "a.mp4", {.width = 65, .height = 49});
  writer->Add(Plain(65, 49, 10, 200, 30));
  writer->Finish();
  const Film film = Decode(folder / "a.mp4");
  ASSERT_THAT(film.frames, SizeIs(1));
  EXPECT_EQ(film.frames[0].width, 64);
  EXPECT_EQ(film.frames[0].height, 48);
}

TEST(VideoWriter, GifDecodesToTheFramesGiven) {
  const TemporaryFolder folder;
  WriteNumbered(folder / "a.GIF", 20);
  const Film film = Decode(folder / "a.GIF");
  ExpectNumbered(film, 4);
  EXPECT_NEAR(film.seconds, 30 / 20.0, 0.01);
}

TEST(VideoWriter, AFolderGetsNumberedFrames) {
  const TemporaryFolder folder;
  const auto writer = OpenVideo(folder / "frames/", {.width = 64, .height = 48});
  for (int k = 0; k < 3; ++k) writer->Add(Numbered(k));
  writer->Finish();
  for (const char* name : {"frame_00000.png", "frame_00001.png", "frame_00002.png"}) {
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "frames" / name)) << name;
  }
}

TEST(VideoWriter, APatternNumbersItsFrames) {
  const TemporaryFolder folder;
  const auto writer = OpenVideo(folder / "x%03d.png", {.width = 64, .height = 48});
  for (int k = 0; k < 2; ++k) writer->Add(Numbered(k));
  writer->Finish();
  EXPECT_THAT(folder.Entries(), ElementsAre("x000.png", "x001.png"));
}

TEST(VideoWriter, NumberedFramesNeverMixWithOlderOnes) {
  const TemporaryFolder folder;
  std::ofstream(folder / "x0.png") << "older";
  EXPECT_THROW(OpenVideo(folder / "x%d.png", {}), UserError);
  EXPECT_EQ(ReadFile(folder / "x0.png"), "older");
}

TEST(VideoWriter, UnknownNamesListTheValidOnes) {
  const TemporaryFolder folder;
  for (const char* name : {"a.avi", "a", "a.mp4.txt"}) {
    try {
      OpenVideo(folder / name, {});
      ADD_FAILURE() << name << " was taken";
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(),
                  AllOf(HasSubstr(name), HasSubstr(".mp4"), HasSubstr(".gif"), HasSubstr(".png")));
    }
  }
  EXPECT_THROW(OpenVideo(folder / "frame.png", {}), UserError);
  EXPECT_THROW(OpenVideo(folder / "a%d%d.png", {}), UserError);
  EXPECT_THROW(OpenVideo(folder / "a%s.png", {}), UserError);
  EXPECT_THAT(folder.Entries(), IsEmpty());
}

TEST(VideoWriter, RefusesSizesRatesAndFoldersThatWillNotDo) {
  const TemporaryFolder folder;
  EXPECT_THROW(OpenVideo(folder / "a.mp4", {.width = 0}), UserError);
  EXPECT_THROW(OpenVideo(folder / "a.mp4", {.fps = 0}), UserError);
  EXPECT_THROW(OpenVideo(folder / "a.gif", {.fps = 60}), UserError);
  EXPECT_THROW(OpenVideo(folder / "a.mp4", {.crf = 52}), UserError);
  EXPECT_THROW(OpenVideo(folder / "no/folder/a.mp4", {}), UserError);
  EXPECT_THROW(OpenVideo(folder / "no/folder/frames/", {}), UserError);
  EXPECT_THAT(folder.Entries(), IsEmpty());
}

class EveryKind : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(VideoWriter, EveryKind,
                         ::testing::Values("a.mp4", "a.gif", "a%05d.png", "frames/"),
                         [](const auto& info) {
                           return std::string("Kind") + std::to_string(info.index);
                         });

TEST_P(EveryKind, WithoutFinishLeavesNothing) {
  const TemporaryFolder folder;
  {
    const auto writer = OpenVideo(folder / GetParam(), {.width = 64, .height = 48});
    writer->Add(Numbered(0));
  }
  EXPECT_THAT(folder.Entries(), IsEmpty());
}

TEST_P(EveryKind, WithoutFramesIsAnErrorAndLeavesNothing) {
  const TemporaryFolder folder;
  EXPECT_THROW(OpenVideo(folder / GetParam(), {.width = 64, .height = 48})->Finish(), Error);
  EXPECT_THAT(folder.Entries(), IsEmpty());
}

TEST_P(EveryKind, AFrameOfAnotherSizeIsAnError) {
  const TemporaryFolder folder;
  const auto writer = OpenVideo(folder / GetParam(), {.width = 64, .height = 48});
  EXPECT_THROW(writer->Add(Plain(48, 64, 0, 0, 0)), Error);
}

TEST_P(EveryKind, AFullDiskNamesTheFileAndLeavesNothing) {
  const TemporaryFolder folder;
  const FileSizeLimit limit(10000);
  std::string message;
  try {
    const auto writer = OpenVideo(folder / GetParam(), {.width = 256, .height = 256});
    for (uint32_t k = 0; k < 30; ++k) writer->Add(Noise(256, 256, k));
    writer->Finish();
  } catch (const Error& error) {
    message = error.what();
  }
  EXPECT_THAT(message, HasSubstr(folder.path().string()));
  EXPECT_THAT(folder.Entries(), IsEmpty());
}

TEST(VideoWriter, AnOlderFileStaysUntilTheNewOneIsComplete) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.mp4") << "older";
  {
    const auto writer = OpenVideo(folder / "a.mp4", {.width = 64, .height = 48});
    writer->Add(Numbered(0));
  }
  EXPECT_EQ(ReadFile(folder / "a.mp4"), "older");
  WriteNumbered(folder / "a.mp4", 30);
  EXPECT_THAT(Decode(folder / "a.mp4").frames, SizeIs(30));
}

}  // namespace
}  // namespace sinew::media
