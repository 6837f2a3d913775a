#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agents/base/agent.h"
#include "agents/replay/hindsight.h"
#include "agents/replay/n_step.h"
#include "agents/replay/replay_buffer.h"
#include "agents/replay/reward_range.h"
#include "core/options.h"
#include "core/random.h"
#include "core/schedule.h"

namespace sinew::agents {

/// What is kept of the steps taken, and how minibatches are drawn from it; part of section "agent".
struct ExperienceOptions {
  Schedule gamma = 0.97;
  int64_t buffer_size = 1'000'000;
  int64_t n_step = 3;
  double reward_scale = 1;
  bool prioritized = false;
  double priority_alpha = 0.6;
  Schedule priority_correction{0.4, 1};
  double hindsight = 0;
  /// Not an option: whether 0 leaves the discount and the first update to the agent, which takes
  /// them from the task's time scale.
  bool derived = false;

  void Describe(OptionTable& table);
};

/// The steps of every environment, kept as n-step transitions, and the minibatches drawn from
/// them: uniformly, by priority, and a share of them with goals set in hindsight. Each has a random
/// stream of its own; what is switched off costs nothing and changes no bits.
class Experience {
 public:
  /// @throws UserError if hindsight is asked for and the task's goal cannot be exchanged.
  Experience(const ExperienceOptions& options, const AgentContext& context);

  void Observe(const StepBatch& batch);
  /// Transitions that can be drawn.
  int64_t size() const { return replay_.size(); }
  /// Requires size() > 0. @param batch  observations are raw.
  /// @param progress  share of the run that is over, 0 to 1: the weights' exponent grows with it.
  void Sample(int size, double progress, Batch* batch);
  /// Of all scaled rewards so far, those in hindsight included.
  RewardRange rewards() const {
    RewardRange range = rewards_;
    if (hindsight_) range.Include(hindsight_->rewards());
    return range;
  }
  /// Whether the learner is to report its errors.
  bool prioritized() const { return options_.prioritized; }
  /// @param errors  [batch], TD errors of the rows that were drawn last.
  void ReportErrors(std::span<const float> errors);
  void Serialize(models::Archive& archive);

 private:
  void SampleByPriority(int hindsight_rows, double progress, Batch* batch);

  ExperienceOptions options_;
  int obs_dim_, act_dim_;
  Random replay_random_, hindsight_random_;
  ReplayBuffer replay_;
  std::vector<NStep> n_step_;  // one an environment
  RewardRange rewards_;
  std::optional<Hindsight> hindsight_;
  std::vector<int64_t> indices_;  // of the rows drawn last from replay_
};

}  // namespace sinew::agents
