#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "sim/render/renderer.h"

namespace sinew::viewer {

/// Makes a video while one watches, at a fixed frame rate that has nothing to do with how fast the
/// window is drawn: pictures are due by the time that the film shows, and a thread of its own
/// encodes them.
class Recorder {
 public:
  static constexpr int kWidth = 1280, kHeight = 720;  // [pixel]
  static constexpr double kFrameRate = 30;            // [1/s]

  Recorder() = default;
  /// Finishes a film that is being made.
  ~Recorder();

  /// @param path  *.mp4 or whatever else media::OpenVideo knows. @throws Error if a film is being
  /// made already.
  void Start(const std::filesystem::path& path);
  bool recording() const { return thread_.joinable(); }
  /// How many pictures the next `seconds` of the film take; call once per stretch of film time.
  int Due(double seconds);
  /// Adds a picture `times` over. Waits while the encoder is far behind, so that none is lost.
  void Add(sim::Image image, int times);
  /// Ends the film. @return one line about it, or why there is none.
  std::string Stop();

  double seconds() const { return static_cast<double>(frames_) / kFrameRate; }

 private:
  void Encode();

  std::filesystem::path path_;
  double film_time_ = 0;  // [s]
  int64_t frames_ = 0;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<sim::Image, int>> queue_;
  bool finish_ = false;
  std::optional<std::string> failure_;
};

}  // namespace sinew::viewer
