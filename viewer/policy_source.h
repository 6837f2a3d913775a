#pragma once

#include <memory>
#include <utility>

#include "sim/policy.h"

namespace sinew::viewer {

/// Where the viewer's policy comes from: a file once, or a running trainer that publishes
/// snapshots.
class PolicySource {
 public:
  virtual ~PolicySource() = default;
  /// A policy newer than the one handed out last, or null if there is none. Called on the viewer's
  /// thread before every control step, so it must not block; a source that is filled by another
  /// thread guards itself.
  virtual std::unique_ptr<sim::Policy> Poll() = 0;
  /// Whether the policies act without exploration noise; shown in the status bar.
  virtual bool deterministic() const { return true; }
};

/// Hands out one policy and nothing after it.
class FixedPolicySource : public PolicySource {
 public:
  explicit FixedPolicySource(std::unique_ptr<sim::Policy> policy) : policy_(std::move(policy)) {}
  std::unique_ptr<sim::Policy> Poll() override { return std::move(policy_); }

 private:
  std::unique_ptr<sim::Policy> policy_;
};

}  // namespace sinew::viewer
