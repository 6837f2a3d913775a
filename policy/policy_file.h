#pragma once

#include <filesystem>
#include <string>

#include "core/files.h"
#include "policy/graph.h"
#include "policy/graph_policy.h"
#include "policy/perceptron.h"

namespace sinew::policy {

/// Writes a safetensors file with the contract as JSON in the header's metadata. Atomic.
///
/// Version 1, of a perceptron: tensors "normalizer.mean", "normalizer.scale", "actor.<i>.weight",
/// "actor.<i>.bias", of a stochastic policy "log_std.bias" and "log_std.weight"; the network's
/// shape as JSON. Version 2, of everything else: tensors "<value>.<parameter>" and "state.<slot>",
/// and the graph as JSON.
/// @throws Error as CheckGraph, or if the file cannot be written.
void SavePolicy(const std::filesystem::path& path, const PolicyGraph& graph,
                Flush flush = Flush::kYes);
/// Checks every length, offset, dtype, shape, operation, the checksum and the contract before it
/// allocates. @throws UserError naming the file and what is wrong with it.
PolicyGraph LoadPolicy(const std::filesystem::path& path);
/// LoadPolicy for a file's content. @param source  stands for the file's name in messages.
PolicyGraph ParsePolicy(std::string bytes, const std::string& source);
/// Identity of the numbers and the contract: HashHex over the bytes that SavePolicy writes.
std::string PolicyHash(const PolicyGraph& graph);

}  // namespace sinew::policy
