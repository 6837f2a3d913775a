#pragma once

#include <span>
#include <vector>

#include "models/network.h"

namespace sinew::agents {

/// to[i, :] = from[rows[i], :]. @param from  [any number x width]. @param to  resized to
/// [rows x width].
void GatherRows(std::span<const float> from, int width, std::span<const int> rows,
                std::vector<float>* to);

/// The network's outputs at any number of observations.
/// @param observations  [n x inputs]. @param outputs  resized to [n x outputs].
void ForwardRows(models::Network& network, std::span<const float> observations,
                 std::vector<float>* outputs);

}  // namespace sinew::agents
