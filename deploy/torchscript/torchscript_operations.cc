#include "deploy/torchscript/torchscript_operations.h"

#include <fmt/format.h>

namespace sinew::deploy {
namespace {

using policy::Activation;
using policy::Tensor;

std::string Activated(Activation activation, const std::string& x) {
  switch (activation) {
    case Activation::kIdentity:
      return x;
    case Activation::kRelu:
      return fmt::format("torch.relu({})", x);
    case Activation::kTanh:
      return fmt::format("torch.tanh({})", x);
    case Activation::kSigmoid:
      return fmt::format("torch.sigmoid({})", x);
    case Activation::kSilu:
      break;
  }
  return fmt::format("{0} * torch.sigmoid({0})", x);
}

// One operation; the rows of this emitter's table.
class Emitter {
 public:
  Emitter(const policy::Node& node, const policy::Shapes& shapes, bool stochastic)
      : node_(node), shapes_(shapes), stochastic_(stochastic) {}

  TorchScriptCode Take() { return std::move(code_); }

  void operator()(const policy::Normalize& op) {
    Give(fmt::format("torch.clamp(({} - {}) * {}, {:.9g}, {:.9g})", x(), Parameter("mean", op.mean),
                     Parameter("scale", op.scale), -op.clip, op.clip));
  }

  void operator()(const policy::Dense& op) {
    Give(Affine("", op.weight, op.bias, x()));
    Apply(op.activation);
  }
  void operator()(const policy::Activate& op) {
    Give(x());
    Apply(op.activation);
  }

  void operator()(const policy::LayerNorm& op) {
    Give(fmt::format("{0} - torch.mean({0}, [1], True)", x()));
    Normed(op.weight, op.epsilon);
    Give(fmt::format("{} + {}", y(), Parameter("bias", op.bias)));
  }
  void operator()(const policy::RmsNorm& op) {
    Give(x());
    Normed(op.weight, op.epsilon);
  }

  void operator()(const policy::Add&) { Give(Joined(" + ")); }
  void operator()(const policy::Concatenate&) {
    Give(fmt::format("torch.cat([{}], 1)", Joined(", ")));
  }
  void operator()(const policy::Slice& op) {
    Give(fmt::format("{}[:, {}:{}]", x(), op.begin, op.end));
  }
  // every value is flat
  void operator()(const policy::Flatten&) { Give(x()); }
  void operator()(const policy::Picture&) { Give(x()); }

  void operator()(const policy::Conv2d& op) {
    const policy::Shape& in = shapes_.at(node_.inputs[0]);
    Give(
        fmt::format("torch.conv2d(torch.reshape({}, [-1, {}, {}, {}]), {}, {}, [{}, {}], [{}, {}])",
                    x(), in[0], in[1], in[2], Parameter("weight", op.weight),
                    Parameter("bias", op.bias), op.stride, op.stride, op.padding, op.padding));
    Give(fmt::format("torch.reshape({}, [-1, {}])", y(),
                     policy::ElementCount(shapes_.at(node_.output))));
    Apply(op.activation);
  }

  void operator()(const policy::Gru& op) {
    const int64_t size = op.size();
    const std::string h = Input(1), i = "i_" + y(), s = "s_" + y(), z = "z_" + y(), n = "n_" + y();
    Let(i, Affine("_ih", op.weight_ih, op.bias_ih, x()));
    Let(s, Affine("_hh", op.weight_hh, op.bias_hh, h));
    const auto gate = [&](int64_t k) {
      return fmt::format("{0}[:, {2}:{3}] + {1}[:, {2}:{3}]", i, s, k * size, (k + 1) * size);
    };
    Let(z, fmt::format("torch.sigmoid({})", gate(1)));
    Let(n, fmt::format("torch.tanh({0}[:, {2}:] + torch.sigmoid({3}) * {1}[:, {2}:])", i, s,
                       2 * size, gate(0)));
    Give(fmt::format("(1.0 - {0}) * {1} + {0} * {2}", z, n, h));
  }

  void operator()(const policy::Gaussian& op) {
    Give(x());
    if (!stochastic_) return;
    std::string log_std;
    if (op.weight.empty()) {
      log_std = Parameter("bias", op.bias);
    } else {
      log_std = "log_std_" + y();
      Let(log_std,
          fmt::format("{:.9g} + {:.9g} * (1.0 + torch.tanh({}))", op.low, 0.5f * (op.high - op.low),
                      Affine("", op.weight, op.bias, Input(1))));
    }
    Give(fmt::format("{} + torch.exp({}) * good_noise", y(), log_std));
  }

  void operator()(const policy::ActionTable& op) {
    // plus 0, or NaN where a number is none: a choice among those is no action
    Give(fmt::format(
        "torch.index_select({0}, 0, torch.argmax({1}, 1)) + torch.mean({1} * 0.0, [1], True)",
        Parameter("table", op.table), x()));
  }

  void operator()(const policy::Clip& op) {
    Give(fmt::format("torch.clamp({}, {:.9g}, {:.9g}) * {:.9g} + {:.9g}", x(), op.low, op.high,
                     op.scale, op.offset));
  }

 private:
  std::string Input(size_t k) const { return TorchScriptName(node_.inputs[k]); }
  std::string x() const { return Input(0); }
  std::string y() const { return TorchScriptName(node_.output); }

  void Let(const std::string& name, const std::string& expression) {
    code_.lines += fmt::format("    {} = {}\n", name, expression);
  }
  void Give(const std::string& expression) { Let(y(), expression); }
  void Apply(Activation activation) {
    if (activation != Activation::kIdentity) Give(Activated(activation, y()));
  }
  std::string Parameter(const std::string& field, const Tensor& tensor) {
    code_.parameters.emplace_back(node_.output + "_" + field, tensor);
    return "self." + code_.parameters.back().first;
  }
  std::string Affine(const std::string& suffix, const Tensor& weight, const Tensor& bias,
                     const std::string& input) {
    const std::string w = Parameter("weight" + suffix, weight),
                      b = Parameter("bias" + suffix, bias);
    return fmt::format("torch.addmm({}, {}, torch.t({}))", b, input, w);
  }
  void Normed(const Tensor& weight, float epsilon) {
    Give(fmt::format("{0} / torch.sqrt(torch.mean({0} * {0}, [1], True) + {1:.9g}) * {2}", y(),
                     epsilon, Parameter("weight", weight)));
  }
  std::string Joined(const char* between) const {
    std::string text;
    for (size_t k = 0; k < node_.inputs.size(); ++k) text += (k ? between : "") + Input(k);
    return text;
  }

  const policy::Node& node_;
  const policy::Shapes& shapes_;
  bool stochastic_;
  TorchScriptCode code_;
};

}  // namespace

std::string TorchScriptName(const std::string& value) { return "v_" + value; }

TorchScriptCode OperationInTorchScript(const policy::Node& node, const policy::Shapes& shapes,
                                       bool stochastic) {
  Emitter emitter(node, shapes, stochastic);
  std::visit(emitter, node.operation);
  return emitter.Take();
}

}  // namespace sinew::deploy
