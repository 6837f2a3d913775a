#include "training/run/append_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace sinew::training {

AppendFile::AppendFile(std::filesystem::path path, Mode mode) : path_(std::move(path)) {
  const int flags =
      O_WRONLY | O_APPEND | O_CLOEXEC | (mode == Mode::kCreate ? O_CREAT | O_EXCL : 0);
  descriptor_ = open(path_.c_str(), flags, 0644);
  if (descriptor_ < 0 && errno == EEXIST) {
    throw UserError(fmt::format("{} exists already and is not overwritten", path_.string()));
  }
  if (descriptor_ < 0) {
    throw Error(fmt::format("cannot open {} for writing: {}", path_.string(), strerror(errno)));
  }
  struct stat info {};
  if (fstat(descriptor_, &info) == 0) size_ = info.st_size;
}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  return *this;
}

void AppendFile::Append(std::string_view record) {
  size_t written = 0;
  while (written < record.size()) {
    const ssize_t count = write(descriptor_, record.data() + written, record.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const int cause = errno;
      // take back the part that fitted, so that the file still ends with a whole record; if even
      // that fails, the readers drop an unfinished last record
      [[maybe_unused]] const int result = ftruncate(descriptor_, size_);
      throw Error(fmt::format("cannot write {}: {}", path_.string(), strerror(cause)));
    }
    written += static_cast<size_t>(count);
  }
  size_ += static_cast<int64_t>(record.size());
}

}  // namespace sinew::training
