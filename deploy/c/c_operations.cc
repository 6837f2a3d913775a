#include "deploy/c/c_operations.h"

#include <fmt/format.h>

#include <map>
#include <span>

#include "deploy/base/c_text.h"

namespace sinew::deploy {
namespace {

using policy::Activation;
using policy::Tensor;

constexpr std::string_view kSigmoid = R"(
static inline void @p@_sigmoid(float *y, int count) {
  int i;
  for (i = 0; i < count; ++i) y[i] = 1.0f / (1.0f + expf(-y[i]));
}
)";

constexpr std::string_view kSilu = R"(
static inline void @p@_silu(float *y, int count) {
  int i;
  for (i = 0; i < count; ++i) y[i] = y[i] / (1.0f + expf(-y[i]));
}
)";

constexpr std::string_view kCopy = R"(
static inline void @p@_copy(const float *x, float *y, int count) {
  int i;
  for (i = 0; i < count; ++i) y[i] = x[i];
}
)";

constexpr std::string_view kNorm = R"(
/* (x - mean) / sqrt(var + epsilon) weight + bias, or x / sqrt(mean(x^2) + epsilon) weight where there
 * is no bias */
static inline void @p@_norm(const float *weight, const float *bias, float epsilon, int count,
                            const float *x, float *y) {
  float mean = 0.0f, square = 0.0f, factor;
  int i;
  for (i = 0; bias && i < count; ++i) mean += x[i];
  mean /= (float)count;
  for (i = 0; i < count; ++i) square += (x[i] - mean) * (x[i] - mean);
  factor = 1.0f / sqrtf(square / (float)count + epsilon);
  for (i = 0; i < count; ++i) {
    y[i] = (x[i] - mean) * factor * weight[i] + (bias ? bias[i] : 0.0f);
  }
}
)";

constexpr std::string_view kConv = R"(
/* a convolution of channels x height x width by outputs x channels x rows x columns */
static inline void @p@_conv2d(const float *weight, const float *bias, int channels, int height,
                              int width, int outputs, int rows, int columns, int stride,
                              int padding, const float *x, float *y) {
  const int down = (height + 2 * padding - rows) / stride + 1;
  const int across = (width + 2 * padding - columns) / stride + 1;
  int o, i, j, c, u, v;
  for (o = 0; o < outputs; ++o) {
    for (i = 0; i < down; ++i) {
      for (j = 0; j < across; ++j) {
        const float *w = weight + o * channels * rows * columns;
        float sum = bias[o];
        for (c = 0; c < channels; ++c) {
          for (u = 0; u < rows; ++u) {
            const int row = i * stride + u - padding;
            for (v = 0; v < columns; ++v, ++w) {
              const int column = j * stride + v - padding;
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              sum += *w * x[(c * height + row) * width + column];
            }
          }
        }
        *y++ = sum;
      }
    }
  }
}
)";

constexpr std::string_view kGru = R"(
/* A gated recurrent unit; gates holds what input and state add to r, z and n, 3 * size each. */
static inline void @p@_gru(float *gates, int size, const float *h, float *next) {
  const float *s = gates + 3 * size;
  int i;
  for (i = 0; i < size; ++i) {
    const float r = 1.0f / (1.0f + expf(-(gates[i] + s[i])));
    const float z = 1.0f / (1.0f + expf(-(gates[size + i] + s[size + i])));
    const float n = tanhf(gates[2 * size + i] + r * s[2 * size + i]);
    next[i] = (1.0f - z) * n + z * h[i];
  }
}
)";

constexpr std::string_view kLargest = R"(
/* index of the largest value, the first of those that are equal */
static inline int @p@_largest(const float *x, int count) {
  int i, best = 0;
  for (i = 1; i < count; ++i) {
    if (x[i] > x[best]) best = i;
  }
  return best;
}
)";

std::vector<float> Transposed(const Tensor& weight) {
  const int64_t outputs = weight.shape[0], inputs = weight.shape[1];
  std::vector<float> transposed;
  for (int64_t j = 0; j < inputs; ++j) {
    for (int64_t i = 0; i < outputs; ++i) transposed.push_back(weight.values[i * inputs + j]);
  }
  return transposed;
}

// One operation; the rows of this emitter's table.
class Emitter {
 public:
  explicit Emitter(const CPlace& place) : place_(place) {}

  CCode Take() { return std::move(code_); }

  void operator()(const policy::Normalize& op) {
    // the observation's own normaliser has names that say so
    const bool own = place_.inputs[0] == "observation";
    const std::string name = own ? "@p@_obs" : Name();
    Array(name + "_mean", op.mean.values);
    Array(name + "_scale", op.scale.values);
    const std::string clip = own ? "@P@_OBS_CLIP" : fmt::format("{:a}f", op.clip);
    code_.lines += fmt::format(
        "  for (i = 0; i < {0}; ++i) {{\n"
        "    {1}[i] = @p@_clamp(({2}[i] - {3}_mean[i]) * {3}_scale[i], -{4}, {4});\n"
        "  }}\n",
        own ? "@P@_OBS_DIM" : fmt::to_string(Size()), y(), x(), name, clip);
  }

  void operator()(const policy::Dense& op) {
    code_.arrays += fmt::format("/* layer {}: {} to {}, {} */\n", place_.layer, op.inputs(),
                                op.outputs(), policy::ActivationName(op.activation));
    const std::string weight = fmt::format("@p@_weight{}", place_.layer);
    const std::string bias = fmt::format("@p@_bias{}", place_.layer);
    Array(weight, Transposed(op.weight));
    Array(bias, op.bias.values);
    code_.lines += DenseCall(weight, bias, op.inputs(), fmt::to_string(op.outputs()), x(), y());
    Apply(op.activation);
  }

  void operator()(const policy::Activate& op) {
    Copy();
    Apply(op.activation);
  }

  void operator()(const policy::LayerNorm& op) {
    Comment("layer norm");
    Array(Name() + "_weight", op.weight.values);
    Array(Name() + "_bias", op.bias.values);
    Norm(Name() + "_bias", op.epsilon);
  }

  void operator()(const policy::RmsNorm& op) {
    Comment("RMS norm");
    Array(Name() + "_weight", op.weight.values);
    Norm("NULL", op.epsilon);
  }

  void operator()(const policy::Add&) {
    Copy();
    for (size_t k = 1; k < place_.inputs.size(); ++k) {
      code_.lines += fmt::format("  for (i = 0; i < {}; ++i) {}[i] += {}[i];\n", Size(), y(),
                                 place_.inputs[k]);
    }
  }

  void operator()(const policy::Concatenate&) {
    int64_t at = 0;
    for (size_t k = 0; k < place_.inputs.size(); ++k) {
      const int64_t size = policy::ElementCount(place_.shapes[k]);
      CopyCall(place_.inputs[k], fmt::format("{} + {}", y(), at), size);
      at += size;
    }
  }

  void operator()(const policy::Slice& op) {
    CopyCall(fmt::format("{} + {}", x(), op.begin), y(), Size());
  }
  void operator()(const policy::Flatten&) { Copy(); }
  void operator()(const policy::Picture&) { Copy(); }

  void operator()(const policy::Conv2d& op) {
    const policy::Shape &in = place_.shapes[0], &w = op.weight.shape;
    Comment(fmt::format("convolution, {}", policy::ActivationName(op.activation)));
    Array(Name() + "_weight", op.weight.values);
    Array(Name() + "_bias", op.bias.values);
    code_.helpers.insert("conv2d");
    code_.lines += fmt::format(
        "  @p@_conv2d({0}_weight, {0}_bias, {1}, {2}, {3}, {4}, {5}, {6}, {7}, "
        "{8}, {9}, {10});\n",
        Name(), in[0], in[1], in[2], w[0], w[2], w[3], op.stride, op.padding, x(), y());
    Apply(op.activation);
  }

  void operator()(const policy::Gru& op) {
    Comment(fmt::format("gated recurrent unit: {} and {} to {}; gates r, z, n", op.inputs(),
                        op.size(), op.size()));
    Array(Name() + "_weight_ih", Transposed(op.weight_ih));
    Array(Name() + "_bias_ih", op.bias_ih.values);
    Array(Name() + "_weight_hh", Transposed(op.weight_hh));
    Array(Name() + "_bias_hh", op.bias_hh.values);
    code_.helpers.insert("gru");
    code_.scratch = 6 * op.size();
    const std::string gates = fmt::to_string(3 * op.size());
    code_.lines +=
        fmt::format("  {{\n    float gates[{}];\n", 6 * op.size()) + "  " +
        DenseCall(Name() + "_weight_ih", Name() + "_bias_ih", op.inputs(), gates, x(), "gates") +
        "  " +
        DenseCall(Name() + "_weight_hh", Name() + "_bias_hh", op.size(), gates, place_.inputs[1],
                  "gates + " + gates) +
        fmt::format("    @p@_gru(gates, {}, {}, {});\n  }}\n", op.size(), place_.inputs[1], y());
  }

  // adds the noise to what the last layer gave
  void operator()(const policy::Gaussian& op) {
    Copy();
    if (!place_.stochastic) return;
    code_.arrays += "/* log standard deviations of the noise */\n";
    if (op.weight.empty()) {
      Array("@p@_log_std_bias", op.bias.values);
      code_.lines += fmt::format(
          "  if (noise) {{\n"
          "    for (i = 0; i < @P@_ACT_DIM; ++i) {}[i] += expf(@p@_log_std_bias[i]) * noise[i];\n"
          "  }}\n",
          y());
      return;
    }
    Array("@p@_log_std_weight", Transposed(op.weight));
    Array("@p@_log_std_bias", op.bias.values);
    code_.scratch = Size();
    code_.lines += fmt::format(
        "  if (noise) {{\n"
        "    float s[@P@_ACT_DIM];\n"
        "  {}"
        "    for (i = 0; i < @P@_ACT_DIM; ++i) {{\n"
        "      {}[i] += expf({:a}f + {:a}f * (1.0f + tanhf(s[i]))) * noise[i];\n"
        "    }}\n"
        "  }}\n",
        DenseCall("@p@_log_std_weight", "@p@_log_std_bias", op.weight.shape[1], "@P@_ACT_DIM",
                  place_.inputs[1], "s"),
        y(), op.low, 0.5f * (op.high - op.low));
  }

  void operator()(const policy::ActionTable& op) {
    const int64_t choices = op.table.shape[0];
    Comment(fmt::format("{} choices of {} values", choices, Size()));
    Array(Name() + "_table", op.table.values);
    code_.helpers.insert({"largest", "copy"});
    code_.lines += fmt::format(
        "  if (!@p@_all_finite({0}, {1})) return @P@_BAD_OUTPUT;\n"
        "  @p@_copy({2}_table + {3} * @p@_largest({0}, {1}), {4}, {3});\n",
        x(), choices, Name(), Size(), y());
  }

  void operator()(const policy::Clip& op) {
    code_.lines += fmt::format(
        "  for (i = 0; i < {}; ++i) {}[i] = @p@_clamp({}[i], {:a}f, {:a}f) * {:a}f + {:a}f;\n",
        Size(), y(), x(), op.low, op.high, op.scale, op.offset);
  }

 private:
  const std::string& x() const { return place_.inputs[0]; }
  const std::string& y() const { return place_.output; }
  int64_t Size() const { return policy::ElementCount(place_.shape); }
  // of this operation's constants
  std::string Name() const { return fmt::format("@p@_op{}", place_.index); }

  void Comment(const std::string& what) {
    code_.arrays += fmt::format("/* {}: {} */\n", place_.node.output, what);
  }
  void Array(const std::string& name, std::span<const float> values) {
    code_.arrays += CFloats(name, values);
    code_.floats += static_cast<int64_t>(values.size());
  }
  void CopyCall(const std::string& from, const std::string& to, int64_t size) {
    code_.helpers.insert("copy");
    code_.lines += fmt::format("  @p@_copy({}, {}, {});\n", from, to, size);
  }
  // nothing where the output lies where the input is
  void Copy() {
    if (x() != y()) CopyCall(x(), y(), Size());
  }
  static std::string DenseCall(const std::string& weight, const std::string& bias, int64_t inputs,
                               const std::string& outputs, const std::string& x,
                               const std::string& y) {
    return fmt::format("  @p@_dense({}, {}, {}, {}, {}, {});\n", weight, bias, inputs, outputs, x,
                       y);
  }
  void Apply(Activation activation) {
    if (activation == Activation::kIdentity) return;
    const std::string name = policy::ActivationName(activation);
    code_.helpers.insert(name);
    code_.lines += fmt::format("  @p@_{}({}, {});\n", name, y(), Size());
  }
  void Norm(const std::string& bias, float epsilon) {
    code_.helpers.insert("norm");
    code_.lines += fmt::format("  @p@_norm({}_weight, {}, {:a}f, {}, {}, {});\n", Name(), bias,
                               epsilon, Size(), x(), y());
  }

  const CPlace& place_;
  CCode code_;
};

}  // namespace

CCode OperationInC(const CPlace& place) {
  Emitter emitter(place);
  std::visit(emitter, place.node.operation);
  return emitter.Take();
}

std::string CHelperFunctions(const std::set<std::string>& names) {
  // relu and tanh are always there
  static const std::map<std::string, std::string_view> kFunctions{
      {"sigmoid", kSigmoid}, {"silu", kSilu}, {"copy", kCopy},      {"norm", kNorm},
      {"conv2d", kConv},     {"gru", kGru},   {"largest", kLargest}};
  std::string text;
  for (const auto& [name, function] : kFunctions) {
    if (names.contains(name)) text += function;
  }
  return text;
}

}  // namespace sinew::deploy
