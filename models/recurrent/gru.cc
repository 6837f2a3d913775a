#include "models/recurrent/gru.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "models/gemm.h"
#include "models/kernels.h"
#include "models/kernels/vector_math.h"

namespace sinew::models {
namespace {

float Sigmoid(float x) { return 0.5f + 0.5f * VectorTanh(0.5f * x); }

// One sequence's step. @param gates  [3 width], W_i x + b_i at first, then r, z, n.
// @param from_state  [3 width], W_h h + b_h. All others [width].
void CellForward(const float* from_state, const float* before, int width, float* gates,
                 float* candidate, float* after) {
#pragma omp simd
  for (int j = 0; j < width; ++j) {
    const float r = Sigmoid(gates[j] + from_state[j]);
    const float z = Sigmoid(gates[width + j] + from_state[width + j]);
    const float c = from_state[2 * width + j];
    const float n = VectorTanh(gates[2 * width + j] + r * c);
    gates[j] = r;
    gates[width + j] = z;
    gates[2 * width + j] = n;
    candidate[j] = c;
    after[j] = n + z * (before[j] - n);
  }
}

/// What CellForward left of one sequence's step.
struct Cell {
  const float *gates, *candidate, *before;
};

// @param delta     [width], gradient by the state behind the step.
// @param by_input, by_state  [3 width]. @param carried  [width], gradient by the state before the
// step by way of z.
void CellBackward(const Cell& cell, const float* delta, int width, float* by_input, float* by_state,
                  float* carried) {
#pragma omp simd
  for (int j = 0; j < width; ++j) {
    const float r = cell.gates[j], z = cell.gates[width + j], n = cell.gates[2 * width + j];
    const float by_n = delta[j] * (1 - z) * (1 - n * n);
    const float by_r = by_n * cell.candidate[j] * r * (1 - r);
    const float by_z = delta[j] * (cell.before[j] - n) * z * (1 - z);
    by_input[j] = by_state[j] = by_r;
    by_input[width + j] = by_state[width + j] = by_z;
    by_input[2 * width + j] = by_n;
    by_state[2 * width + j] = by_n * r;
    carried[j] = delta[j] * z;
  }
}

void Transpose(const float* from, int rows, int columns, float* to) {
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) to[j * rows + i] = from[i * columns + j];
  }
}

}  // namespace

void FusedGru::Grow() {
  const size_t width = spec_.width, count = count_;
  const auto grow = [](AlignedVector<float>* values, size_t size) {
    if (values->size() < size) values->resize(size);
  };
  grow(&state_weight_, 3 * width * width);
  for (auto* values : {&gates_, &by_input_, &by_state_}) grow(values, rows_ * 3 * width);
  for (auto* values : {&candidates_, &before_, &states_}) grow(values, rows_ * width);
  grow(&from_state_, count * 3 * width);
  grow(&carried_, count * width);
  grow(&through_, count * width);
}

void FusedGru::Begin(int step, const Sequences& sequences) {
  const size_t width = spec_.width, size = static_cast<size_t>(count_) * width;
  float* before = before_.data() + step * size;
  const float* last = step > 0                  ? states_.data() + (step - 1) * size
                      : sequences.state.empty() ? nullptr
                                                : sequences.state.data();
  for (int i = 0; i < count_; ++i) {
    const bool zero = !last || begins_[static_cast<size_t>(step) * count_ + i] != 0;
    if (zero) {
      std::fill_n(before + i * width, width, 0.0f);
    } else {
      std::copy_n(last + i * width, width, before + i * width);
    }
  }
}

std::span<const float> FusedGru::Forward(const float* parameters, const Sequences& sequences,
                                         const float* inputs) {
  assert(sequences.state.empty() ||
         sequences.state.size() == static_cast<size_t>(sequences.count) * spec_.width);
  assert(sequences.begins.empty() || sequences.begins.size() == sequences.rows());
  steps_ = sequences.steps, count_ = sequences.count, rows_ = sequences.rows(), inputs_ = inputs;
  Grow();
  begins_.assign(rows_, 0);
  std::ranges::copy(sequences.begins, begins_.begin());
  const int width = spec_.width;
  DenseForward(inputs, spec_.inputs, parameters + spec_.input_weight(),
               parameters + spec_.input_bias(), 3 * width, static_cast<int>(rows_),
               Activation::kIdentity, gates_.data(), 3 * width, RowBits::kSame);
  // panels of the weights are then read where they stand, not packed at every step
  Transpose(parameters + spec_.state_weight(), 3 * width, width, state_weight_.data());
  for (int step = 0; step < steps_; ++step) {
    Begin(step, sequences);
    const size_t first = static_cast<size_t>(step) * count_;
    BlockedGemm({count_, 3 * width, width}, {before_.data() + first * width, width},
                {state_weight_.data(), 3 * width}, {.bias = parameters + spec_.state_bias()},
                from_state_.data(), 3 * width);
    for (int i = 0; i < count_; ++i) {
      const size_t row = (first + i) * width;
      CellForward(from_state_.data() + static_cast<size_t>(i) * 3 * width, before_.data() + row,
                  width, gates_.data() + 3 * row, candidates_.data() + row, states_.data() + row);
    }
  }
  return states();
}

void FusedGru::BackwardStep(int step, const float* parameters, const float* state_gradient) {
  const int width = spec_.width;
  const bool last = step + 1 == steps_;
  for (int i = 0; i < count_; ++i) {
    const size_t at = static_cast<size_t>(step) * count_ + i, row = at * width;
    float* carried = carried_.data() + static_cast<size_t>(i) * width;
    float* delta = through_.data() + static_cast<size_t>(i) * width;
    // nothing comes back from another episode
    if (last || begins_[at + count_] != 0) {
      std::fill_n(carried, width, 0.0f);
      std::fill_n(delta, width, 0.0f);
    }
    for (int j = 0; j < width; ++j) delta[j] += carried[j] + state_gradient[row + j];
    CellBackward({gates_.data() + 3 * row, candidates_.data() + row, before_.data() + row}, delta,
                 width, by_input_.data() + 3 * row, by_state_.data() + 3 * row, carried);
  }
  if (step == 0) return;
  DenseInputGradient(by_state_.data() + static_cast<size_t>(step) * count_ * 3 * width, 3 * width,
                     parameters + spec_.state_weight(), width, width, count_, through_.data());
}

void FusedGru::Backward(const float* parameters, const float* state_gradient, float* gradient,
                        float* input_gradient, ThreadPool* pool) {
  for (int step = steps_ - 1; step >= 0; --step) BackwardStep(step, parameters, state_gradient);
  const int width = spec_.width, rows = static_cast<int>(rows_);
  RunBoth(
      pool,
      [&] {
        DenseWeightGradient(by_state_.data(), 3 * width, before_.data(), width, rows,
                            gradient + spec_.state_weight(), gradient + spec_.state_bias());
      },
      [&] {
        DenseWeightGradient(by_input_.data(), 3 * width, inputs_, spec_.inputs, rows,
                            gradient + spec_.input_weight(), gradient + spec_.input_bias());
        if (!input_gradient) return;
        DenseInputGradient(by_input_.data(), 3 * width, parameters + spec_.input_weight(),
                           spec_.inputs, spec_.inputs, rows, input_gradient);
      });
}

}  // namespace sinew::models
