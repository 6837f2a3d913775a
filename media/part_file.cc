#include "media/part_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace sinew::media {
namespace {

// false with errno set if the content (or, for a folder, the names in it) could not be forced to
// the disk
bool Sync(const std::filesystem::path& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = fsync(fd) == 0;
  const int cause = errno;
  close(fd);
  errno = cause;
  return synced;
}

std::filesystem::path FolderOf(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : ".";
}

}  // namespace

void CheckOutputPath(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) {
    throw UserError(fmt::format("{}: is a folder, not a file to write", path.string()));
  }
  if (!std::filesystem::is_directory(FolderOf(path))) {
    throw UserError(fmt::format("{}: no such folder to write into", FolderOf(path).string()));
  }
}

PartFile::PartFile(std::filesystem::path target) : target_(std::move(target)) {
  CheckOutputPath(target_);
  part_ = FolderOf(target_) / fmt::format(".{}.{}.part", target_.filename().string(), getpid());
}

PartFile::~PartFile() {
  std::error_code ignored;
  if (!committed_) std::filesystem::remove(part_, ignored);
}

void PartFile::Commit() {
  if (!Sync(part_, O_RDONLY) || std::rename(part_.c_str(), target_.c_str()) != 0) {
    throw Error(fmt::format("{}: cannot write: {}", target_.string(), std::strerror(errno)));
  }
  committed_ = true;
  Sync(FolderOf(target_), O_RDONLY | O_DIRECTORY);
}

}  // namespace sinew::media
