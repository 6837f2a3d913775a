// Stores with a schema, against the same rows kept in plain vectors.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "agents/columns/column_store.h"
#include "agents/columns/row_ring.h"
#include "agents/columns/sequences.h"
#include "tests/core/scratch_file.h"

namespace sinew::agents {
namespace {

using ::testing::ElementsAre;

Schema Mixed() {
  return Schema({{"position", ColumnType::kFloat32, 3},
                 {"picture", ColumnType::kUint8, 5},
                 {"code", ColumnType::kInt32, 2},
                 {"reward", ColumnType::kFloat32, 1}});
}

/// Every number of row k follows from k.
struct MixedRow {
  explicit MixedRow(int k)
      : position{k + 0.25f, k + 0.5f, k + 0.75f}, code{-k, 1 << 30}, reward{10.0f * k} {
    for (int i = 0; i < 5; ++i) picture.push_back(static_cast<uint8_t>(200 + k + i));
  }
  std::vector<float> position;
  std::vector<uint8_t> picture{};
  std::vector<int32_t> code;
  std::vector<float> reward;
};

void Append(RowRing* ring, int k) {
  const MixedRow row(k);
  const int64_t index = ring->Append();
  ring->Set(index, 0, std::span<const float>(row.position));
  ring->Set(index, 1, std::span<const uint8_t>(row.picture));
  ring->Set(index, 2, std::span<const int32_t>(row.code));
  ring->Set(index, 3, std::span<const float>(row.reward));
}

TEST(SchemaTest, LaysColumnsOutInWords) {
  const Schema schema = Mixed();
  EXPECT_EQ(schema.offset(0), 0);
  EXPECT_EQ(schema.offset(1), 3);
  EXPECT_EQ(schema.offset(2), 5) << "five bytes take two words";
  EXPECT_EQ(schema.offset(3), 7);
  EXPECT_EQ(schema.row_words(), 8);
  EXPECT_EQ(schema.Index("code", ColumnType::kInt32), 2);
  EXPECT_THROW((void)schema.Index("code", ColumnType::kFloat32), std::logic_error);
  EXPECT_THROW((void)schema.Index("velocity", ColumnType::kFloat32), std::logic_error);
}

TEST(SchemaTest, RefusesDoubledNamesAndEmptyColumns) {
  EXPECT_THROW(Schema({{"a"}, {"b"}, {"a"}}), std::logic_error);
  EXPECT_THROW(Schema({{"a", ColumnType::kFloat32, 0}}), std::logic_error);
}

TEST(RowRingTest, KeepsTheLastRowsOfEveryType) {
  RowRing ring(4, Mixed());
  for (int k = 0; k < 7; ++k) Append(&ring, k);
  EXPECT_EQ(ring.size(), 4);
  EXPECT_EQ(ring.appended(), 7);
  // rows 4, 5, 6 have taken the places of 0, 1, 2
  for (const auto& [index, k] : {std::pair{0, 4}, {1, 5}, {2, 6}, {3, 3}}) {
    const MixedRow row(k);
    EXPECT_THAT(ring.Get<float>(index, 0), testing::ElementsAreArray(row.position));
    EXPECT_THAT(ring.Get<uint8_t>(index, 1), testing::ElementsAreArray(row.picture));
    EXPECT_THAT(ring.Get<int32_t>(index, 2), testing::ElementsAreArray(row.code));
    EXPECT_THAT(ring.Get<float>(index, 3), testing::ElementsAreArray(row.reward));
  }
}

TEST(RowRingTest, GathersInAnyOrderAndZerosWhereThereIsNoRow) {
  RowRing ring(10, Mixed());
  for (int k = 0; k < 6; ++k) Append(&ring, k);
  std::vector<float> positions(12, -1), rewards(4, -1);
  std::vector<uint8_t> pictures(20, 1);
  ring.Gather(std::vector<int64_t>{5, 2, -1, 2},
              std::array<GatherTarget, 3>{
                  {{0, positions.data()}, {3, rewards.data()}, {1, pictures.data()}}});
  EXPECT_THAT(positions,
              ElementsAre(5.25f, 5.5f, 5.75f, 2.25f, 2.5f, 2.75f, 0, 0, 0, 2.25f, 2.5f, 2.75f));
  EXPECT_THAT(rewards, ElementsAre(50, 20, 0, 20));
  EXPECT_EQ(pictures[0], 205);
  EXPECT_EQ(pictures[9], 206);
  EXPECT_EQ(pictures[10], 0);
  EXPECT_EQ(pictures[19], 206);
}

TEST(ColumnStoreTest, KeepsColumnsApartAndComesBackFromAFile) {
  ColumnStore store(Mixed());
  for (int k = 0; k < 3; ++k) {
    const MixedRow row(k);
    store.Append(0, std::span<const float>(row.position));
    store.Append(1, std::span<const uint8_t>(row.picture));
    store.Append(2, std::span<const int32_t>(row.code));
    store.Append(3, std::span<const float>(row.reward));
  }
  EXPECT_EQ(store.rows(), 3);
  EXPECT_THAT(store.Values<float>(3), ElementsAre(0, 10, 20));
  EXPECT_THAT(store.Values<int32_t>(2), ElementsAre(0, 1 << 30, -1, 1 << 30, -2, 1 << 30));
  const ScratchFile file;
  {
    models::Archive archive;
    store.Serialize(archive, "store");
    archive.Write(file.path());
  }
  ColumnStore restored(Mixed());
  models::Archive archive(file.path());
  restored.Serialize(archive, "store");
  EXPECT_EQ(restored.rows(), 3);
  EXPECT_THAT(restored.Values<float>(0), testing::ElementsAreArray(store.Values<float>(0)));
  EXPECT_THAT(restored.Values<uint8_t>(1), testing::ElementsAreArray(store.Values<uint8_t>(1)));
  store.Clear();
  EXPECT_EQ(store.rows(), 0);
}

TEST(SequenceRowsTest, AreTimeMajorAndMasked) {
  const SequenceRows rows =
      ArrangeSequences(std::vector<std::vector<int64_t>>{{4, 6, 8}, {5}, {1, 3}});
  EXPECT_EQ(rows.count, 3);
  EXPECT_EQ(rows.length, 3);
  EXPECT_THAT(rows.rows, ElementsAre(4, 5, 1, 6, -1, 3, 8, -1, -1));
  EXPECT_THAT(rows.Mask(), ElementsAre(1, 1, 1, 1, 0, 1, 1, 0, 0));
  EXPECT_EQ(rows.LengthOf(0), 3);
  EXPECT_EQ(rows.LengthOf(1), 1);
  const SequenceRows taken = rows.Take(std::array{2, 1});
  EXPECT_EQ(taken.length, 2);
  EXPECT_THAT(taken.rows, ElementsAre(1, 5, 3, -1));
  std::vector<float> gathered;
  GatherSequences(
      std::vector<float>{0, 0.5f, 10, 10.5f, 20, 20.5f, 30, 30.5f, 40, 40.5f, 50, 50.5f}, 2, taken,
      &gathered);
  EXPECT_THAT(gathered, ElementsAre(10, 10.5f, 50, 50.5f, 30, 30.5f, 0, 0));
}

}  // namespace
}  // namespace sinew::agents
