#include "agents/rollout/remembering_network.h"

#include <algorithm>

#include "agents/rollout/rows.h"
#include "models/recurrent/recurrent_graph.h"

namespace sinew::agents {
namespace {

models::RecurrentSpec SpecOf(const RolloutNetworkSpec& spec) {
  models::RecurrentSpec recurrent{
      .inputs = spec.inputs, .memory = spec.memory, .outputs = spec.outputs};
  recurrent.encoder.assign(spec.hidden.begin(), spec.hidden.end());
  if (!recurrent.encoder.empty()) {
    recurrent.head.push_back(recurrent.encoder.back());
    recurrent.encoder.pop_back();
  }
  return recurrent;
}

/// Row of step `step` of a piece.
int RowOf(const RolloutBuffer& rollout, const Piece& piece, int step) {
  return step * rollout.num_envs() + piece.env;
}

}  // namespace

RememberingNetwork::RememberingNetwork(const std::string& name, const RolloutNetworkSpec& spec,
                                       const LearnerOptions& options, Random& random)
    : spec_(spec),
      learner_(name, SpecOf(spec), options, random),
      acting_(static_cast<size_t>(spec.num_envs) * spec.memory),
      first_(acting_.size()) {}

void RememberingNetwork::InitializeOrthogonal(Random& random, double hidden_gain,
                                              double final_gain) {
  models::InitializeOrthogonal(learner_.online(), random, hidden_gain, final_gain);
}

std::span<const float> RememberingNetwork::Act(std::span<const float> observations,
                                               std::span<const uint8_t> begins) {
  return learner_.online().Step(observations, begins, acting_);
}

void RememberingNetwork::Evaluate(const RolloutBuffer& rollout, std::vector<float>* outputs) {
  models::RecurrentNetwork& network = learner_.online();
  const auto values = network.Forward({.steps = rollout.steps(),
                                       .count = rollout.num_envs(),
                                       .inputs = rollout.observations(),
                                       .state = first_,
                                       .begins = rollout.begins()});
  outputs->assign(values.begin(), values.end());
  states_.assign(network.states().begin(), network.states().end());
}

void RememberingNetwork::EvaluateSuccessors(const RolloutBuffer& rollout,
                                            std::vector<float>* outputs) {
  outputs->clear();
  if (rollout.successor_rows().empty()) return;
  GatherRows(states_, width(), rollout.successor_rows(), &piece_state_);
  const auto values = learner_.online().Step(rollout.successors(), {}, piece_state_);
  outputs->assign(values.begin(), values.end());
}

std::span<const float> RememberingNetwork::StateBefore(int row) const {
  const int earlier = row - spec_.num_envs;
  const std::vector<float>& from = earlier < 0 ? first_ : states_;
  return std::span(from).subspan(static_cast<size_t>(earlier < 0 ? row : earlier) * width(),
                                 width());
}

void RememberingNetwork::BeginPieces(const RolloutBuffer& rollout, const Minibatch& minibatch) {
  piece_state_.resize(minibatch.pieces.size() * width());
  for (size_t i = 0; i < minibatch.pieces.size(); ++i) {
    const Piece& piece = minibatch.pieces[i];
    const int step = std::max(0, piece.first - spec_.burn_in);
    std::ranges::copy(StateBefore(RowOf(rollout, piece, step)),
                      piece_state_.begin() + static_cast<int64_t>(i) * width());
  }
  for (int back = spec_.burn_in; back > 0; --back) BurnIn(rollout, minibatch, back);
}

void RememberingNetwork::BurnIn(const RolloutBuffer& rollout, const Minibatch& minibatch,
                                int back) {
  const auto inputs = static_cast<size_t>(spec_.inputs);
  const auto begun = [back](const Piece& piece) { return piece.first >= back; };
  observations_.clear(), begins_.clear();
  std::vector<float> state;
  for (size_t i = 0; i < minibatch.pieces.size(); ++i) {
    if (!begun(minibatch.pieces[i])) continue;
    const int row = RowOf(rollout, minibatch.pieces[i], minibatch.pieces[i].first - back);
    const auto observation = rollout.observations().subspan(row * inputs, inputs);
    observations_.insert(observations_.end(), observation.begin(), observation.end());
    begins_.push_back(rollout.begins()[row]);
    const auto before = piece_state_.begin() + static_cast<int64_t>(i) * width();
    state.insert(state.end(), before, before + width());
  }
  if (state.empty()) return;
  learner_.online().Step(observations_, begins_, state);
  auto from = state.begin();
  for (size_t i = 0; i < minibatch.pieces.size(); ++i) {
    if (!begun(minibatch.pieces[i])) continue;
    std::copy_n(from, width(), piece_state_.begin() + static_cast<int64_t>(i) * width());
    from += width();
  }
}

std::span<const float> RememberingNetwork::Forward(const RolloutBuffer& rollout,
                                                   const Minibatch& minibatch) {
  BeginPieces(rollout, minibatch);
  const auto inputs = static_cast<size_t>(spec_.inputs);
  observations_.clear(), begins_.clear();
  for (int step = 0; step < minibatch.steps; ++step) {
    for (const Piece& piece : minibatch.pieces) {
      const int row = RowOf(rollout, piece, piece.first + step);
      const auto observation = rollout.observations().subspan(row * inputs, inputs);
      observations_.insert(observations_.end(), observation.begin(), observation.end());
      begins_.push_back(rollout.begins()[row]);
    }
  }
  const auto values = learner_.online().Forward({.steps = minibatch.steps,
                                                 .count = static_cast<int>(minibatch.pieces.size()),
                                                 .inputs = observations_,
                                                 .state = piece_state_,
                                                 .begins = begins_});
  places_ = minibatch.places;
  gradient_.resize(values.size());
  GatherRows(values, spec_.outputs, places_, &outputs_);
  return outputs_;
}

void RememberingNetwork::Backward(std::span<const float> gradient) {
  std::ranges::fill(gradient_, 0.0f);
  const auto outputs = static_cast<size_t>(spec_.outputs);
  for (size_t i = 0; i < places_.size(); ++i) {
    std::ranges::copy(gradient.subspan(i * outputs, outputs),
                      gradient_.begin() + static_cast<int64_t>(places_[i] * outputs));
  }
  learner_.online().Backward(gradient_, {.parameters = true});
}

void RememberingNetwork::EndRollout(const RolloutBuffer& rollout) {
  Evaluate(rollout, &outputs_);
  first_.assign(states_.end() - static_cast<int64_t>(first_.size()), states_.end());
  // an observation that was not finite must not stay in mind
  for (int env = 0; env < spec_.num_envs; ++env) {
    const auto state = std::span(first_).subspan(static_cast<size_t>(env) * width(), width());
    if (!models::AllFinite(state)) std::ranges::fill(state, 0.0f);
  }
  acting_ = first_;
}

RememberingNetwork::Described RememberingNetwork::Describe(const std::string& x,
                                                           policy::GraphBuilder* graph) const {
  return {models::DescribeMemory(learner_.online(), x, graph),
          models::HeadLayers(learner_.online())};
}

void RememberingNetwork::Serialize(models::Archive& archive) {
  const std::string name = learner_.name() + ".memory";
  archive.Values(name + ".acting", std::span<float>(acting_));
  archive.Values(name + ".first", std::span<float>(first_));
}

}  // namespace sinew::agents
