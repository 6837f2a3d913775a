#pragma once

#include <cstdint>

#include "models/network.h"

namespace sinew::models {

/// A row-major float32 matrix in someone else's memory, or the transpose of one: element (i, j) is
/// data[i * stride + j], transposed data[j * stride + i].
struct MatrixView {
  const float* data = nullptr;
  int64_t stride = 0;
  bool transposed = false;
};

/// C is [m x n], the sum runs over k.
struct GemmShape {
  int m = 0, n = 0, k = 0;
};

/// An activation's derivative by its value: what a gradient is multiplied by on its way through.
struct Slope {
  Activation activation = Activation::kIdentity;
  const float* value = nullptr;  // row-major
  int64_t stride = 0;            // between its rows
};

/// What becomes of a sum before it is stored: slope * activation(sum + bias).
struct Epilogue {
  const float* bias = nullptr;  // [n], or null for zeros
  Activation activation = Activation::kIdentity;
  Slope slope{};  // [m x n]
};

/// C = epilogue(A B), own code for the sizes of small networks, where a general BLAS spends a good
/// part of its time on packing and a second pass over C goes to the activation: B is packed by
/// panels of two vectors, A is read where it stands, and a block of C stays in registers until it
/// is finished. One thread; the order of every sum depends on the shape alone. Compiled for
/// whatever vectors the target has. A value that is not a number stays one.
///
/// @param c  rows `c_stride` apart; overlaps nothing that is read.
/// Source for the scheme: Goto & van de Geijn 2008, doi:10.1145/1356052.1356053. Departure: no
/// blocking over k, since layers' widths and batches are a few hundred.
void BlockedGemm(const GemmShape& shape, const MatrixView& a, const MatrixView& b,
                 const Epilogue& epilogue, float* c, int64_t c_stride);

/// Applies the epilogue, but for its bias, to rows [row, row + rows) and columns
/// [column, column + columns) of C.
struct GemmBlock {
  int row = 0, column = 0, rows = 0, columns = 0;
};
void Finish(const Epilogue& epilogue, const GemmBlock& block, float* c, int64_t c_stride);

/// True where multiply-adds are fused in hardware that the code was compiled for; elsewhere BLAS,
/// which chooses its code at run time, is the faster one.
bool BlockedGemmIsFast();

}  // namespace sinew::models
