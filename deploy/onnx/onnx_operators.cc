#include "deploy/onnx/onnx_operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace sinew::deploy {
namespace {

// multiplications of one matrix product: keeps such a file from taking minutes
constexpr int64_t kMostProducts = int64_t{1} << 30;

using Inputs = std::vector<const OnnxTensor*>;
using Attributes = std::map<std::string, std::vector<int64_t>>;

// the only value of an attribute; `missing` where it is not there
int64_t AttributeOr(const Attributes& attributes, const char* name, int64_t missing) {
  const auto found = attributes.find(name);
  if (found == attributes.end()) return missing;
  return found->second.size() == 1 ? found->second[0] : -1;
}

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
  if (AttributeOr(attributes, "transB", 0) != 1 || attributes.size() != 1) {
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

// one number a row
template <class Function>
OnnxTensor Reduce(const Inputs& inputs, const Attributes& attributes, Function function) {
  const OnnxTensor& x = *inputs[0];
  const bool known =
      AttributeOr(attributes, "axes", 0) == 1 && AttributeOr(attributes, "keepdims", 1) == 1;
  if (!known || x.columns < 1) throw BadOperation{"only the reduction of a row is known"};
  OnnxTensor y = Empty(x.rows, 1);
  for (int64_t r = 0; r < x.rows; ++r) {
    y.values[r] = function(std::span(x.values).subspan(r * x.columns, x.columns));
  }
  return y;
}

OnnxTensor ReduceMin(const Inputs& inputs, const Attributes& attributes) {
  return Reduce(inputs, attributes,
                [](std::span<const float> row) { return *std::ranges::min_element(row); });
}

OnnxTensor ReduceMean(const Inputs& inputs, const Attributes& attributes) {
  return Reduce(inputs, attributes, [](std::span<const float> row) {
    float sum = 0;
    for (const float value : row) sum += value;
    return sum / static_cast<float>(row.size());
  });
}

OnnxTensor ArgMax(const Inputs& inputs, const Attributes& attributes) {
  const OnnxTensor& x = *inputs[0];
  const bool known =
      AttributeOr(attributes, "axis", 0) == 1 && AttributeOr(attributes, "keepdims", 1) == 0;
  if (!known || x.columns < 1) throw BadOperation{"only the largest of a row is known"};
  OnnxTensor y = Empty(x.rows, 1);
  for (int64_t r = 0; r < x.rows; ++r) {
    const auto row = std::span(x.values).subspan(r * x.columns, x.columns);
    y.values[r] = static_cast<float>(std::ranges::max_element(row) - row.begin());
  }
  return y;
}

// rows of a table
OnnxTensor Gather(const Inputs& inputs, const Attributes& attributes) {
  const OnnxTensor &table = *inputs[0], &index = *inputs[1];
  if (!attributes.empty() || index.columns != 1) throw BadOperation{"only rows are gathered"};
  OnnxTensor y = Empty(index.rows, table.columns);
  for (int64_t r = 0; r < index.rows; ++r) {
    const float at = index.values[r];
    if (!(at >= 0 && at < static_cast<float>(table.rows))) {
      throw BadOperation{fmt::format("row {} of {}", at, table.rows)};
    }
    std::copy_n(table.values.begin() + static_cast<int64_t>(at) * table.columns, table.columns,
                y.values.begin() + r * y.columns);
  }
  return y;
}

OnnxTensor Concat(const Inputs& inputs, const Attributes& attributes) {
  if (AttributeOr(attributes, "axis", 0) != 1) throw BadOperation{"only columns are joined"};
  int64_t columns = 0;
  for (const OnnxTensor* input : inputs) {
    if (input->rows != inputs[0]->rows) throw BadOperation{"the numbers of rows differ"};
    columns += input->columns;
  }
  OnnxTensor y = Empty(inputs[0]->rows, columns);
  for (int64_t r = 0; r < y.rows; ++r) {
    auto to = y.values.begin() + r * columns;
    for (const OnnxTensor* input : inputs) {
      to = std::copy_n(input->values.begin() + r * input->columns, input->columns, to);
    }
  }
  return y;
}

// whole numbers of a constant
std::vector<int64_t> WholeNumbers(const OnnxTensor& tensor) {
  std::vector<int64_t> numbers;
  for (const float value : tensor.values) {
    if (!(std::abs(value) <= static_cast<float>(kMostElements)) || value != std::floor(value)) {
      throw BadOperation{fmt::format("{} is no place or size", value)};
    }
    numbers.push_back(static_cast<int64_t>(value));
  }
  return numbers;
}

OnnxTensor Slice(const Inputs& inputs, const Attributes&) {
  const OnnxTensor& x = *inputs[0];
  const auto begin = WholeNumbers(*inputs[1]), end = WholeNumbers(*inputs[2]),
             axis = WholeNumbers(*inputs[3]);
  const bool known = begin.size() == 1 && end.size() == 1 && axis == std::vector<int64_t>{1} &&
                     begin[0] >= 0 && begin[0] < end[0] && end[0] <= x.columns;
  if (!known) throw BadOperation{"only columns that are there are cut out"};
  OnnxTensor y = Empty(x.rows, end[0] - begin[0]);
  for (int64_t r = 0; r < x.rows; ++r) {
    std::copy_n(x.values.begin() + r * x.columns + begin[0], y.columns,
                y.values.begin() + r * y.columns);
  }
  return y;
}

// rows stay rows
OnnxTensor Reshape(const Inputs& inputs, const Attributes&) {
  const OnnxTensor& x = *inputs[0];
  const auto shape = WholeNumbers(*inputs[1]);
  if ((shape.size() != 2 && shape.size() != 4) || shape[0] != -1) {
    throw BadOperation{"only rows are given another shape"};
  }
  int64_t size = 1;
  for (size_t k = 1; k < shape.size(); ++k) {
    if (shape[k] < 1 || shape[k] > kMostElements / size) throw BadOperation{"the size is nonsense"};
    size *= shape[k];
  }
  if (size != x.columns) {
    throw BadOperation{fmt::format("{} numbers become {}", x.columns, size)};
  }
  OnnxTensor y = x;
  y.row_shape.assign(shape.begin() + 1, shape.end());
  if (shape.size() == 2) y.row_shape.clear();
  return y;
}

OnnxTensor Conv(const Inputs& inputs, const Attributes& attributes) {
  const OnnxTensor &x = *inputs[0], &weight = *inputs[1], &bias = *inputs[2];
  const auto &in = x.row_shape, &kernel = weight.row_shape;
  if (in.size() != 3 || kernel.size() != 3 || kernel[0] != in[0] || bias.rows != 1 ||
      bias.columns != weight.rows || !attributes.contains("strides") ||
      !attributes.contains("pads") || attributes.size() != 2) {
    throw BadOperation{"picture, kernel and bias do not fit"};
  }
  const auto &strides = attributes.at("strides"), &pads = attributes.at("pads");
  constexpr int64_t kMost = 1024;
  const auto same = [](const std::vector<int64_t>& list, size_t size, int64_t least) {
    return list.size() == size && list[0] >= least && list[0] <= kMost &&
           std::ranges::count(list, list[0]) == static_cast<int64_t>(size);
  };
  if (!same(strides, 2, 1) || !same(pads, 4, 0)) throw BadOperation{"strides or pads not known"};
  const int64_t stride = strides[0], pad = pads[0];
  if (in[1] + 2 * pad < kernel[1] || in[2] + 2 * pad < kernel[2]) {
    throw BadOperation{"the kernel is larger than the picture"};
  }
  const int64_t height = (in[1] + 2 * pad - kernel[1]) / stride + 1;
  const int64_t width = (in[2] + 2 * pad - kernel[2]) / stride + 1;
  if (height > kMostElements / width || weight.rows > kMostElements / (height * width)) {
    throw BadOperation{"the result is too large"};
  }
  OnnxTensor y = Empty(x.rows, weight.rows * height * width);
  const auto results = static_cast<int64_t>(y.values.size());
  if (results > 0 && weight.columns > kMostProducts / results) {
    throw BadOperation{"too many products"};
  }
  y.row_shape = {weight.rows, height, width};
  for (int64_t n = 0; n < results; ++n) {
    const int64_t j = n % width, i = n / width % height, o = n / (width * height) % weight.rows,
                  row = n / y.columns;
    float sum = bias.values[o];
    for (int64_t k = 0; k < weight.columns; ++k) {
      const int64_t v = j * stride - pad + k % kernel[2],
                    u = i * stride - pad + k / kernel[2] % kernel[1],
                    c = k / (kernel[1] * kernel[2]);
      if (u < 0 || u >= in[1] || v < 0 || v >= in[2]) continue;
      sum += weight.values[o * weight.columns + k] *
             x.values[row * x.columns + (c * in[1] + u) * in[2] + v];
    }
    y.values[n] = sum;
  }
  return y;
}

OnnxTensor Cast(const Inputs& inputs, const Attributes& attributes) {
  constexpr int64_t kFloat = 1;
  if (AttributeOr(attributes, "to", 0) != kFloat) {
    throw BadOperation{"only a cast to float is known"};
  }
  return *inputs[0];
}

// NaN goes through, as in the hardware's order of comparison
float Clip(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

constexpr size_t kAnyNumber = 0;

struct Operator {
  size_t inputs;  // or any number, at least one
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
      {"Sigmoid", {1, Pointwise<[](const float* v) { return 1 / (1 + std::exp(-v[0])); }>}},
      {"Sqrt", {1, Pointwise<[](const float* v) { return std::sqrt(v[0]); }>}},
      {"Div", {2, Pointwise<[](const float* v) { return v[0] / v[1]; }>}},
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
      {"ReduceMean", {1, ReduceMean}},
      {"ArgMax", {1, ArgMax}},
      {"Gather", {2, Gather}},
      {"Concat", {kAnyNumber, Concat}},
      {"Slice", {4, Slice}},
      {"Reshape", {2, Reshape}},
      {"Conv", {3, Conv}},
      {"Cast", {1, Cast}}};
  return kOperators;
}

}  // namespace

bool IsKnownOperator(const std::string& op) { return Operators().contains(op); }

OnnxTensor ApplyOperator(const std::string& op, const std::vector<const OnnxTensor*>& inputs,
                         const std::map<std::string, std::vector<int64_t>>& attributes) {
  const auto found = Operators().find(op);
  if (found == Operators().end()) throw BadOperation{"the operator is not known"};
  const size_t expected = found->second.inputs;
  if (inputs.empty() || (expected != kAnyNumber && inputs.size() != expected)) {
    throw BadOperation{fmt::format("{} inputs, expected {}", inputs.size(), expected)};
  }
  return found->second.apply(inputs, attributes);
}

}  // namespace sinew::deploy
