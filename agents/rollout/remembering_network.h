#pragma once

#include <string>
#include <vector>

#include "agents/rollout/rollout_network.h"

namespace sinew::agents {

/// A network with a GRU memory before its last hidden layer. It acts with a state an environment;
/// in minibatches it passes over pieces of the rollout, each from the state that it had there when
/// the rollout was last evaluated as a whole (`burn_in` steps earlier, if asked for), and the
/// gradient ends where a piece begins. States are zero where episodes begin.
///
/// Source for stored states and burn-in: Kapturowski et al. 2019, "Recurrent experience replay in
/// distributed reinforcement learning" (R2D2), section 3; there from replay, here from a rollout,
/// whose states are those of one update before.
class RememberingNetwork : public RolloutNetwork {
 public:
  RememberingNetwork(const std::string& name, const RolloutNetworkSpec& spec,
                     const LearnerOptions& options, Random& random);

  ParameterLearner& learner() override { return learner_; }
  void InitializeOrthogonal(Random& random, double hidden_gain, double final_gain) override;
  std::span<const float> Act(std::span<const float> observations,
                             std::span<const uint8_t> begins) override;
  void Evaluate(const RolloutBuffer& rollout, std::vector<float>* outputs) override;
  void EvaluateSuccessors(const RolloutBuffer& rollout, std::vector<float>* outputs) override;
  std::span<const float> Forward(const RolloutBuffer& rollout, const Minibatch& minibatch) override;
  void Backward(std::span<const float> gradient) override;
  void EndRollout(const RolloutBuffer& rollout) override;
  Described Describe(const std::string& x, policy::GraphBuilder* graph) const override;
  void Serialize(models::Archive& archive) override;

 private:
  int width() const { return learner_.online().spec().memory; }
  /// The state before a step, as Evaluate left it. @param row  of the step.
  std::span<const float> StateBefore(int row) const;
  /// The states before the pieces' first steps, into piece_state_.
  void BeginPieces(const RolloutBuffer& rollout, const Minibatch& minibatch);
  /// One step of every piece that is `back` steps ahead of its beginning, into piece_state_.
  void BurnIn(const RolloutBuffer& rollout, const Minibatch& minibatch, int back);

  RolloutNetworkSpec spec_;
  RecurrentLearner learner_;
  std::vector<float> acting_;  // [num_envs x memory], behind the last step
  std::vector<float> first_;   // [num_envs x memory], before the rollout's first step
  std::vector<float> states_;  // [rows x memory], behind every row
  std::vector<float> piece_state_, observations_, outputs_, gradient_;
  std::vector<uint8_t> begins_;
  std::span<const int> places_;
};

}  // namespace sinew::agents
