#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sinew::policy {

/// Sizes of a value, outermost first; a vector is [n], a picture [channels x height x width].
using Shape = std::vector<int64_t>;

/// Numbers in a value of this shape. Shapes in a graph have been checked not to overflow.
int64_t ElementCount(const Shape& shape);
/// "3 x 8 x 8".
std::string ShapeText(const Shape& shape);

/// A parameter of an operation, row-major. Without a shape: an optional one that is not there.
struct Tensor {
  Shape shape;
  std::vector<float> values;
  bool empty() const { return shape.empty(); }
  bool operator==(const Tensor&) const = default;
};

Tensor VectorOf(std::vector<float> values);

/// What one evaluation costs.
struct Cost {
  int64_t parameters = 0;  // weights and biases
  int64_t macs = 0;        // multiply-accumulates
};

/// How many values an operation reads.
struct Arity {
  size_t least = 1, most = 1;
};

/// Where an operation finds its numbers while a policy runs. Every block begins at a multiple of 64
/// bytes and goes on with zeros to the next multiple of kLanes numbers.
struct StepPlace {
  std::vector<const float*> inputs;
  std::vector<Shape> shapes;  // of the inputs
  float* output = nullptr;
  int64_t size = 0;              // of the output
  const float* noise = nullptr;  // [size], standard normal; null: the deterministic action
};

/// An operation at work: reads its inputs and writes its output where the StepPlace said. Allocates
/// nothing.
class Step {
 public:
  virtual ~Step() = default;
  virtual void Run() = 0;
};

template <class Function>
class FunctionStep final : public Step {
 public:
  explicit FunctionStep(Function function) : function_(std::move(function)) {}
  void Run() override { function_(); }

 private:
  Function function_;
};

/// A step that calls `function`.
template <class Function>
std::unique_ptr<Step> MakeStep(Function function) {
  return std::make_unique<FunctionStep<Function>>(std::move(function));
}

// What checks of operations have in common. All throw Error; the graph adds which operation it is.

/// @throws Error unless the tensor has exactly this shape and as many values.
void ExpectShape(const char* name, const Tensor& tensor, const Shape& shape);
/// @throws Error unless the value is a vector. @return its size.
int64_t ExpectVector(const Shape& shape);
/// @throws Error unless low <= value <= high.
void ExpectWithin(const char* name, double value, double low, double high);

}  // namespace sinew::policy
