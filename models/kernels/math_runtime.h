#pragma once

#include <string>

namespace sinew::models {

/// One thread for BLAS and for LibTorch: their own threads make small updates many times slower,
/// and parallelism is ours, above them. Called once at start.
void UseOneMathThread();

/// "OpenBLAS 0.3.21 ... Zen": what computes matrix products in this process.
std::string BlasName();
/// LibTorch's version, "1.13.1".
std::string TorchVersion();

}  // namespace sinew::models
