#pragma once

#include <span>
#include <vector>

#include "models/network.h"

namespace sinew::agents {

/// Cuts the rows of an epoch into minibatches: as many of at least `batch` rows as there are, and
/// none left over. @param rows  [n], n > 0. @return  the minibatches, in order.
std::vector<std::span<const int>> Minibatches(std::span<const int> rows, int batch);

/// to[i, :] = from[rows[i], :]. @param from  [any number x width]. @param to  resized to
/// [rows x width].
void GatherRows(std::span<const float> from, int width, std::span<const int> rows,
                std::vector<float>* to);

/// The network's outputs at any number of observations.
/// @param observations  [n x inputs]. @param outputs  resized to [n x outputs].
void ForwardRows(models::Network& network, std::span<const float> observations,
                 std::vector<float>* outputs);

}  // namespace sinew::agents
