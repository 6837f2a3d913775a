#include <fmt/format.h>

#include "deploy/onnx/onnx_builder.h"

namespace sinew::deploy {
namespace {

// One operation; the rows of this emitter's table. Each returns the name of its value.
class Emitter {
 public:
  Emitter(const policy::Node& node, const policy::Shapes& shapes,
          const std::vector<std::string>& inputs, const std::string& noise, OnnxBuilder* builder)
      : node_(node),
        name_("v." + node.output),
        shapes_(shapes),
        inputs_(inputs),
        noise_(noise),
        graph_(*builder) {}

  std::string operator()(const policy::Normalize& op) {
    const std::string mean = graph_.Vector(Name("mean"), op.mean.values);
    const std::string scale = graph_.Vector(Name("scale"), op.scale.values);
    const std::string centred = graph_.Op("Sub", {x(), mean}, Name("centred"));
    const std::string scaled = graph_.Op("Mul", {centred, scale}, Name("scaled"));
    return Bounded(scaled, -op.clip, op.clip, name_);
  }

  std::string operator()(const policy::Dense& op) {
    return graph_.Activate(op.activation, graph_.Dense(op.weight, op.bias, x(), name_),
                           Name("active"));
  }

  std::string operator()(const policy::Activate& op) {
    return graph_.Activate(op.activation, x(), name_);
  }

  std::string operator()(const policy::LayerNorm& op) {
    const std::string mean = graph_.RowMean(x(), Name("mean"));
    const std::string centred = graph_.Op("Sub", {x(), mean}, Name("centred"));
    const std::string scaled = Normed(centred, op.weight, op.epsilon, Name("scaled"));
    return graph_.Op("Add", {scaled, graph_.Vector(Name("bias"), op.bias.values)}, name_);
  }

  std::string operator()(const policy::RmsNorm& op) {
    return Normed(x(), op.weight, op.epsilon, name_);
  }

  std::string operator()(const policy::Add&) {
    std::string sum = x();
    for (size_t k = 1; k < inputs_.size(); ++k) {
      const bool last = k + 1 == inputs_.size();
      sum =
          graph_.Op("Add", {sum, inputs_[k]}, last ? name_ : Name(fmt::format("sum{}", k).c_str()));
    }
    return sum;
  }

  std::string operator()(const policy::Concatenate&) { return graph_.Concatenate(inputs_, name_); }
  std::string operator()(const policy::Slice& op) {
    return graph_.Columns(x(), op.begin, op.end, name_);
  }
  // every value is flat
  std::string operator()(const policy::Flatten&) { return x(); }
  std::string operator()(const policy::Picture&) { return x(); }

  std::string operator()(const policy::Conv2d& op) {
    const policy::Shape& in = shapes_.at(node_.inputs[0]);
    const std::string picture = graph_.Op(
        "Reshape", {x(), graph_.Places(Name("shape"), {-1, in[0], in[1], in[2]})}, Name("picture"));
    onnx::NodeProto* conv =
        graph_.Node("Conv",
                    {picture, graph_.Constant(Name("weight"), op.weight.values, op.weight.shape),
                     graph_.Vector(Name("bias"), op.bias.values)},
                    Name("convolved"));
    OnnxBuilder::SetInts(conv, "strides", {op.stride, op.stride});
    OnnxBuilder::SetInts(conv, "pads", {op.padding, op.padding, op.padding, op.padding});
    const int64_t size = policy::ElementCount(shapes_.at(node_.output));
    const std::string flat =
        graph_.Op("Reshape", {conv->output(0), graph_.Places(Name("size"), {-1, size})}, name_);
    return graph_.Activate(op.activation, flat, Name("active"));
  }

  std::string operator()(const policy::Gru& op) {
    const int64_t size = op.size();
    const std::string &h = inputs_[1],
                      i = graph_.Dense(op.weight_ih, op.bias_ih, x(), Name("from_input")),
                      s = graph_.Dense(op.weight_hh, op.bias_hh, h, Name("from_state"));
    const auto part = [&](const std::string& of, int64_t begin, int64_t end, const char* name) {
      return graph_.Columns(of, begin * size, end * size, Name(name));
    };
    const std::string sum =
        graph_.Op("Add", {part(i, 0, 2, "input_rz"), part(s, 0, 2, "state_rz")}, Name("sum_rz"));
    const std::string rz = graph_.Op("Sigmoid", {sum}, Name("rz"));
    const std::string r = part(rz, 0, 1, "r"), z = part(rz, 1, 2, "z");
    const std::string gated = graph_.Op("Mul", {r, part(s, 2, 3, "state_n")}, Name("gated"));
    const std::string n_sum = graph_.Op("Add", {part(i, 2, 3, "input_n"), gated}, Name("sum_n"));
    const std::string n = graph_.Op("Tanh", {n_sum}, Name("n"));
    const std::string fresh =
        graph_.Op("Mul", {graph_.Op("Sub", {"one", z}, Name("rest")), n}, Name("fresh"));
    return graph_.Op("Add", {fresh, graph_.Op("Mul", {z, h}, Name("kept"))}, name_);
  }

  // u + exp(log_std) noise
  std::string operator()(const policy::Gaussian& op) {
    if (noise_.empty()) return x();
    std::string log_std;
    if (op.weight.empty()) {
      log_std = graph_.Vector("log_std", op.bias.values);
    } else {
      const std::string raw = graph_.Dense(op.weight, op.bias, inputs_[1], "log_std_head");
      const std::string squashed = graph_.Op("Tanh", {raw}, "log_std_squashed");
      const std::string share = graph_.Op("Add", {squashed, "one"}, "log_std_share");
      const std::string half_range = graph_.Scalar("log_std_half_range", 0.5f * (op.high - op.low));
      const std::string above = graph_.Op("Mul", {share, half_range}, "log_std_above_low");
      log_std = graph_.Op("Add", {above, graph_.Scalar("log_std_low", op.low)}, "log_std");
    }
    const std::string std_dev = graph_.Op("Exp", {log_std}, "std_dev");
    const std::string deviation = graph_.Op("Mul", {std_dev, noise_}, "deviation");
    return graph_.Op("Add", {x(), deviation}, name_);
  }

  std::string operator()(const policy::ActionTable& op) {
    onnx::NodeProto* best = graph_.Node("ArgMax", {x()}, Name("best"));
    OnnxBuilder::SetInt(best, "axis", 1);
    OnnxBuilder::SetInt(best, "keepdims", 0);
    const std::string row = graph_.Op(
        "Gather",
        {graph_.Constant(Name("table"), op.table.values, op.table.shape), best->output(0)},
        Name("row"));
    // 0, or NaN where a number is none: a choice among those is no action
    const std::string nothing =
        graph_.RowMean(graph_.Op("Mul", {x(), "zero"}, Name("zeros")), Name("nothing"));
    return graph_.Op("Add", {row, nothing}, name_);
  }

  std::string operator()(const policy::Clip& op) {
    const std::string bounded = Bounded(x(), op.low, op.high, Name("bounded"));
    const std::string scaled =
        graph_.Op("Mul", {bounded, graph_.Scalar(Name("scale"), op.scale)}, Name("scaled"));
    return graph_.Op("Add", {scaled, graph_.Scalar(Name("offset"), op.offset)}, name_);
  }

 private:
  const std::string& x() const { return inputs_[0]; }
  std::string Name(const char* part) const { return name_ + "." + part; }

  std::string Bounded(const std::string& value, float low, float high, const std::string& name) {
    return graph_.Op(
        "Clip", {value, graph_.Scalar(Name("low"), low), graph_.Scalar(Name("high"), high)}, name);
  }
  // value / sqrt(mean(value^2) + epsilon) weight
  std::string Normed(const std::string& value, const policy::Tensor& weight, float epsilon,
                     const std::string& name) {
    const std::string square = graph_.Op("Mul", {value, value}, Name("square"));
    const std::string mean = graph_.RowMean(square, Name("mean_square"));
    const std::string sum =
        graph_.Op("Add", {mean, graph_.Scalar(Name("epsilon"), epsilon)}, Name("sum"));
    const std::string root = graph_.Op("Sqrt", {sum}, Name("root"));
    const std::string unit = graph_.Op("Div", {value, root}, Name("unit"));
    return graph_.Op("Mul", {unit, graph_.Vector(Name("weight"), weight.values)}, name);
  }

  const policy::Node& node_;
  std::string name_;  // of its value: none of the frame's
  const policy::Shapes& shapes_;
  const std::vector<std::string>& inputs_;
  const std::string& noise_;
  OnnxBuilder& graph_;
};

}  // namespace

std::string OperationInOnnx(const policy::Node& node, const policy::Shapes& shapes,
                            const std::vector<std::string>& inputs, const std::string& noise,
                            OnnxBuilder* builder) {
  return std::visit(Emitter(node, shapes, inputs, noise, builder), node.operation);
}

}  // namespace sinew::deploy
