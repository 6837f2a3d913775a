// The ONNX reader: any bytes are refused with an error of one line, or give a graph that can be
// asked, alone and in a batch.

#include <google/protobuf/stubs/logging.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "deploy/onnx/onnx_graph.h"

namespace {

constexpr int64_t kWidest = 4096, kBatch = 3;

// what protobuf has to say about damaged files would drown the fuzzer's own lines
const google::protobuf::LogSilencer kSilence;

sinew::deploy::OnnxTensor Rows(int64_t rows, int64_t columns) {
  return {rows, columns, std::vector<float>(static_cast<size_t>(rows * columns), 0.5f)};
}

void Ask(sinew::deploy::OnnxGraph graph) {
  const int64_t width = graph.Width("observation"), joints = graph.Width("torque");
  if (width > kWidest || joints > kWidest) return;
  std::map<std::string, sinew::deploy::OnnxTensor> inputs{{"observation", Rows(kBatch, width)}};
  if (graph.has_input("noise")) inputs["noise"] = Rows(kBatch, graph.Width("noise") % kWidest);
  for (const auto& [name, tensor] : graph.Run(std::move(inputs))) {
    if (static_cast<int64_t>(tensor.values.size()) != tensor.rows * tensor.columns) std::abort();
  }
  const auto backend = sinew::deploy::MakeOnnxInterpreter(std::move(graph));
  std::vector<float> observation(static_cast<size_t>(width)), torque(static_cast<size_t>(joints));
  backend->Torque(observation, {}, torque);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    Ask(sinew::deploy::OnnxGraph::Parse({reinterpret_cast<const char*>(data), size}, "fuzz"));
  } catch (const sinew::Error& error) {
    const std::string_view what = error.what();
    if (what.empty() || what.find('\n') != what.npos) std::abort();
  }
  return 0;
}
