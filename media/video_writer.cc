#include "media/video_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/error.h"
#include "media/av_writer.h"
#include "media/png_sequence.h"

namespace sinew::media {
namespace {

constexpr double kMaxFps = 240;
constexpr double kMaxGifFps =
    50;  // GIF counts in hundredths of a second, and players slow down below two of them

std::string LowerExtension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return std::tolower(c); });
  return extension;
}

void Validate(const std::filesystem::path& out, const VideoOptions& options, double max_fps) {
  if (options.width < 2 || options.height < 2) {
    throw UserError(fmt::format("{}: video size {}x{}: each side must be at least 2 pixels",
                                out.string(), options.width, options.height));
  }
  if (!(options.fps >= 1 && options.fps <= max_fps)) {
    throw UserError(
        fmt::format("{}: {} frames/s: must be 1 to {}", out.string(), options.fps, max_fps));
  }
  if (options.crf < 0 || options.crf > 51) {
    throw UserError(
        fmt::format("{}: crf {}: must be 0 (lossless) to 51", out.string(), options.crf));
  }
}

}  // namespace

std::unique_ptr<VideoWriter> OpenVideo(const std::filesystem::path& out,
                                       const VideoOptions& options) {
  const std::string extension = LowerExtension(out);
  if (!out.has_filename() || std::filesystem::is_directory(out)) {
    Validate(out, options, kMaxFps);
    return MakePngSequence(out / "frame_%05d.png", options);
  }
  if (extension == ".png") {
    Validate(out, options, kMaxFps);
    return MakePngSequence(out, options);
  }
  if (extension == ".mp4") {
    Validate(out, options, kMaxFps);
    return MakeMp4Writer(out, options);
  }
  if (extension == ".gif") {
    Validate(out, options, kMaxGifFps);
    return MakeGifWriter(out, options);
  }
  throw UserError(
      fmt::format("{}: cannot tell the kind of video from the extension '{}'; valid: name.mp4, "
                  "name.gif, folder/ or "
                  "name_%05d.png for single frames",
                  out.string(), extension));
}

}  // namespace sinew::media
