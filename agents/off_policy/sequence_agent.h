#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "agents/base/guarded_learners.h"
#include "agents/base/observation_scaler.h"
#include "agents/base/q_alarm.h"
#include "agents/base/run_clock.h"
#include "agents/exploration/noise.h"
#include "agents/off_policy/ddpg.h"
#include "agents/off_policy/recurrent_ddpg.h"
#include "agents/replay/reward_range.h"
#include "agents/replay/sequence_replay.h"

namespace sinew::agents {

/// An agent that remembers and learns from replayed sequences: DDPG or TD3 with
/// `agent.memory = "gru"`. `batch` counts sequences. Pays for updates, anneals and rolls back as
/// OffPolicyAgent does.
class SequenceAgent : public Agent {
 public:
  /// @throws UserError if an option is on that goes with single transitions alone.
  SequenceAgent(const DdpgOptions& options, const AgentContext& context);

  void Act(const ActBatch& batch, std::span<float> actions) override;
  void Observe(const StepBatch& batch) override;
  LearnOutcome Learn() override;
  int64_t env_steps() const override { return clock_.env_steps(); }
  int64_t updates() const override { return clock_.updates(); }
  policy::PolicyGraph Snapshot() const override;
  Metrics TakeMetrics() override;
  void Serialize(models::Archive& archive) override;
  void Adjust(const Adjustment& adjustment) override { adjustment_ = adjustment; }

 private:
  bool warming_up() const;
  double Sigma() const;
  void Update();
  void WatchQ(double mean_abs_q);

  DdpgOptions options_;
  AgentContext context_;
  RunClock clock_;
  Adjustment adjustment_;
  ObservationScaler scaler_;
  RecurrentDdpg rule_;
  Noise noise_;
  SequenceReplay replay_;
  Random replay_random_;
  GuardedLearners learners_;
  Figures figures_;
  RewardRange rewards_;
  QAlarm q_alarm_;
  std::vector<std::string> warnings_;
  double owed_updates_ = 0;
  std::vector<uint8_t> begins_;  // [num_envs], 1 where the next step begins an episode
  SequenceBatch batch_;
  std::vector<float> normalized_;
};

}  // namespace sinew::agents
