#pragma once

#include <array>
#include <memory>
#include <vector>

#include "agents/off_policy/fsac.h"
#include "agents/off_policy/temperature.h"
#include "agents/off_policy/update_rule.h"

namespace sinew::agents {

/// One update of FSAC: the critics' step, and every policy_delay-th time that of actor and
/// temperature.
///
/// Critics: minimise the cross-entropy from the distribution of R_n + gamma^n (Z' - alpha log
/// pi(a'|s_n)), a' ~ pi, to the one predicted for (s, a). Z' is what the target critic with the
/// smaller mean predicts for (s_n, a'). Actor and temperature: as SAC's, Q being the distribution's
/// mean.
class FsacRule : public UpdateRule {
 public:
  FsacRule(const FsacOptions& options, const AgentContext& context);

  /// The network of the policy that actions are sampled from.
  models::Network* actor() { return &actor_.online(); }

  UpdateOutcome Update(const Batch& batch, const UpdateMoment& moment) override;
  std::vector<ParameterLearner*> learners() override;
  policy::GraphBuilder::Value Describe(const policy::GraphBuilder::Value& x,
                                       policy::GraphBuilder* graph) const override;
  void Track(Figures* figures) override;
  Metrics Gauges() const override { return actor_.Gauges(); }
  void Serialize(models::Archive& archive) override { actor_.Serialize(archive); }

 private:
  /// A critic, what the actor takes from it, and what its last update was like.
  struct Critic {
    Learner learner;
    ValueHead::Reading next{}, sampled{}, predicted{};  // of the three passes of an update
    std::vector<float> slopes{}, output_gradient{};     // d(-mean min_i Q_i)/dQ; to the outputs
    std::vector<float> action_gradient{};               // d(-mean min_i Q_i)/da
    std::vector<float> td_errors{};                     // of a weighted batch
    TdLoss last{};
  };

  void ComputeTargets(const Batch& batch, const Bootstrap& bootstrap);
  /// What the target critic with the smaller mean says of each row.
  void TakeSmaller();
  void SampleActions(const Batch& batch);
  void ActorsShare(Critic* critic);
  void UpdateCritic(const Batch& batch, Critic* critic);
  /// @param tau  of the target that follows; 0: there is none.
  void Step(Learner* learner, double tau, ThreadPool* pool) const;

  FsacOptions options_;
  ValueHead head_;
  int act_dim_;
  ThreadPool* pool_;
  Random init_random_;
  SoftActor actor_;
  std::array<std::unique_ptr<Critic>, 2> critics_;
  ValueHead::Reading smaller_;
  std::vector<float> bonus_, targets_, td_errors_;
  Mean critic_loss_, q_;
};

}  // namespace sinew::agents
