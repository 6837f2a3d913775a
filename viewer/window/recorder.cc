#include "viewer/window/recorder.h"

#include <fmt/format.h>

#include <cmath>
#include <exception>
#include <utility>

#include "core/error.h"
#include "media/video_writer.h"

namespace sinew::viewer {
namespace {

constexpr size_t kMostWaiting = 30;  // pictures, about 80 MB

}  // namespace

Recorder::~Recorder() {
  if (recording()) Stop();
}

void Recorder::Start(const std::filesystem::path& path) {
  if (recording()) throw Error("a video is being made already");
  path_ = path;
  film_time_ = 0;
  frames_ = 0;
  finish_ = false;
  failure_.reset();
  thread_ = std::thread([this] { Encode(); });
}

int Recorder::Due(double seconds) {
  if (!recording()) return 0;
  film_time_ += seconds;
  // frame k shows the moment k / rate; rounding must not cost one
  const auto owed = static_cast<int64_t>(std::floor(film_time_ * kFrameRate + 1e-6));
  const int due = static_cast<int>(owed - frames_);
  frames_ = owed;
  return due;
}

void Recorder::Add(sim::Image image, int times) {
  if (times <= 0) return;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return queue_.size() < kMostWaiting || failure_; });
  if (failure_) return;
  queue_.emplace_back(std::move(image), times);
  changed_.notify_all();
}

void Recorder::Encode() {
  try {
    const auto video =
        media::OpenVideo(path_, {.width = kWidth, .height = kHeight, .fps = kFrameRate});
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !queue_.empty() || finish_; });
      if (queue_.empty()) break;
      const auto [image, times] = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      changed_.notify_all();
      for (int i = 0; i < times; ++i) video->Add(image);
    }
    video->Finish();
  } catch (const std::exception& error) {
    const std::lock_guard lock(mutex_);
    failure_ = error.what();
    queue_.clear();
    changed_.notify_all();
  }
}

std::string Recorder::Stop() {
  {
    const std::lock_guard lock(mutex_);
    finish_ = true;
  }
  changed_.notify_all();
  thread_.join();
  if (failure_) return "no video: " + *failure_;
  return fmt::format("saved {}, {:.1f} s", path_.string(), seconds());
}

}  // namespace sinew::viewer
