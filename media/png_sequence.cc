#include "media/png_sequence.h"

#include <fmt/format.h>

#include <regex>
#include <utility>
#include <vector>

#include "core/error.h"
#include "media/png.h"

namespace sinew::media {
namespace {

class PngSequence : public VideoWriter {
 public:
  PngSequence(const std::filesystem::path& pattern, const VideoOptions& options)
      : folder_(pattern.has_parent_path() ? pattern.parent_path() : "."), options_(options) {
    static const std::regex kPattern("([^%]*)%(0?)([1-9]?)d([^%]*)");
    const std::string name = pattern.filename().string();
    std::smatch parts;
    if (!std::regex_match(name, parts, kPattern)) {
      throw UserError(fmt::format(
          "{}: a name for single frames needs one number, as in frame_%05d.png", pattern.string()));
    }
    prefix_ = parts[1];
    fill_ = parts[2].length() ? '0' : ' ';
    digits_ = parts[3].length() ? std::stoi(parts[3]) : 1;
    suffix_ = parts[4];
    if (std::filesystem::exists(FramePath(0))) {
      throw UserError(
          fmt::format("{}: exists already; name a new folder or pattern", FramePath(0).string()));
    }
    MakeFolder();
  }

  ~PngSequence() override {
    if (finished_) return;
    std::error_code ignored;
    for (int i = 0; i < frames_; ++i) std::filesystem::remove(FramePath(i), ignored);
    if (made_folder_) std::filesystem::remove(folder_, ignored);
  }

  void Add(const sim::Image& image) override {
    if (image.width != options_.width || image.height != options_.height) {
      throw Error(fmt::format("{}: frame of {}x{} pixels in a sequence of {}x{}",
                              FramePath(frames_).string(), image.width, image.height,
                              options_.width, options_.height));
    }
    WritePng(FramePath(frames_), image);
    ++frames_;
  }

  void Finish() override {
    if (frames_ == 0) throw Error(fmt::format("{}: no frames to write", FramePath(0).string()));
    finished_ = true;
  }

 private:
  std::filesystem::path FramePath(int index) const {
    const std::string number =
        fill_ == '0' ? fmt::format("{:0{}}", index, digits_) : fmt::format("{:{}}", index, digits_);
    return folder_ / (prefix_ + number + suffix_);
  }

  void MakeFolder() {
    std::error_code error;
    made_folder_ = std::filesystem::create_directory(folder_, error);
    if (!std::filesystem::is_directory(folder_)) {
      throw UserError(
          fmt::format("{}: cannot make this folder: {}", folder_.string(), error.message()));
    }
  }

  std::filesystem::path folder_;
  VideoOptions options_;
  std::string prefix_, suffix_;
  char fill_ = '0';
  int digits_ = 1;
  int frames_ = 0;
  bool made_folder_ = false, finished_ = false;
};

}  // namespace

std::unique_ptr<VideoWriter> MakePngSequence(const std::filesystem::path& pattern,
                                             const VideoOptions& options) {
  return std::make_unique<PngSequence>(pattern, options);
}

}  // namespace sinew::media
