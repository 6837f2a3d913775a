#pragma once

#include <string>
#include <vector>

#include "models/recurrent/recurrent_network.h"
#include "policy/graph_builder.h"

namespace sinew::models {

/// Puts the network's encoder and memory into a policy graph. @param x  the value that it reads.
/// @return  the value that the memory puts out, which HeadLayers read.
policy::GraphBuilder::Value DescribeMemory(const RecurrentNetwork& network, const std::string& x,
                                           policy::GraphBuilder* graph);

/// The layers behind the memory as plain data. @throws std::logic_error if the network has a late
/// input: it is no policy.
std::vector<policy::DenseLayer> HeadLayers(const RecurrentNetwork& network);

}  // namespace sinew::models
