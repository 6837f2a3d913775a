#pragma once

#include <string_view>

#include "policy/operations/operation.h"

namespace sinew::policy {

/// y = x_1 + x_2 + ..., all of one shape: the residual connection.
struct Add {
  static constexpr std::string_view kKind = "add";
  static constexpr Arity kArity{2, 64};

  static void Describe(auto&, auto&) {}
  Shape Check(const std::vector<Shape>& inputs) const;
  Cost Count(const std::vector<Shape>&) const { return {}; }
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const Add&) const = default;
};

/// y = [x_1, x_2, ...], each row-major, as one vector.
struct Concatenate {
  static constexpr std::string_view kKind = "concatenate";
  static constexpr Arity kArity{1, 64};

  static void Describe(auto&, auto&) {}
  Shape Check(const std::vector<Shape>& inputs) const;
  Cost Count(const std::vector<Shape>&) const { return {}; }
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const Concatenate&) const = default;
};

/// y = x[begin:end] of a vector.
struct Slice {
  static constexpr std::string_view kKind = "slice";
  static constexpr Arity kArity{1, 1};

  int64_t begin = 0, end = 0;

  static void Describe(auto& self, auto& fields) {
    fields("begin", self.begin);
    fields("end", self.end);
  }
  Shape Check(const std::vector<Shape>& inputs) const;
  Cost Count(const std::vector<Shape>&) const { return {}; }
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const Slice&) const = default;
};

/// y = x with its numbers in their row-major order as a vector.
struct Flatten {
  static constexpr std::string_view kKind = "flatten";
  static constexpr Arity kArity{1, 1};

  static void Describe(auto&, auto&) {}
  Shape Check(const std::vector<Shape>& inputs) const { return {ElementCount(inputs[0])}; }
  Cost Count(const std::vector<Shape>&) const { return {}; }
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const Flatten&) const = default;
};

/// y = x with its numbers in their row-major order as a picture [channels x height x width].
struct Picture {
  static constexpr std::string_view kKind = "picture";
  static constexpr Arity kArity{1, 1};

  int64_t channels = 1, height = 1, width = 1;

  static void Describe(auto& self, auto& fields) {
    fields("channels", self.channels);
    fields("height", self.height);
    fields("width", self.width);
  }
  Shape Check(const std::vector<Shape>& inputs) const;
  Cost Count(const std::vector<Shape>&) const { return {}; }
  std::unique_ptr<Step> Prepare(const StepPlace& place) const;
  bool operator==(const Picture&) const = default;
};

}  // namespace sinew::policy
