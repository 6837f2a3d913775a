#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agents/base/learner.h"
#include "agents/rollout/minibatches.h"
#include "agents/rollout/rollout_buffer.h"
#include "core/random.h"
#include "models/archive.h"
#include "policy/graph_builder.h"

namespace sinew::agents {

/// Shape of a network that reads a rollout, and of its memory.
struct RolloutNetworkSpec {
  int inputs = 0;
  std::vector<int64_t> hidden;
  int outputs = 0;
  int memory = 0;   // width of a GRU's state before the last hidden layer; 0: it has none
  int burn_in = 0;  // steps before a piece that bring its first state up to date
  int num_envs = 1;
};

/// A network, with its learner, that acts in every environment and learns from the rollout that
/// comes of it; with or without a memory. All matrices are row-major. Not thread-safe.
class RolloutNetwork {
 public:
  virtual ~RolloutNetwork() = default;

  virtual ParameterLearner& learner() = 0;
  /// Biases zero, weights orthogonal; see models/orthogonal.h.
  virtual void InitializeOrthogonal(Random& random, double hidden_gain, double final_gain) = 0;

  /// The outputs at what the environments show now; a memory takes it in.
  /// @param observations  [num_envs x inputs]. @param begins  [num_envs], not 0 where an episode
  /// begins. @return  [num_envs x outputs], valid until the next call.
  virtual std::span<const float> Act(std::span<const float> observations,
                                     std::span<const uint8_t> begins) = 0;
  /// The outputs at every row, from the rollout's first step on; where pieces begin, the memory is
  /// from now on what it was here. @param outputs  resized to [rows x outputs].
  virtual void Evaluate(const RolloutBuffer& rollout, std::vector<float>* outputs) = 0;
  /// At the successors that are no rows, with the memory that Evaluate left in the rows before
  /// them. @param outputs  resized to [successors x outputs].
  virtual void EvaluateSuccessors(const RolloutBuffer& rollout, std::vector<float>* outputs) = 0;
  /// At the rows of a minibatch, to go back from. @return  [rows x outputs], valid until the next
  /// call.
  virtual std::span<const float> Forward(const RolloutBuffer& rollout,
                                         const Minibatch& minibatch) = 0;
  /// @param gradient  [rows x outputs], by what the last Forward gave.
  virtual void Backward(std::span<const float> gradient) = 0;
  /// The rollout has been learned from and is about to be dropped: the memory goes on as the
  /// network of now would have it behind the rollout's last step.
  virtual void EndRollout(const RolloutBuffer&) {}

  /// The network as it is: all but its last layers is put into the graph.
  /// @param x  the value that it reads.
  struct Described {
    std::string value;  // what the layers read
    std::vector<policy::DenseLayer> layers;
  };
  virtual Described Describe(const std::string& x, policy::GraphBuilder* graph) const = 0;
  /// The learner with the kind of its network if it has no memory; null otherwise.
  virtual Learner* plain() { return nullptr; }
  /// What a memory holds; parameters are the learner's.
  virtual void Serialize(models::Archive&) {}
};

/// @param name  of its learner.
std::unique_ptr<RolloutNetwork> MakeRolloutNetwork(const std::string& name,
                                                   const RolloutNetworkSpec& spec,
                                                   const LearnerOptions& options, Random& random);

}  // namespace sinew::agents
