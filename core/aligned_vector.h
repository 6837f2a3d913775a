#pragma once

#include <cstddef>
#include <vector>

#include "core/huge_pages.h"

namespace sinew {

/// Allocates from the start of a cache line on: a register as wide as a line, loaded from a
/// multiple of its width, then never straddles two. Large blocks lie in huge pages.
template <class T>
struct LineAllocator {
  using value_type = T;

  LineAllocator() = default;
  template <class Other>
  explicit LineAllocator(const LineAllocator<Other>&) {}

  T* allocate(size_t count) { return static_cast<T*>(AllocateLines(count * sizeof(T))); }
  void deallocate(T* values, size_t count) { FreeLines(values, count * sizeof(T)); }

  bool operator==(const LineAllocator&) const { return true; }
};

/// A vector for what loops over whole registers read and write.
template <class T>
using AlignedVector = std::vector<T, LineAllocator<T>>;

}  // namespace sinew
