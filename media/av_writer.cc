#include "media/av_writer.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"
#include "media/gif_palette.h"
#include "media/part_file.h"

namespace sinew::media {
namespace {

struct Deleter {
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
  void operator()(AVFormatContext* p) const {
    if (p->pb) avio_closep(&p->pb);
    avformat_free_context(p);
  }
};
template <typename T>
using Owned = std::unique_ptr<T, Deleter>;

// Fills a frame of the encoder's pixel format from RGB.
class Painter {
 public:
  virtual ~Painter() = default;
  virtual void Paint(const sim::Image& image, AVFrame* frame) = 0;
};

// To YCbCr with BT.709's matrix and limited range, as the stream is tagged.
class YuvPainter : public Painter {
 public:
  explicit YuvPainter(const AVCodecContext* codec)
      : scaler_(sws_getContext(codec->width, codec->height, AV_PIX_FMT_RGB24, codec->width,
                               codec->height, codec->pix_fmt,
                               SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, nullptr,
                               nullptr, nullptr)) {
    const int* rgb = sws_getCoefficients(SWS_CS_DEFAULT);
    const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
    sws_setColorspaceDetails(scaler_.get(), rgb, 1, bt709, 0, 0, 1 << 16, 1 << 16);
  }
  void Paint(const sim::Image& image, AVFrame* frame) override {
    const uint8_t* planes[] = {image.rgb.data()};
    const int strides[] = {3 * image.width};
    sws_scale(scaler_.get(), planes, strides, 0, frame->height, frame->data, frame->linesize);
  }

 private:
  Owned<SwsContext> scaler_;
};

class GifPainter : public Painter {
 public:
  void Paint(const sim::Image& image, AVFrame* frame) override {
    palette_.Quantize(image, frame->data[0], frame->linesize[0]);
    std::memcpy(frame->data[1], palette_.colors().data(), sizeof(palette_.colors()));
  }

 private:
  GifPalette palette_;
};

// What distinguishes the kinds of film.
struct Kind {
  const char* muxer;
  const AVCodec* codec;
  AVPixelFormat pixels;
  int size_multiple;  // the picture's sides are cut to it: 4:2:0 has one chroma sample for 2x2
                      // pixels
};

class AvWriter : public VideoWriter {
 public:
  AvWriter(const std::filesystem::path& out, const VideoOptions& options, const Kind& kind)
      : file_(out), options_(options), packet_(av_packet_alloc()), frame_(av_frame_alloc()) {
    av_log_set_level(AV_LOG_QUIET);  // errors are told by exceptions
    OpenMuxer(kind.muxer);
    OpenEncoder(kind);
    OpenStream();
    painter_ = kind.pixels == AV_PIX_FMT_PAL8
                   ? std::unique_ptr<Painter>(std::make_unique<GifPainter>())
                   : std::make_unique<YuvPainter>(codec_.get());
    frame_->format = codec_->pix_fmt;
    frame_->width = codec_->width;
    frame_->height = codec_->height;
    frame_->colorspace = codec_->colorspace;
    frame_->color_range = codec_->color_range;
    Check(av_frame_get_buffer(frame_.get(), 0));
  }

  ~AvWriter() override {
    // muxers give memory back in their trailer; the file it goes to is thrown away
    if (trailer_due_) av_write_trailer(muxer_.get());
  }

  void Add(const sim::Image& image) override {
    if (image.width != options_.width || image.height != options_.height) {
      throw Error(fmt::format("{}: frame of {}x{} pixels in a video of {}x{}",
                              file_.target().string(), image.width, image.height, options_.width,
                              options_.height));
    }
    Check(av_frame_make_writable(frame_.get()));
    painter_->Paint(image, frame_.get());
    frame_->pts = frames_++;
    Encode(frame_.get());
  }

  void Finish() override {
    if (frames_ == 0) throw Error(fmt::format("{}: no frames to write", file_.target().string()));
    Encode(nullptr);
    trailer_due_ = false;
    Check(av_write_trailer(muxer_.get()));
    Check(muxer_->pb->error);
    Check(avio_closep(&muxer_->pb));
    file_.Commit();
  }

 private:
  // a negative result of libav as an exception that names the file
  int Check(int result) const {
    if (result >= 0) return result;
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(result, text, sizeof(text));
    throw Error(fmt::format("{}: cannot write the video: {}", file_.target().string(), text));
  }

  void OpenMuxer(const char* format) {
    AVFormatContext* muxer = nullptr;
    // the protocol prefix keeps names with a colon from being taken for addresses
    const std::string url = "file:" + file_.path().string();
    Check(avformat_alloc_output_context2(&muxer, nullptr, format, url.c_str()));
    muxer_.reset(muxer);
    Check(avio_open(&muxer->pb, url.c_str(), AVIO_FLAG_WRITE));
  }

  void OpenEncoder(const Kind& kind) {
    codec_.reset(avcodec_alloc_context3(kind.codec));
    AVCodecContext* codec = codec_.get();
    codec->width = options_.width / kind.size_multiple * kind.size_multiple;
    codec->height = options_.height / kind.size_multiple * kind.size_multiple;
    codec->pix_fmt = kind.pixels;
    codec->framerate = av_d2q(options_.fps, 1001000);
    codec->time_base = av_inv_q(codec->framerate);
    if (muxer_->oformat->flags & AVFMT_GLOBALHEADER) codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    if (kind.pixels == AV_PIX_FMT_YUV420P) {
      codec->color_range = AVCOL_RANGE_MPEG;
      codec->colorspace = AVCOL_SPC_BT709;
      codec->color_primaries = AVCOL_PRI_BT709;
      codec->color_trc = AVCOL_TRC_BT709;
    }
    AVDictionary* settings = nullptr;
    if (kind.codec->id == AV_CODEC_ID_H264) {
      av_dict_set_int(&settings, "crf", options_.crf, 0);
      av_dict_set(&settings, "preset", "medium", 0);
    } else if (kind.codec->id == AV_CODEC_ID_MPEG4) {
      codec->flags |= AV_CODEC_FLAG_QSCALE;
      codec->global_quality = 3 * FF_QP2LAMBDA;
    }
    const int result = avcodec_open2(codec, kind.codec, &settings);
    av_dict_free(&settings);
    Check(result);
  }

  void OpenStream() {
    stream_ = avformat_new_stream(muxer_.get(), nullptr);
    if (!stream_) Check(AVERROR(ENOMEM));
    stream_->time_base = codec_->time_base;
    stream_->avg_frame_rate = codec_->framerate;
    Check(avcodec_parameters_from_context(stream_->codecpar, codec_.get()));
    AVDictionary* settings = nullptr;
    av_dict_set(&settings, "movflags", "faststart", 0);
    const int result = avformat_write_header(muxer_.get(), &settings);
    av_dict_free(&settings);
    Check(result);
    trailer_due_ = true;
  }

  // a null frame drains the encoder
  void Encode(const AVFrame* frame) {
    Check(avcodec_send_frame(codec_.get(), frame));
    for (;;) {
      const int result = avcodec_receive_packet(codec_.get(), packet_.get());
      if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
      Check(result);
      packet_->duration = 1;
      av_packet_rescale_ts(packet_.get(), codec_->time_base, stream_->time_base);
      packet_->stream_index = stream_->index;
      Check(av_interleaved_write_frame(muxer_.get(), packet_.get()));
      Check(muxer_->pb->error);
    }
  }

  PartFile file_;  // first, so that it goes last, after the muxer has closed it
  VideoOptions options_;
  Owned<AVFormatContext> muxer_;
  Owned<AVCodecContext> codec_;
  Owned<AVPacket> packet_;
  Owned<AVFrame> frame_;
  AVStream* stream_ = nullptr;  // owned by muxer_
  std::unique_ptr<Painter> painter_;
  int64_t frames_ = 0;
  bool trailer_due_ = false;
};

}  // namespace

std::unique_ptr<VideoWriter> MakeMp4Writer(const std::filesystem::path& out,
                                           const VideoOptions& options) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (!codec) codec = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
  if (!codec)
    throw Error(
        fmt::format("{}: libavcodec has no encoder for MP4; install libavcodec59", out.string()));
  return std::make_unique<AvWriter>(out, options, Kind{"mp4", codec, AV_PIX_FMT_YUV420P, 2});
}

std::unique_ptr<VideoWriter> MakeGifWriter(const std::filesystem::path& out,
                                           const VideoOptions& options) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_GIF);
  if (!codec)
    throw Error(
        fmt::format("{}: libavcodec has no GIF encoder; install libavcodec59", out.string()));
  return std::make_unique<AvWriter>(out, options, Kind{"gif", codec, AV_PIX_FMT_PAL8, 1});
}

}  // namespace sinew::media
