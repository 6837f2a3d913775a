#pragma once

#include <cstddef>

namespace sinew {

constexpr size_t kCacheLine = 64;  // bytes

/// Memory for what every update of a learner reads and writes: networks, their gradients and
/// moments, replay buffers. Blocks of 4 KiB and more lie in pages of 2 MiB where the kernel has
/// them (transparent_hugepage: madvise or always), so an update misses few translations and its
/// time does not depend on which pages the process happened to get. They begin at a cache line, and
/// blocks of one size do not begin at one set of the cache. Smaller ones are the heap's.
/// Thread-safe.
/// @return  `bytes` bytes, uninitialised
/// @throws std::bad_alloc
void* AllocateLines(size_t bytes);

/// @param bytes  as allocated
void FreeLines(void* block, size_t bytes) noexcept;

}  // namespace sinew
