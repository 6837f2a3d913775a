#include "models/gemm.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/aligned_vector.h"
#include "models/kernels/vector_math.h"

namespace sinew::models {
namespace {

/// Columns [column, column + columns) of C, computed as `width` columns, one or two vectors.
struct Panel {
  int column = 0, columns = 0, width = 0;
};

/// A panel's columns of B, rows `stride` apart, and its biases.
struct PanelData {
  const float* b = nullptr;
  int64_t stride = 0;
  const float* bias = nullptr;
};

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
        const float* row = from + (j + lane) * stride + i;
        __builtin_prefetch(row + 4 * kLanes);
        block[lane] = Load<Lanes>(row);
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

// what becomes of a vector of sums; at: where its first element stands in the matrix of values
template <class Vector>
Vector Finished(const Vector& sum, const Epilogue& epilogue, int64_t at) {
  const Vector zero{};
  // comparisons that NaN fails
  if (epilogue.activation == Activation::kRelu) return sum < zero ? zero : sum;
  if (epilogue.slope.activation == Activation::kIdentity) return sum;
  const Vector value = Load<Vector>(epilogue.slope.value + at);
  if (epilogue.slope.activation == Activation::kRelu) return value <= zero ? zero : sum;
  return sum * (1 - value * value);
}

// Sums of kRows rows of A with kWidth vectors of B, all in registers. Rows of A are reached from
// one pointer for every three, which is what x86 addressing modes can do.
template <class Vector, int kRows, int kWidth, bool kTransposed>
void Tile(const float* a, int64_t stride, const PanelData& data, int k, const Epilogue& epilogue,
          float* c, int64_t c_stride) {
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
    // C is written at the end: its lines are fetched meanwhile
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kWidth; ++v) __builtin_prefetch(c + i * c_stride + v * kStep, 1);
  }
  const float* b = data.b;
  for (int j = 0; j < k; ++j, b += data.stride) {
    Vector factor[kWidth];
#pragma GCC unroll 2
    for (int v = 0; v < kWidth; ++v) factor[v] = Load<Vector>(b + v * kStep);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      // cppcheck-suppress uninitvar
      const float x = kTransposed ? a[j * stride + i] : row[i / 3][i % 3 * stride + j];
#pragma GCC unroll 2
      for (int v = 0; v < kWidth; ++v) sum[i][v] += x * factor[v];
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kWidth; ++v) {
      const int column = v * kStep;
      Store(Finished(sum[i][v], epilogue, i * epilogue.slope.stride + column),
            c + i * c_stride + column);
    }
  }
}

using TileFunction = void (*)(const float*, int64_t, const PanelData&, int, const Epilogue&, float*,
                              int64_t);
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

// the panels that C is cut into, one after the other; false behind the last
bool NextPanel(int n, Panel* panel) {
  const int column = panel->column + panel->columns, left = n - column;
  if (left <= 0) return false;
  // what a tile costs is its width: 20 columns are cheaper as 16 and 8 than as 32
  const int width = left <= kHalf ? kHalf : left <= kLanes + kHalf ? kLanes : kVectors * kLanes;
  *panel = {column, std::min(left, width), width};
  return true;
}

// Packs a panel, unless it can be read where it stands and is used for one block alone. Valid until
// the thread's next call.
PanelData Pack(const MatrixView& b, int k, const float* bias, const Panel& panel, int blocks) {
  static constexpr float kZeros[kVectors * kLanes] = {};
  const bool whole = panel.columns == panel.width;
  if (blocks == 1 && whole && !b.transposed) {
    return {b.data + panel.column, b.stride, bias ? bias + panel.column : kZeros};
  }
  thread_local AlignedVector<Lanes> storage;
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

void ActivateRow(Activation activation, int width, float* row) {
  if (activation == Activation::kRelu) {
#pragma omp simd
    for (int j = 0; j < width; ++j) row[j] = row[j] < 0 ? 0.0f : row[j];
  }
  if (activation == Activation::kTanh) {
#pragma omp simd
    for (int j = 0; j < width; ++j) row[j] = VectorTanh(row[j]);
  }
}

// rows [row, row + rows) of the panel's part of C
void ComputeBlock(const MatrixView& a, int k, const PanelData& data, const Panel& panel, int row,
                  int rows, const Epilogue& epilogue, float* c, int64_t c_stride) {
  const Tiles& tiles = a.transposed ? TilesFor<true>(panel.width) : TilesFor<false>(panel.width);
  const TileFunction tile = tiles[rows - 1];
  const float* from = a.data + (a.transposed ? row : row * a.stride);
  float* to = c + row * c_stride + panel.column;
  const GemmBlock block{row, panel.column, rows, panel.columns};
  if (panel.columns == panel.width) {
    Epilogue here = epilogue;
    if (here.slope.value) here.slope.value += row * here.slope.stride + panel.column;
    tile(from, a.stride, data, k, here, to, c_stride);
    if (epilogue.activation == Activation::kTanh) {
      Finish({.activation = Activation::kTanh}, block, c, c_stride);
    }
    return;
  }
  alignas(Lanes) float padded[kMaxRows * kVectors * kLanes];
  tile(from, a.stride, data, k, {.activation = epilogue.activation}, padded, panel.width);
  // whole vectors, whether a column stands for something or not
  if (epilogue.activation == Activation::kTanh) {
    ActivateRow(Activation::kTanh, rows * panel.width, padded);
  }
  for (int i = 0; i < rows; ++i) {
    std::memcpy(to + i * c_stride, padded + i * panel.width, sizeof(float) * panel.columns);
  }
  Finish({.slope = epilogue.slope}, block, c, c_stride);
}

void MultiplyBySlope(Activation activation, const float* value, int width, float* row) {
  if (activation == Activation::kRelu) {
#pragma omp simd
    for (int j = 0; j < width; ++j) row[j] = value[j] <= 0 ? 0.0f : row[j];
  }
  if (activation == Activation::kTanh) {
#pragma omp simd
    for (int j = 0; j < width; ++j) row[j] *= 1 - value[j] * value[j];
  }
}

}  // namespace

bool BlockedGemmIsFast() {
#if defined(__FMA__) || defined(__aarch64__)
  return true;
#else
  return false;
#endif
}

void Finish(const Epilogue& epilogue, const GemmBlock& block, float* c, int64_t c_stride) {
  for (int i = block.row; i < block.row + block.rows; ++i) {
    float* row = c + i * c_stride + block.column;
    ActivateRow(epilogue.activation, block.columns, row);
    if (!epilogue.slope.value) continue;
    MultiplyBySlope(epilogue.slope.activation,
                    epilogue.slope.value + i * epilogue.slope.stride + block.column, block.columns,
                    row);
  }
}

void BlockedGemm(const GemmShape& shape, const MatrixView& a, const MatrixView& b,
                 const Epilogue& epilogue, float* c, int64_t c_stride) {
  // blocks of nearly equal height, so that none is left with a row or two
  const int blocks = (shape.m + kMaxRows - 1) / kMaxRows;
  for (Panel panel; NextPanel(shape.n, &panel);) {
    const PanelData data = Pack(b, shape.k, epilogue.bias, panel, blocks);
    for (int i = 0; i < blocks; ++i) {
      const int row = shape.m * i / blocks, rows = shape.m * (i + 1) / blocks - row;
      ComputeBlock(a, shape.k, data, panel, row, rows, epilogue, c, c_stride);
    }
  }
}

}  // namespace sinew::models
