#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "deploy/base/backend.h"

namespace sinew::deploy {

/// Where ONNX Runtime's shared library is: `wanted` if it is given, or $SINEW_ONNXRUNTIME, or one
/// that the dynamic linker finds. Empty if there is none.
std::filesystem::path FindOnnxRuntime(const std::filesystem::path& wanted = {});

/// An ONNX file in Microsoft's ONNX Runtime, on the CPU with one thread, one row at a time. The
/// library is loaded at run time and is no part of this program.
///
/// @param library  as FindOnnxRuntime gives it. @param model  the file's bytes.
/// @param initial_state  see policy::InitialState; empty where the policy remembers nothing.
/// @throws Error with ONNX Runtime's own message if the library cannot be loaded or refuses the
/// model.
std::unique_ptr<Backend> MakeOnnxRuntimeBackend(const std::filesystem::path& library,
                                                const std::string& model, int obs_dim, int act_dim,
                                                bool stochastic,
                                                std::vector<float> initial_state = {});

}  // namespace sinew::deploy
