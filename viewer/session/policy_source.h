#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "viewer/session/policy_card.h"

namespace sinew::viewer {

/// One of several policies to choose from.
struct ShelfEntry {
  std::string label;
  int64_t env_steps = -1;  // trained for; -1: not known
};

/// Where the viewer's policies come from: one file, the policies of a run, or a running trainer
/// that publishes new ones. Called on the viewer's thread only.
class PolicySource {
 public:
  virtual ~PolicySource() = default;
  /// A policy newer than the one handed out last, or null. Called before every control step while
  /// the newest is followed, so it must not block.
  virtual PolicyHandle Poll() = 0;
  /// What can be chosen, by training age. Called once a frame.
  virtual const std::vector<ShelfEntry>& Shelf() { return no_entries_; }
  /// @param index  into Shelf(). @throws Error if the file has gone or is damaged.
  virtual PolicyHandle Load(size_t /*index*/) { throw Error("there is no shelf of policies"); }
  /// A policy of the user's choice for the same task. @throws UserError if it is none.
  virtual PolicyHandle Open(const std::filesystem::path& path) {
    throw UserError(path.string() + ": this viewer cannot open policies");
  }

 private:
  std::vector<ShelfEntry> no_entries_;
};

/// Hands out one policy and nothing after it.
class FixedPolicySource : public PolicySource {
 public:
  explicit FixedPolicySource(PolicyHandle policy) : policy_(std::move(policy)) {}
  PolicyHandle Poll() override { return std::exchange(policy_, nullptr); }

 private:
  PolicyHandle policy_;
};

}  // namespace sinew::viewer
