#include "agents/rollout/rollout_network.h"

#include <algorithm>

#include "agents/rollout/remembering_network.h"
#include "agents/rollout/rows.h"
#include "models/orthogonal.h"

namespace sinew::agents {
namespace {

/// Rows have nothing to do with each other.
class PlainNetwork : public RolloutNetwork {
 public:
  PlainNetwork(const std::string& name, const RolloutNetworkSpec& spec,
               const LearnerOptions& options, Random& random)
      : learner_(name, SpecOf(spec), options, random) {}

  ParameterLearner& learner() override { return learner_; }
  void InitializeOrthogonal(Random& random, double hidden_gain, double final_gain) override {
    models::InitializeOrthogonal(learner_.online(), random, hidden_gain, final_gain);
  }
  std::span<const float> Act(std::span<const float> observations,
                             std::span<const uint8_t>) override {
    const int batch = static_cast<int>(observations.size()) / inputs();
    return learner_.online().Evaluate(observations, {}, batch);
  }
  void Evaluate(const RolloutBuffer& rollout, std::vector<float>* outputs) override {
    ForwardRows(learner_.online(), rollout.observations(), outputs);
  }
  void EvaluateSuccessors(const RolloutBuffer& rollout, std::vector<float>* outputs) override {
    ForwardRows(learner_.online(), rollout.successors(), outputs);
  }
  std::span<const float> Forward(const RolloutBuffer& rollout,
                                 const Minibatch& minibatch) override {
    GatherRows(rollout.observations(), inputs(), minibatch.rows, &observations_);
    return learner_.online().Forward(observations_, {}, static_cast<int>(minibatch.rows.size()));
  }
  void Backward(std::span<const float> gradient) override {
    learner_.online().Backward(gradient, {.parameters = true});
  }
  Described Describe(const std::string& x, policy::GraphBuilder*) const override {
    return {x, models::ToDenseLayers(learner_.online())};
  }
  Learner* plain() override { return &learner_; }

 private:
  static models::NetworkSpec SpecOf(const RolloutNetworkSpec& spec) {
    return {.inputs = spec.inputs,
            .hidden = {spec.hidden.begin(), spec.hidden.end()},
            .outputs = spec.outputs,
            .hidden_activation = models::Activation::kTanh};
  }
  int inputs() const { return learner_.online().spec().inputs; }

  Learner learner_;
  std::vector<float> observations_;
};

}  // namespace

std::unique_ptr<RolloutNetwork> MakeRolloutNetwork(const std::string& name,
                                                   const RolloutNetworkSpec& spec,
                                                   const LearnerOptions& options, Random& random) {
  if (spec.memory > 0) return std::make_unique<RememberingNetwork>(name, spec, options, random);
  return std::make_unique<PlainNetwork>(name, spec, options, random);
}

}  // namespace sinew::agents
