#pragma once

#include <memory>
#include <string>

#include "models/recurrent/recurrent_network.h"

namespace sinew::models {

/// The same network with a memory through LibTorch's autograd and its GRU cell: the oracle in
/// tests, and the path for other devices.
/// @param device  a LibTorch device ("cpu", "cuda"). @throws UserError if it is not there.
std::unique_ptr<RecurrentNetwork> MakeAutogradRecurrent(const RecurrentSpec& spec,
                                                        const std::string& device);

}  // namespace sinew::models
