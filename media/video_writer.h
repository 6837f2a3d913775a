#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "sim/render/renderer.h"

namespace sinew::media {

struct VideoOptions {
  int width = 640, height = 480;  // [pixel]; MP4 leaves out the last column or row of an odd size
  double fps = 30;                // [frames/s] at which it plays; GIF: at most 50
  int crf = 20;  // constant rate factor of H.264: 0 lossless, 18 to 23 good, 51 worst
};

/// Takes pictures, makes a film. What was added exists as a file only after Finish(); a writer that
/// is destroyed before leaves nothing behind, and an older file of the same name as it was. Not
/// thread-safe.
class VideoWriter {
 public:
  virtual ~VideoWriter() = default;

  /// Appends one frame, shown for 1/fps seconds. @throws Error if its size is not the video's, or
  /// the disk is full.
  virtual void Add(const sim::Image& image) = 0;

  /// Completes the film and puts it in place. @throws Error naming the file: no frames were added,
  /// the disk is full.
  virtual void Finish() = 0;
};

/// Opens a film of the kind that the name says:
///   *.mp4                  H.264 (MPEG-4 Part 2 where libavcodec has no x264), BT.709, ready for
///   streaming
///   *.gif                  256 colours, plays for ever
///   folder/ or *%05d.png   numbered PNG files; a folder gets frame_00000.png, ... and is made if
///   it is not there
/// @throws UserError for any other name, listing these; for a size, rate or folder that will not
/// do; and if numbered files of that name are there already.
std::unique_ptr<VideoWriter> OpenVideo(const std::filesystem::path& out,
                                       const VideoOptions& options);

}  // namespace sinew::media
