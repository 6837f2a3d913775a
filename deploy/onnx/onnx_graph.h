#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "deploy/base/backend.h"

namespace sinew::deploy {

/// A matrix on its way through a graph; vectors are one row, scalars one by one. Truth values are 0
/// and 1.
struct OnnxTensor {
  int64_t rows = 0, columns = 0;
  std::vector<float> values;
  std::vector<int64_t> row_shape = {};  // of pictures and kernels, whose rows have three sizes
};

/// An ONNX file read back and executed operation by operation in float32, independent of what wrote
/// it: a second opinion that is always there. Knows the operators that OnnxModel uses.
class OnnxGraph {
 public:
  /// @param source  stands for the file's name in messages.
  /// @throws UserError naming what is damaged, not supported or does not fit.
  static OnnxGraph Parse(const std::string& bytes, const std::string& source);
  ~OnnxGraph();
  OnnxGraph(OnnxGraph&&) noexcept;

  const std::string& source() const;
  /// Entries beside the graph; see OnnxModel.
  const std::map<std::string, std::string>& metadata() const;
  /// Width of an input or output [elements a row]. @throws UserError if there is no such one.
  int64_t Width(const std::string& name) const;
  bool has_input(const std::string& name) const;

  /// @param inputs  every input by its name, all with as many rows.
  /// @return every output. @throws UserError if an operation cannot be carried out.
  std::map<std::string, OnnxTensor> Run(std::map<std::string, OnnxTensor> inputs) const;

 private:
  struct Impl;
  explicit OnnxGraph(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The graph as a back end, one row at a time. @param initial_state  see policy::InitialState.
std::unique_ptr<Backend> MakeOnnxInterpreter(OnnxGraph graph,
                                             std::vector<float> initial_state = {});

}  // namespace sinew::deploy
