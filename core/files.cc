#include "core/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void ThrowCannot(std::string_view action, const fs::path& path, int error) {
  throw Error(fmt::format("cannot {} '{}': {}", action, path.string(), std::strerror(error)));
}

// Owns a file descriptor.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() { Close(); }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  // network file systems report a full disk only here
  int Close() { return fd_ < 0 ? 0 : ::close(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

// Removes the temporary file unless it was renamed into place.
class TemporaryFile {
 public:
  explicit TemporaryFile(fs::path path) : path_(std::move(path)) {}
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const fs::path& path() const { return path_; }
  void Release() { path_.clear(); }

 private:
  fs::path path_;
};

void WriteAll(int fd, std::span<const std::string_view> pieces, const fs::path& path) {
  for (std::string_view bytes : pieces) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) ThrowCannot("write", path, errno);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }
}

// A device or a pipe has no old content to protect and must not be replaced by a file.
void WriteThrough(const fs::path& path, std::span<const std::string_view> pieces) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid()) ThrowCannot("write", path, errno);
  WriteAll(file.get(), pieces, path);
  if (file.Close() != 0) ThrowCannot("write", path, errno);
}

void SyncFolder(const fs::path& folder) {
  FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // a file system that cannot sync folders says EINVAL; the rename stands all the same
  if (!descriptor.valid() || (::fsync(descriptor.get()) != 0 && errno != EINVAL)) {
    ThrowCannot("sync the folder", folder, errno);
  }
}

fs::path ParentOf(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

fs::path TemporaryName(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  return fmt::format("{}.tmp-{}-{}", path.string(), ::getpid(), counter.fetch_add(1));
}

fs::path FreeNameBeside(const fs::path& path) {
  for (int i = 2;; ++i) {
    fs::path candidate = fmt::format("{}-{}", path.string(), i);
    if (!fs::exists(fs::symlink_status(candidate))) return candidate;
  }
}

}  // namespace

void WriteFileAtomically(const fs::path& path, std::string_view bytes, Flush flush) {
  WriteFileAtomically(path, std::span(&bytes, 1), flush);
}

void WriteFileAtomically(const fs::path& path, std::span<const std::string_view> pieces,
                         Flush flush) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::is_directory(status)) ThrowCannot("write", path, EISDIR);
  if (fs::exists(status) && !fs::is_regular_file(status)) return WriteThrough(path, pieces);
  // through a link the file that it names is replaced, not the link
  const fs::path target = fs::is_regular_file(status) ? fs::canonical(path) : path;

  TemporaryFile temporary(TemporaryName(target));
  FileDescriptor file(
      ::open(temporary.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file.valid()) {
    const int error = errno;
    temporary.Release();
    ThrowCannot("write", path, error);
  }
  WriteAll(file.get(), pieces, path);
  if (flush == Flush::kYes && ::fsync(file.get()) != 0) ThrowCannot("write", path, errno);
  if (file.Close() != 0) ThrowCannot("write", path, errno);
  if (::rename(temporary.path().c_str(), target.c_str()) != 0) ThrowCannot("write", path, errno);
  temporary.Release();
  if (flush == Flush::kYes) SyncFolder(ParentOf(target));
}

std::string ReadFile(const fs::path& path) {
  const auto fail = [&](int error) {
    throw UserError(fmt::format("cannot read '{}': {}", path.string(), std::strerror(error)));
  };
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) fail(errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) fail(errno);

  // one byte more than the size, so that the read that finds the end needs no growth
  std::string bytes(static_cast<size_t>(info.st_size) + 1, '\0');
  size_t size = 0;
  while (true) {
    if (size == bytes.size()) bytes.resize(2 * bytes.size());
    const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(errno);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

void CreateFreshFolder(const fs::path& path) {
  // "runs/a/" names the folder "runs/a"
  const fs::path folder = path.has_filename() ? path : path.parent_path();
  std::error_code error;
  if (!fs::exists(fs::symlink_status(folder, error))) {
    fs::create_directories(ParentOf(folder), error);
    if (error) ThrowCannot("create the folder", ParentOf(folder), error.value());
    // mkdir itself decides, so that of two programs only one gets the name
    if (::mkdir(folder.c_str(), 0777) == 0) return;
    if (errno != EEXIST) ThrowCannot("create the folder", folder, errno);
  }
  throw UserError(fmt::format("'{}' exists already and is not overwritten; '{}' is free",
                              folder.string(), FreeNameBeside(folder).string()));
}

}  // namespace sinew
