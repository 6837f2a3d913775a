#pragma once

#include <span>
#include <string>
#include <vector>

#include "agents/base/figures.h"
#include "agents/base/learner.h"
#include "agents/off_policy/actor_head.h"
#include "agents/off_policy/ddpg.h"
#include "agents/off_policy/td_losses.h"
#include "agents/off_policy/update_rule.h"
#include "agents/replay/sequence_replay.h"

namespace sinew::agents {

/// DDPG and TD3 with networks that remember: actor and critics each have a GRU of their own over
/// the observations, and the action joins a critic behind its memory. An update passes over whole
/// sequences from replay: from the states that were kept when the sequence was lived through,
/// `burn_in` steps without learning, then `sequence_length` steps through which the gradient goes
/// back. Targets are n-step returns within these.
///
/// Sources: Heess et al. 2015, arXiv:1512.04455 (recurrent DPG); Kapturowski et al. 2019 (R2D2:
/// stored state, burn-in); Ni et al. 2022, arXiv:2110.05038 (a memory for each network, TD3's
/// targets). Departures: observations alone go into the memory, not actions and rewards; what else
/// DDPG and TD3 here depart in (ddpg.h).
class RecurrentDdpg {
 public:
  RecurrentDdpg(const DdpgOptions& options, const AgentContext& context);

  /// Numbers of all memories together, of one environment.
  int state_width() const;
  /// mu at what the environments show; every memory takes it in.
  /// @param observations  [num_envs x obs_dim], normalised. @param begins  [num_envs].
  /// @param actions  [num_envs x act_dim], filled in.
  void Act(std::span<const float> observations, std::span<const uint8_t> begins,
           std::span<float> actions);
  /// All memories as they were before the last Act, [num_envs x state_width].
  std::span<const float> states() const { return states_; }

  /// One step of every learner that is due. @param batch  with normalised observations.
  /// @throws NotFinite.
  UpdateOutcome Update(const SequenceBatch& batch, const UpdateMoment& moment);
  std::vector<ParameterLearner*> learners();
  const models::RecurrentNetwork& actor() const { return actor_.learner.online(); }
  /// Whether the actor's outputs go through tanh behind the network.
  bool tanh_behind() const { return head_.penalty > 0 && !head_.inverting; }
  void Track(Figures* figures);
  void Serialize(models::Archive& archive);

 private:
  /// A network with its learner, and its memory while it acts.
  struct Remembering {
    RecurrentLearner learner;
    int slot;                    // of its state among those that are kept
    std::vector<float> acting;   // [num_envs x memory]
    std::vector<float> state{};  // [sequences x memory], behind the burn-in
    std::vector<float> late{};   // zeros in the action's place while acting
    std::vector<float> gradient{};
    TdLoss last{};
  };

  Remembering MakeActor(const AgentContext& context);
  Remembering MakeCritic(int index, const AgentContext& context);
  /// The state behind the burn-in. @param slot  among the states that were kept.
  std::span<const float> BurnIn(models::RecurrentNetwork& network, int slot,
                                std::vector<float>* state) const;
  /// The steps to learn from. @param late  [rows x late_inputs].
  models::Sequences Lesson(std::span<const float> state, std::span<const float> late) const;
  /// @param values  of whole rows of the batch, `width` wide. @return  those to learn from.
  template <class T>
  std::span<const T> Learned(const std::vector<T>& values, int width) const;
  /// mu' and then min Q' at every row's successor, into next_actions_ and values_.
  void EvaluateSuccessors();
  void ComputeTargets(const Bootstrap& bootstrap);
  /// n-step return of a row, and what follows it. @return  the row whose successor it is.
  int Return(int row, double gamma);
  void SmoothTargetActions();
  void ClimbCritic();
  void UpdateCritic(double tau, Remembering* critic);
  void UpdateActor(ThreadPool* pool);
  void AddUp();

  DdpgOptions options_;
  ThreadPool* pool_;
  int obs_dim_, act_dim_, num_envs_;
  ActorHead head_;
  Random init_random_, target_random_;
  Remembering actor_;
  std::vector<Remembering> critics_;
  Mean critic_loss_, q_, target_, actor_q_, saturation_;
  const SequenceBatch* batch_ = nullptr;  // of the update in progress
  int rows_ = 0;                          // to learn from
  std::vector<float> states_;
  std::vector<float> weights_;  // [rows], 0 where a step diverged
  std::vector<float> values_, returns_, discounts_, targets_, next_actions_, target_state_, after_;
  std::vector<float> climb_gradient_, action_gradient_, acted_, chosen_, head_gradient_;
  std::span<const float> outputs_;  // of the actor's last pass
};

}  // namespace sinew::agents
