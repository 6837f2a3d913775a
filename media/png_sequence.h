#pragma once

#include <filesystem>
#include <memory>

#include "media/video_writer.h"

namespace sinew::media {

/// Numbered PNG files from 0 on. `pattern` holds one %d, %05d or the like; its folder is made if it
/// is not there.
/// @throws UserError if the pattern has no or more than one number, or its first file exists.
std::unique_ptr<VideoWriter> MakePngSequence(const std::filesystem::path& pattern,
                                             const VideoOptions& options);

}  // namespace sinew::media
