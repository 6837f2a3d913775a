#pragma once

#include <filesystem>
#include <memory>

#include "media/video_writer.h"

namespace sinew::media {

/// Films through FFmpeg's libraries, encoded in this process. @throws UserError if the folder is
/// missing; Error if libavcodec lacks the encoder.
std::unique_ptr<VideoWriter> MakeMp4Writer(const std::filesystem::path& out,
                                           const VideoOptions& options);
std::unique_ptr<VideoWriter> MakeGifWriter(const std::filesystem::path& out,
                                           const VideoOptions& options);

}  // namespace sinew::media
