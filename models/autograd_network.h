#pragma once

#include "models/network.h"

namespace sinew::models {

/// The same network through LibTorch's autograd: the oracle in tests, and the path for other
/// devices.
/// @param device  a LibTorch device ("cpu", "cuda"). @throws UserError if it is not there.
std::unique_ptr<Network> MakeAutogradNetwork(const NetworkSpec& spec, const std::string& device);

}  // namespace sinew::models
