#pragma once

#include "models/network.h"

namespace sinew::models {

/// Whether this LibTorch can compute on a GPU of this machine.
bool CudaIsAvailable();

/// The same network through LibTorch's autograd: the oracle in tests, and the path for other
/// devices. Parameters, gradient and optimiser stay on the CPU; each pass takes the parameters
/// over, which wide layers and large batches outweigh by far.
/// @param device  a LibTorch device ("cpu", "cuda"). @throws UserError if it is not there.
std::unique_ptr<Network> MakeAutogradNetwork(const NetworkSpec& spec, const std::string& device);

}  // namespace sinew::models
