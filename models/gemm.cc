#include "models/gemm.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

namespace sinew::models {

using gemm::Panel;
using gemm::PanelData;

namespace {

// width of a vector, and rows of a block: two vectors a row, and as many rows as leave registers
// for the panel's two vectors and what is broadcast
#if defined(__AVX512F__)
constexpr int kLanes = 16, kMaxRows = 14;
#elif defined(__AVX__)
constexpr int kLanes = 8, kMaxRows = 6;
#elif defined(__aarch64__)
constexpr int kLanes = 4, kMaxRows = 12;
#else
constexpr int kLanes = 4, kMaxRows = 6;
#endif
constexpr int kVectors = 2, kHalf = kLanes / 2;

typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));
typedef float HalfLanes __attribute__((vector_size(kHalf * sizeof(float))));

// from and to any address
template <class Vector>
Vector Load(const float* from) {
  Vector value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <class Vector>
void Store(const Vector& value, float* to) {
  std::memcpy(to, &value, sizeof value);
}

using Block = std::array<Lanes, kLanes>;

// of each pair of rows `kStep` apart, the upper one takes over the lower one's first half of every
// group of 2 kStep lanes, the lower one the upper one's second half
template <int kStep, int... kLane>
void Exchange(Lanes* upper, Lanes* lower, std::integer_sequence<int, kLane...>) {
  const Lanes a = *upper, b = *lower;
  *upper = __builtin_shufflevector(a, b, (kLane & kStep ? kLanes + kLane - kStep : kLane)...);
  *lower = __builtin_shufflevector(a, b, (kLane & kStep ? kLanes + kLane : kLane + kStep)...);
}

// log2(kLanes) rounds of exchanges transpose a square of vectors
template <int kStep = kLanes / 2>
void Transpose(Block* block) {
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) {
    if ((i & kStep) == 0) {
      Exchange<kStep>(&(*block)[i], &(*block)[i + kStep],
                      std::make_integer_sequence<int, kLanes>());
    }
  }
  if constexpr (kStep > 1) Transpose<kStep / 2>(block);
}

// packed[i, j] = from[j, i] for `columns` rows of `from`; further columns of `packed` are zero
void PackTransposed(const float* from, int64_t stride, int k, int columns, int width,
                    float* packed) {
  const int whole = k < kLanes || width < kLanes ? 0 : width;
  for (int j = 0; j < whole; j += kLanes) {
    const int rows = std::clamp(columns - j, 0, kLanes);
    for (int first = 0; first < k; first += kLanes) {
      const int i = std::min(first, k - kLanes);  // the last square overlaps the one before
      Block block{};
      for (int lane = 0; lane < rows; ++lane) {
        block[lane] = Load<Lanes>(from + (j + lane) * stride + i);
      }
      Transpose(&block);
      for (int lane = 0; lane < kLanes; ++lane) {
        Store(block[lane], packed + static_cast<int64_t>(i + lane) * width + j);
      }
    }
  }
  for (int j = whole; j < width; ++j) {
    for (int i = 0; i < k; ++i) packed[i * width + j] = j < columns ? from[j * stride + i] : 0;
  }
}

void CopyPadded(const float* from, int columns, int width, float* to) {
  std::memcpy(to, from, sizeof(float) * columns);
  std::fill(to + columns, to + width, 0.0f);
}

// packed[i, :] = from[i, :]
void PackRows(const float* from, int64_t stride, int k, int columns, int width, float* packed) {
  if (columns == kVectors * kLanes) {
    for (int i = 0; i < k; ++i, from += stride, packed += width) {
      for (int j = 0; j < kVectors * kLanes; j += kLanes) Store(Load<Lanes>(from + j), packed + j);
    }
    return;
  }
  for (int i = 0; i < k; ++i) CopyPadded(from + i * stride, columns, width, packed + i * width);
}

// Sums of kRows rows of A with kWidth vectors of B, all in registers. Rows of A are reached from
// one pointer for every three, which is what x86 addressing modes can do.
template <class Vector, int kRows, int kWidth, bool kTransposed>
void Tile(const float* a, int64_t stride, const PanelData& data, int k, float* c,
          int64_t c_stride) {
  constexpr int kPointers = (kRows + 2) / 3, kStep = sizeof(Vector) / sizeof(float);
  Vector sum[kRows][kWidth];
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kWidth; ++v) sum[i][v] = Load<Vector>(data.bias + v * kStep);
  }
  const float* row[kPointers];
#pragma GCC unroll 16
  for (int i = 0; i < kPointers; ++i) row[i] = a + 3 * i * stride;
  const float* b = data.b;
  for (int j = 0; j < k; ++j, b += data.stride) {
    Vector factor[kWidth];
#pragma GCC unroll 2
    for (int v = 0; v < kWidth; ++v) factor[v] = Load<Vector>(b + v * kStep);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      const float x = kTransposed ? a[j * stride + i] : row[i / 3][i % 3 * stride + j];
#pragma GCC unroll 2
      for (int v = 0; v < kWidth; ++v) sum[i][v] += x * factor[v];
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kWidth; ++v) Store(sum[i][v], c + i * c_stride + v * kStep);
  }
}

using TileFunction = void (*)(const float*, int64_t, const PanelData&, int, float*, int64_t);
using Tiles = std::array<TileFunction, kMaxRows>;  // by rows - 1

template <class Vector, int kWidth, bool kTransposed, int... kRow>
constexpr Tiles TilesOf(std::integer_sequence<int, kRow...>) {
  return {Tile<Vector, kRow + 1, kWidth, kTransposed>...};
}

template <class Vector, int kWidth, bool kTransposed>
constexpr Tiles kTiles =
    TilesOf<Vector, kWidth, kTransposed>(std::make_integer_sequence<int, kMaxRows>());

template <bool kTransposed>
const Tiles& TilesFor(int width) {
  return width == kHalf    ? kTiles<HalfLanes, 1, kTransposed>
         : width == kLanes ? kTiles<Lanes, 1, kTransposed>
                           : kTiles<Lanes, kVectors, kTransposed>;
}

}  // namespace

bool BlockedGemmIsFast() {
#if defined(__FMA__) || defined(__aarch64__)
  return true;
#else
  return false;
#endif
}

namespace gemm {

int MaxRows() { return kMaxRows; }

bool NextPanel(int n, Panel* panel) {
  const int column = panel->column + panel->columns, left = n - column;
  if (left <= 0) return false;
  // what a tile costs is its width: 20 columns are cheaper as 16 and 8 than as 32
  const int width = left <= kHalf ? kHalf : left <= kLanes + kHalf ? kLanes : kVectors * kLanes;
  *panel = {column, std::min(left, width), width};
  return true;
}

PanelData Pack(const MatrixView& b, int k, const float* bias, const Panel& panel, int blocks) {
  static constexpr float kZeros[kVectors * kLanes] = {};
  const bool whole = panel.columns == panel.width;
  if (blocks == 1 && whole && !b.transposed) {
    return {b.data + panel.column, b.stride, bias ? bias + panel.column : kZeros};
  }
  thread_local std::vector<Lanes> storage;
  const size_t size = static_cast<size_t>(k + 1) * kVectors;
  if (storage.size() < size) storage.resize(size);
  float* packed = reinterpret_cast<float*>(storage.data());
  float* biases = packed + static_cast<int64_t>(k) * panel.width;
  CopyPadded(bias ? bias + panel.column : kZeros, panel.columns, panel.width, biases);
  if (b.transposed) {
    PackTransposed(b.data + panel.column * b.stride, b.stride, k, panel.columns, panel.width,
                   packed);
  } else {
    PackRows(b.data + panel.column, b.stride, k, panel.columns, panel.width, packed);
  }
  return {packed, panel.width, biases};
}

void ComputeBlock(const MatrixView& a, int k, const PanelData& data, const Panel& panel, int row,
                  int rows, float* c, int64_t c_stride) {
  const Tiles& tiles = a.transposed ? TilesFor<true>(panel.width) : TilesFor<false>(panel.width);
  const TileFunction tile = tiles[rows - 1];
  const float* from = a.data + (a.transposed ? row : row * a.stride);
  float* to = c + row * c_stride + panel.column;
  if (panel.columns == panel.width) return tile(from, a.stride, data, k, to, c_stride);
  alignas(Lanes) float padded[kMaxRows * kVectors * kLanes];
  tile(from, a.stride, data, k, padded, panel.width);
  for (int i = 0; i < rows; ++i) {
    std::memcpy(to + i * c_stride, padded + i * panel.width, sizeof(float) * panel.columns);
  }
}

}  // namespace gemm
}  // namespace sinew::models
