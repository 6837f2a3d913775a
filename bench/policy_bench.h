#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace sinew::bench {

struct PolicyBenchOptions {
  double seconds = 2.5;               // spent on each size
  std::filesystem::path onnxruntime;  // its library; empty: see deploy::FindOnnxRuntime
};

/// Time that a policy takes for one observation (20 numbers, 7 joints), on one thread: the policy
/// file as the program runs it ("artifact"), the exported C headers through the system's compiler
/// ("c", "c-int16"), the TorchScript file in LibTorch ("libtorch"), and the ONNX file in ONNX
/// Runtime where there is one ("onnxruntime").
/// @return  list of {backend, hidden, us}.
/// @throws Error if there is no C compiler.
nlohmann::ordered_json BenchPolicy(const PolicyBenchOptions& options);

}  // namespace sinew::bench
