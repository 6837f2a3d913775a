#include "core/aligned_vector.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace sinew {
namespace {

TEST(AlignedVector, StartsOnACacheLineWhateverItsSize) {
  AlignedVector<float> grown;
  for (int size = 1; size < 100'000; size = size * 3 + 1) {
    const AlignedVector<float> fresh(size);
    grown.resize(size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(fresh.data()) % kCacheLine, 0u) << size;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(grown.data()) % kCacheLine, 0u) << size;
  }
}

}  // namespace
}  // namespace sinew
