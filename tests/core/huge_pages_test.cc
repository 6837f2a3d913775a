#include "core/huge_pages.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <new>
#include <set>
#include <thread>
#include <vector>

#include "core/random.h"

namespace sinew {
namespace {

struct Block {
  unsigned char* bytes;
  size_t size;
  unsigned char mark;
};

Block Take(size_t size, unsigned char mark) {
  Block block{static_cast<unsigned char*>(AllocateLines(size)), size, mark};
  std::memset(block.bytes, mark, size);
  return block;
}

void ExpectIntactAndFree(const Block& block) {
  for (size_t i = 0; i < block.size; ++i) ASSERT_EQ(block.bytes[i], block.mark) << i;
  FreeLines(block.bytes, block.size);
}

// what each call writes, no other block overwrites: sizes from the heap's to several regions
void TakeAndFree(uint64_t seed) {
  Random random(seed);
  std::vector<Block> blocks;
  for (int i = 0; i < 2000; ++i) {
    if (!blocks.empty() && random.Below(2) == 0) {
      const size_t which = random.Below(blocks.size());
      ExpectIntactAndFree(blocks[which]);
      blocks[which] = blocks.back();
      blocks.pop_back();
    } else {
      const size_t magnitude = size_t{1} << random.Below(i % 100 == 0 ? 23 : 18);
      blocks.push_back(Take(magnitude + random.Below(magnitude), static_cast<unsigned char>(i)));
      ASSERT_EQ(reinterpret_cast<uintptr_t>(blocks.back().bytes) % kCacheLine, 0u);
    }
  }
  for (const Block& block : blocks) ExpectIntactAndFree(block);
}

TEST(HugePages, BlocksAreAlignedAndApart) { TakeAndFree(1); }

TEST(HugePages, ThreadsShareThem) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(TakeAndFree, 10 + i);
}

#if !defined(__SANITIZE_ADDRESS__)  // there the heap alone decides

TEST(HugePages, AFreedBlockIsUsedAgain) {
  std::set<void*> places;
  for (int i = 0; i < 1000; ++i) {
    void* block = AllocateLines(300'000);
    places.insert(block);
    FreeLines(block, 300'000);
  }
  EXPECT_LE(places.size(), 2u);
}

TEST(HugePages, ManyBlocksOfOneSizeDoNotBeginAtOneSetOfTheCache) {
  constexpr size_t kSize = size_t{256} << 10;
  std::set<uintptr_t> offsets;
  std::vector<void*> blocks;
  for (int i = 0; i < 7; ++i) {
    blocks.push_back(AllocateLines(kSize));
    offsets.insert(reinterpret_cast<uintptr_t>(blocks.back()) % 4096);
  }
  for (void* block : blocks) FreeLines(block, kSize);
  EXPECT_GE(offsets.size(), 4u);
}

TEST(HugePages, MoreThanThereIsIsRefused) {
  EXPECT_THROW(AllocateLines(size_t{1} << 60), std::bad_alloc);
}

#endif

}  // namespace
}  // namespace sinew
