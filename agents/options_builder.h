#pragma once

#include <memory>
#include <utility>

#include "agents/agent.h"

namespace sinew::agents {

/// An agent's builder for agents that are made from one struct of options.
template <class Options>
class OptionsBuilder : public AgentBuilder {
 public:
  using Make = std::unique_ptr<Agent> (*)(const Options&, const AgentContext&);

  /// @param defaults  the options as they are before any is set.
  OptionsBuilder(Options defaults, Make make) : options_(std::move(defaults)), make_(make) {}

  void Describe(OptionTable& table) override { options_.Describe(table); }
  std::unique_ptr<Agent> Build(const AgentContext& context) const override {
    return make_(options_, context);
  }

 private:
  Options options_;
  Make make_;
};

}  // namespace sinew::agents
