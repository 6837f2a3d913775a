#include "models/normalizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "tests/core/scratch_file.h"

namespace sinew::models {
namespace {

using ::testing::ElementsAre;

constexpr int kDim = 3;

/// Rows whose columns have far different offsets and spreads.
std::vector<float> Rows(int rows, uint64_t seed) {
  Random random(seed);
  std::vector<float> values;
  for (int i = 0; i < rows; ++i) {
    values.push_back(static_cast<float>(1000 + 0.5 * random.Normal()));
    values.push_back(static_cast<float>(-2 + 30 * random.Normal()));
    values.push_back(static_cast<float>(0.1 * random.Uniform(-1, 1)));
  }
  return values;
}

double MeanOf(const std::vector<float>& rows, int column) {
  double sum = 0;
  for (size_t i = column; i < rows.size(); i += kDim) sum += rows[i];
  return sum * kDim / static_cast<double>(rows.size());
}

double StdDevOf(const std::vector<float>& rows, int column) {
  const double mean = MeanOf(rows, column);
  double sum = 0;
  for (size_t i = column; i < rows.size(); i += kDim) sum += (rows[i] - mean) * (rows[i] - mean);
  return std::sqrt(sum * kDim / static_cast<double>(rows.size()));
}

std::vector<float> Apply(const Normalizer& normalizer, const std::vector<float>& rows) {
  std::vector<float> out(rows.size());
  normalizer.Apply(rows, out);
  return out;
}

TEST(NormalizerTest, MatchesTwoPassStatisticsInAnyChunks) {
  const auto rows = Rows(1000, 1);
  Normalizer normalizer(kDim, NormalizerMode::kRunning, 10);
  for (size_t row = 0, chunk = 1; row < 1000; row += chunk, chunk = chunk % 7 + 1) {
    const size_t count = std::min<size_t>(chunk, 1000 - row);
    normalizer.Observe(std::span(rows).subspan(row * kDim, count * kDim));
  }
  for (int i = 0; i < kDim; ++i) {
    EXPECT_NEAR(normalizer.mean()[i], MeanOf(rows, i), 1e-6 * std::abs(MeanOf(rows, i)) + 1e-7);
    EXPECT_NEAR(normalizer.scale()[i] * StdDevOf(rows, i), 1, 1e-6);
    float low = rows[i], high = rows[i];
    for (size_t k = i; k < rows.size(); k += kDim) {
      low = std::min(low, rows[k]);
      high = std::max(high, rows[k]);
    }
    EXPECT_EQ(normalizer.low()[i], low);
    EXPECT_EQ(normalizer.high()[i], high);
  }
}

TEST(NormalizerTest, AppliesTheFormulaAndTheClip) {
  Normalizer normalizer(kDim, NormalizerMode::kRunning, 1.5);
  normalizer.Observe(Rows(500, 2));
  const auto rows = Rows(50, 3);
  const auto out = Apply(normalizer, rows);
  for (size_t k = 0; k < rows.size(); ++k) {
    const int i = static_cast<int>(k % kDim);
    const double scaled = (double(rows[k]) - normalizer.mean()[i]) * normalizer.scale()[i];
    EXPECT_NEAR(out[k], std::clamp(scaled, -1.5, 1.5), 1e-5);
  }
  EXPECT_EQ(*std::ranges::max_element(out), 1.5f);
  auto in_place = rows;
  normalizer.Apply(in_place, in_place);
  EXPECT_EQ(in_place, out);
}

TEST(NormalizerTest, TaskDividesByTheStatedMagnitudesAndTracksTheRange) {
  const std::vector<float> magnitude{2, 0.5f, 8};
  Normalizer stated(kDim, NormalizerMode::kTask, 1e6, magnitude),
      unstated(kDim, NormalizerMode::kTask, 1e6);
  const auto rows = Rows(100, 4);
  stated.Observe(rows);
  unstated.Observe(rows);
  const auto out = Apply(stated, rows);
  // powers of two, so the division is exact
  for (size_t k = 0; k < rows.size(); ++k) EXPECT_EQ(out[k], rows[k] / magnitude[k % kDim]);
  EXPECT_EQ(Apply(unstated, rows), rows);
  EXPECT_LT(stated.low()[1], stated.high()[1]);
}

TEST(NormalizerTest, WarmupFreezesAndRunningDoesNot) {
  for (const NormalizerMode mode : {NormalizerMode::kWarmup, NormalizerMode::kRunning}) {
    Normalizer normalizer(kDim, mode, 10);
    normalizer.Observe(Rows(100, 5));
    normalizer.EndWarmup();
    const auto mean = normalizer.mean(), scale = normalizer.scale();
    const float high = normalizer.high()[1];
    normalizer.Observe(std::vector<float>{2000, 500, 5});
    EXPECT_EQ(normalizer.mean() == mean, mode == NormalizerMode::kWarmup);
    EXPECT_EQ(normalizer.scale() == scale, mode == NormalizerMode::kWarmup);
    EXPECT_GT(normalizer.high()[1], high) << "the range is tracked all the same";
  }
}

TEST(NormalizerTest, ElementThatHardlyMovesIsNotBlownUp) {
  Normalizer normalizer(1, NormalizerMode::kRunning, 10);
  normalizer.Observe(std::vector<float>{0.5f, 0.5f, 0.5f});
  EXPECT_THAT(normalizer.mean(), ElementsAre(0.5f));
  EXPECT_THAT(normalizer.scale(), ElementsAre(1000.0f));
}

TEST(NormalizerTest, WhatIsNoNumberDoesNotStay) {
  Normalizer normalizer(2, NormalizerMode::kRunning, 10);
  normalizer.Observe(std::vector<float>{1, 2, 3, 6});
  const std::vector<float> mean = normalizer.mean(), scale = normalizer.scale();
  normalizer.Observe(std::vector<float>{std::nanf(""), 4, 5, INFINITY});
  EXPECT_EQ(normalizer.mean(), mean);
  EXPECT_EQ(normalizer.scale(), scale);
}

TEST(NormalizerTest, RestoredOneGoesOn) {
  for (const NormalizerMode mode : {NormalizerMode::kWarmup, NormalizerMode::kRunning}) {
    const ScratchFile file;
    Normalizer original(kDim, mode, 10), restored(kDim, mode, 10);
    original.Observe(Rows(100, 6));
    original.EndWarmup();
    {
      Archive archive;
      original.Serialize(archive, "n");
      archive.Write(file.path());
    }
    Archive archive(file.path());
    restored.Serialize(archive, "n");
    for (Normalizer* normalizer : {&original, &restored}) normalizer->Observe(Rows(100, 7));
    EXPECT_EQ(restored.mean(), original.mean());
    EXPECT_EQ(restored.scale(), original.scale());
    EXPECT_EQ(restored.low(), original.low());
    EXPECT_EQ(restored.high(), original.high());
  }
}

}  // namespace
}  // namespace sinew::models
