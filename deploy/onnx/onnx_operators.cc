#include "deploy/onnx/onnx_operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sinew::deploy {
namespace {

// multiplications of one matrix product: keeps such a file from taking minutes
constexpr int64_t kMostProducts = int64_t{1} << 30;

using Inputs = std::vector<const OnnxTensor*>;
using Attributes = std::map<std::string, int64_t>;

OnnxTensor Empty(int64_t rows, int64_t columns) {
  if (rows < 0 || columns < 0 || (columns > 0 && rows > kMostElements / columns)) {
    throw BadOperation{fmt::format("a result of {} x {} is too large", rows, columns)};
  }
  return {rows, columns, std::vector<float>(static_cast<size_t>(rows * columns))};
}

// NumPy's rule for two sizes
int64_t Broadcast(int64_t a, int64_t b) {
  if (a != b && a != 1 && b != 1) {
    throw BadOperation{fmt::format("sizes {} and {} do not fit", a, b)};
  }
  return a == 1 ? b : a;
}

float At(const OnnxTensor& tensor, int64_t row, int64_t column) {
  return tensor
      .values[(tensor.rows == 1 ? 0 : row) * tensor.columns + (tensor.columns == 1 ? 0 : column)];
}

template <class Function>
OnnxTensor Elementwise(const Inputs& inputs, Function function) {
  int64_t rows = 1, columns = 1;
  for (const OnnxTensor* input : inputs) {
    rows = Broadcast(rows, input->rows);
    columns = Broadcast(columns, input->columns);
  }
  OnnxTensor out = Empty(rows, columns);
  float values[3] = {};
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      for (size_t k = 0; k < inputs.size(); ++k) values[k] = At(*inputs[k], r, c);
      out.values[r * columns + c] = function(values);
    }
  }
  return out;
}

// y = x weight^T + bias
OnnxTensor Gemm(const Inputs& inputs, const Attributes& attributes) {
  const OnnxTensor &x = *inputs[0], &weight = *inputs[1], &bias = *inputs[2];
  if (!attributes.contains("transB") || attributes.at("transB") != 1 || attributes.size() != 1) {
    throw BadOperation{"only transB = 1 is known"};
  }
  if (x.columns != weight.columns || bias.rows != 1 || bias.columns != weight.rows) {
    throw BadOperation{fmt::format("{} x {} by {} x {} and {} do not fit", x.rows, x.columns,
                                   weight.rows, weight.columns, bias.columns)};
  }
  OnnxTensor y = Empty(x.rows, weight.rows);
  const auto results = static_cast<int64_t>(y.values.size());
  if (results > 0 && x.columns > kMostProducts / results) {
    throw BadOperation{fmt::format("{} sums of {} products are too many", results, x.columns)};
  }
  for (int64_t r = 0; r < y.rows; ++r) {
    for (int64_t i = 0; i < y.columns; ++i) {
      float sum = bias.values[i];
      const float *a = &x.values[r * x.columns], *w = &weight.values[i * weight.columns];
      for (int64_t j = 0; j < x.columns; ++j) sum += w[j] * a[j];
      y.values[r * y.columns + i] = sum;
    }
  }
  return y;
}

OnnxTensor ReduceMin(const Inputs& inputs, const Attributes& attributes) {
  const OnnxTensor& x = *inputs[0];
  const bool known = attributes.contains("axes") && attributes.at("axes") == 1 &&
                     (!attributes.contains("keepdims") || attributes.at("keepdims") == 1);
  if (!known || x.columns < 1) throw BadOperation{"only the minimum of a row is known"};
  OnnxTensor y = Empty(x.rows, 1);
  for (int64_t r = 0; r < x.rows; ++r) {
    const auto row = x.values.begin() + r * x.columns;
    y.values[r] = *std::min_element(row, row + x.columns);
  }
  return y;
}

OnnxTensor Cast(const Inputs& inputs, const Attributes& attributes) {
  constexpr int64_t kFloat = 1;
  if (!attributes.contains("to") || attributes.at("to") != kFloat) {
    throw BadOperation{"only a cast to float is known"};
  }
  return *inputs[0];
}

// NaN goes through, as in the hardware's order of comparison
float Clip(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

struct Operator {
  size_t inputs;
  OnnxTensor (*apply)(const Inputs&, const Attributes&);
};

// an operator on single numbers
template <auto function>
OnnxTensor Pointwise(const Inputs& inputs, const Attributes&) {
  return Elementwise(inputs, function);
}

const std::map<std::string, Operator>& Operators() {
  static const std::map<std::string, Operator> kOperators{
      {"Abs", {1, Pointwise<[](const float* v) { return std::abs(v[0]); }>}},
      {"Exp", {1, Pointwise<[](const float* v) { return std::exp(v[0]); }>}},
      {"Relu", {1, Pointwise<[](const float* v) { return v[0] < 0 ? 0 : v[0]; }>}},
      {"Tanh", {1, Pointwise<[](const float* v) { return std::tanh(v[0]); }>}},
      {"Add", {2, Pointwise<[](const float* v) { return v[0] + v[1]; }>}},
      {"Sub", {2, Pointwise<[](const float* v) { return v[0] - v[1]; }>}},
      {"Mul", {2, Pointwise<[](const float* v) { return v[0] * v[1]; }>}},
      {"Min", {2, Pointwise<[](const float* v) { return v[1] < v[0] ? v[1] : v[0]; }>}},
      {"Max", {2, Pointwise<[](const float* v) { return v[0] < v[1] ? v[1] : v[0]; }>}},
      {"And", {2, Pointwise<[](const float* v) { return v[0] != 0 && v[1] != 0 ? 1.0f : 0.0f; }>}},
      {"Greater", {2, Pointwise<[](const float* v) { return v[1] < v[0] ? 1.0f : 0.0f; }>}},
      {"LessOrEqual", {2, Pointwise<[](const float* v) { return v[0] <= v[1] ? 1.0f : 0.0f; }>}},
      {"Clip", {3, Pointwise<[](const float* v) { return Clip(v[0], v[1], v[2]); }>}},
      {"Where", {3, Pointwise<[](const float* v) { return v[0] != 0 ? v[1] : v[2]; }>}},
      {"Gemm", {3, Gemm}},
      {"ReduceMin", {1, ReduceMin}},
      {"Cast", {1, Cast}}};
  return kOperators;
}

}  // namespace

bool IsKnownOperator(const std::string& op) { return Operators().contains(op); }

OnnxTensor ApplyOperator(const std::string& op, const std::vector<const OnnxTensor*>& inputs,
                         const std::map<std::string, int64_t>& attributes) {
  const auto found = Operators().find(op);
  if (found == Operators().end()) throw BadOperation{"the operator is not known"};
  if (inputs.size() != found->second.inputs) {
    throw BadOperation{fmt::format("{} inputs, expected {}", inputs.size(), found->second.inputs)};
  }
  return found->second.apply(inputs, attributes);
}

}  // namespace sinew::deploy
