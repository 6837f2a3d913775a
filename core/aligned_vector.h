#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace sinew {

constexpr size_t kCacheLine = 64;  // bytes

/// Allocates from the start of a cache line on: a register as wide as a line, loaded from a
/// multiple of its width, then never straddles two.
template <class T>
struct LineAllocator {
  using value_type = T;

  LineAllocator() = default;
  template <class Other>
  explicit LineAllocator(const LineAllocator<Other>&) {}

  T* allocate(size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{kCacheLine}));
  }
  void deallocate(T* values, size_t) { ::operator delete (values, std::align_val_t{kCacheLine}); }

  bool operator==(const LineAllocator&) const { return true; }
};

/// A vector for what loops over whole registers read and write.
template <class T>
using AlignedVector = std::vector<T, LineAllocator<T>>;

}  // namespace sinew
