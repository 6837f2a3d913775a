#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/files.h"
#include "policy/perceptron.h"
#include "spec/value_function.h"

namespace sinew::policy {

/// What an agent thinks that states and actions are worth, as plain data. Kept in a file of its own
/// beside the policy's: people look at it, a controller does not need it.
struct Critic {
  enum class Kind {
    kActionValue,  // Q(s, a): one output; the action joins the input of layer `action_layer`
    kValue,        // V(s): one output
    kQuadratic,    // NAF: outputs V, m, and L by rows; see agents/off_policy/naf_quadratic.h
  };
  Kind kind = Kind::kValue;
  std::vector<DenseLayer> layers;
  int action_layer = 0;
  double diagonal_bound = 0;  // of kQuadratic's L
  double output_scale = 1;    // outputs times this are returns in the task's own unit
  double gamma = 1;           // discount per control step
  std::string policy_hash{};  // of the policy that it belongs to
};

/// Where the critic of a policy file lies: the same name with the extension ".critic".
std::filesystem::path CriticPath(const std::filesystem::path& policy);

/// @throws Error if a size, an activation or a number will not do for `obs_dim` observations and
/// `act_dim` actions.
void CheckCritic(const Critic& critic, int obs_dim, int act_dim);

/// Writes a safetensors file: tensors "critic.<i>.weight" and "critic.<i>.bias", the rest as JSON
/// in the metadata. Atomic.
void SaveCritic(const std::filesystem::path& path, const Critic& critic, Flush flush = Flush::kYes);
/// @throws UserError naming the file and what is wrong with it.
Critic LoadCritic(const std::filesystem::path& path);

/// Runs the critic on raw observations, which the policy's normaliser scales. Where a critic rates
/// actions only, V(s) is Q(s, mu(s)) of the policy. @throws Error as CheckCritic, or if such a
/// critic's policy remembers: mu(s) then depends on more than s.
std::unique_ptr<spec::ValueFunction> MakeValueFunction(const Critic& critic,
                                                       const PolicyGraph& policy);

}  // namespace sinew::policy
