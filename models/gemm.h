#pragma once

#include <cstdint>

namespace sinew::models {

/// A row-major float32 matrix in someone else's memory, or the transpose of one: element (i, j) is
/// data[i * stride + j], transposed data[j * stride + i].
struct MatrixView {
  const float* data = nullptr;
  int64_t stride = 0;
  bool transposed = false;
};

/// C = A B + bias: C is [m x n], the sum runs over k.
struct GemmShape {
  int m = 0, n = 0, k = 0;
};

/// Called for every finished block of C while it is still in the nearest cache.
struct GemmBlock {
  int row = 0, column = 0, rows = 0, columns = 0;
};

/// Own product for the sizes of small networks, where a general BLAS spends a good part of its time
/// on packing: B is packed by panels of two vectors (one where few columns are left), A is read
/// where it stands, and a block of C stays in registers over the whole sum. One thread; the order
/// of every sum depends on the shape alone. Compiled for whatever vectors the target has.
///
/// @param bias    [n], or null for zeros.
/// @param c       rows `c_stride` apart.
/// @param finish  called with a GemmBlock.
/// Source for the scheme: Goto & van de Geijn 2008, doi:10.1145/1356052.1356053. Departure: no
/// blocking over k, since the layers' widths and batches are a few hundred.
template <class Finish>
void BlockedGemm(const GemmShape& shape, const MatrixView& a, const MatrixView& b,
                 const float* bias, float* c, int64_t c_stride, Finish finish);

/// True where BlockedGemm's vectors are as wide as this CPU family has them and multiply-adds are
/// fused; elsewhere BLAS, which chooses its code at run time, is the faster one.
bool BlockedGemmIsFast();

namespace gemm {

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

/// The panels that C is cut into are taken one after the other. @return  false behind the last.
bool NextPanel(int n, Panel* panel);
/// Rows of C that are computed at a time, at most.
int MaxRows();
/// Packs a panel, unless it can be read where it stands and is used for one block alone. Valid
/// until the thread's next call.
PanelData Pack(const MatrixView& b, int k, const float* bias, const Panel& panel, int blocks);
/// Rows [row, row + rows) of the panel's part of C.
void ComputeBlock(const MatrixView& a, int k, const PanelData& data, const Panel& panel, int row,
                  int rows, float* c, int64_t c_stride);

}  // namespace gemm

template <class Finish>
void BlockedGemm(const GemmShape& shape, const MatrixView& a, const MatrixView& b,
                 const float* bias, float* c, int64_t c_stride, Finish finish) {
  // blocks of nearly equal height, so that none is left with a row or two
  const int blocks = (shape.m + gemm::MaxRows() - 1) / gemm::MaxRows();
  for (gemm::Panel panel; gemm::NextPanel(shape.n, &panel);) {
    const gemm::PanelData data = gemm::Pack(b, shape.k, bias, panel, blocks);
    for (int i = 0; i < blocks; ++i) {
      const int row = shape.m * i / blocks, rows = shape.m * (i + 1) / blocks - row;
      gemm::ComputeBlock(a, shape.k, data, panel, row, rows, c, c_stride);
      finish(GemmBlock{row, panel.column, rows, panel.columns});
    }
  }
}

}  // namespace sinew::models
