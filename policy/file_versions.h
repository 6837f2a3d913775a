#pragma once

#include "policy/perceptron.h"
#include "policy/safetensors.h"

namespace sinew::policy {

// The two versions of the policy file, but for the contract, the version and the checksum. Nothing
// is allocated by a number that was not first held against the file's size.

/// @param writer  holds views of `perceptron`.
void WriteVersion1(const Perceptron& perceptron, TensorWriter* writer);
/// @throws UserError naming the file and what is wrong with it.
Perceptron ReadVersion1(const TensorFile& file);

/// @param writer  holds views of `graph`.
void WriteVersion2(const PolicyGraph& graph, TensorWriter* writer);
/// @throws UserError naming the file and what is wrong with it. What CheckGraph tells is not looked
/// at.
PolicyGraph ReadVersion2(const TensorFile& file, const spec::Contract& contract);

}  // namespace sinew::policy
