#pragma once

#include <string>

#include "policy/policy_file.h"

namespace sinew::deploy {

/// The policy as an ONNX model (bytes of the file): opset 13 and IR version 7, which ONNX Runtime
/// from 1.6, TensorRT from 8 and OpenVINO from 2021 read. The batch size is free.
///
///   input  observation  float [batch, obs_dim]   raw
///   input  noise        float [batch, act_dim]   standard normal; of a sampling export only
///   output torque       float [batch, act_dim]   N·m within the limits
///   output action       float [batch, act_dim]   normalised, in [-1, 1]
///   output status       int32 [batch, 1]         0: all is well; 1: an input is not finite; 2: the
///                                                network's output is not. Otherwise all zero.
///
/// A policy that remembers has besides
///
///   input  state        float [batch, state_dim] next_state of the step before; at the start of an
///                                                episode the values in the metadata "sinew.state"
///   output next_state   float [batch, state_dim] as it was where the status is not 0
///
/// Normaliser, clip, activation and torque limits are inside. The contract (JSON), the policy's
/// hash and the format's name stand in the model's metadata as "sinew.contract",
/// "sinew.policy_hash" and "sinew.format".
///
/// @throws Error as policy::CheckGraph, or if ONNX's own checker or shape inference refuses the
/// model.
std::string OnnxModel(const policy::PolicyGraph& artifact, bool stochastic = false);

/// Name of the metadata entries.
inline constexpr const char* kContractEntry = "sinew.contract";
inline constexpr const char* kPolicyHashEntry = "sinew.policy_hash";
inline constexpr const char* kFormatEntry = "sinew.format";
inline constexpr const char* kStateEntry = "sinew.state";  // {"slots": [...], "initial": [...]}

}  // namespace sinew::deploy
