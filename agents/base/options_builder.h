#pragma once

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "agents/base/agent.h"
#include "core/error.h"

namespace sinew::agents {

/// @throws UserError if there is nothing to see or nothing to do.
inline void CheckSpaces(const AgentContext& context) {
  if (context.act_dim > 0 && context.obs_dim > 0) return;
  throw UserError(
      fmt::format("a task with {} observation and {} action elements cannot be learned: an agent "
                  "needs at least one of each",
                  context.obs_dim, context.act_dim));
}

/// An agent's builder for agents that are made from one struct of options.
template <class Options>
class OptionsBuilder : public AgentBuilder {
 public:
  using Make = std::unique_ptr<Agent> (*)(const Options&, const AgentContext&);

  /// @param defaults  the options as they are before any is set.
  OptionsBuilder(Options defaults, Make make) : options_(std::move(defaults)), make_(make) {}

  void Describe(OptionTable& table) override { options_.Describe(table); }
  std::unique_ptr<Agent> Build(const AgentContext& context) const override {
    CheckSpaces(context);
    return make_(options_, context);
  }

 private:
  Options options_;
  Make make_;
};

}  // namespace sinew::agents
