#include "core/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>
#include <new>

namespace sinew {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr size_t kSmallest = SIZE_MAX;  // all from the heap, whose blocks are guarded then
#else
constexpr size_t kSmallest = size_t{4} << 10;
#endif
constexpr size_t kHugePage = size_t{2} << 20;
/// Between a block and the next: layers are often a multiple of a page large, and streams that are
/// a multiple of 4 KiB apart wait for each other's stores.
constexpr size_t kGap = 5 * kCacheLine;

size_t RoundUp(size_t bytes, size_t multiple) {
  return (bytes + multiple - 1) / multiple * multiple;
}

/// @return  `bytes`, a multiple of kHugePage, from the start of a huge page on
std::byte* Map(size_t bytes) {
  void* mapped =
      mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* const begin = static_cast<std::byte*>(mapped);
  const size_t before =
      RoundUp(reinterpret_cast<uintptr_t>(begin), kHugePage) - reinterpret_cast<uintptr_t>(begin);
  if (before > 0) munmap(begin, before);
  munmap(begin + before + bytes, kHugePage - before);
  madvise(begin + before, bytes, MADV_HUGEPAGE);  // refused: pages of the usual size serve as well
  return begin + before;
}

/// First fit over regions of one huge page each; blocks that are freed grow together again.
class Arena {
 public:
  std::byte* Allocate(size_t bytes) {
    const std::scoped_lock lock(mutex_);
    auto block = free_.begin();
    while (block != free_.end() && block->second < bytes) ++block;
    if (block == free_.end()) block = free_.emplace(Map(kHugePage), kHugePage).first;
    const auto [begin, size] = *block;
    free_.erase(block);
    if (size > bytes) free_.emplace(begin + bytes, size - bytes);
    return begin;
  }

  void Free(std::byte* begin, size_t bytes) {
    const std::scoped_lock lock(mutex_);
    auto block = free_.emplace(begin, bytes).first;
    const auto next = std::next(block);
    if (next != free_.end() && begin + bytes == next->first) {
      block->second += next->second;
      free_.erase(next);
    }
    if (block == free_.begin()) return;
    const auto previous = std::prev(block);
    if (previous->first + previous->second != begin) return;
    previous->second += block->second;
    free_.erase(block);
  }

 private:
  std::mutex mutex_;
  std::map<std::byte*, size_t> free_;  // bytes, by where they begin
};

/// Outlives the buffers of threads that end after main.
Arena& TheArena() {
  static auto* const arena = new Arena;
  return *arena;
}

/// What a block takes of the arena. More than a region holds gets a mapping of its own.
size_t ArenaBytes(size_t bytes) { return RoundUp(bytes, kCacheLine) + kGap; }

}  // namespace

void* AllocateLines(size_t bytes) {
  if (bytes < kSmallest) return ::operator new (bytes, std::align_val_t{kCacheLine});
  if (ArenaBytes(bytes) > kHugePage) return Map(RoundUp(bytes, kHugePage));
  return TheArena().Allocate(ArenaBytes(bytes));
}

void FreeLines(void* block, size_t bytes) noexcept {
  if (bytes < kSmallest) {
    ::operator delete (block, std::align_val_t{kCacheLine});
  } else if (ArenaBytes(bytes) > kHugePage) {
    munmap(block, RoundUp(bytes, kHugePage));
  } else {
    TheArena().Free(static_cast<std::byte*>(block), ArenaBytes(bytes));
  }
}

}  // namespace sinew
