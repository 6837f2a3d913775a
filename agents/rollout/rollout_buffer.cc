#include "agents/rollout/rollout_buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/error.h"

namespace sinew::agents {
namespace {

Schema SchemaOf(int obs_dim, int act_dim, std::vector<Column> more) {
  std::vector<Column> columns{{"observations", ColumnType::kFloat32, obs_dim},
                              {"actions", ColumnType::kFloat32, act_dim},
                              {"rewards", ColumnType::kFloat32, 1},
                              {"ends", ColumnType::kUint8, 1},
                              {"begins", ColumnType::kUint8, 1}};
  std::ranges::move(more, std::back_inserter(columns));
  return Schema(std::move(columns));
}

}  // namespace

RolloutBuffer::RolloutBuffer(int horizon, int num_envs, int obs_dim, int act_dim,
                             std::vector<Column> more)
    : horizon_(horizon),
      num_envs_(num_envs),
      obs_dim_(obs_dim),
      store_(SchemaOf(obs_dim, act_dim, std::move(more))) {
  store_.Reserve(static_cast<int64_t>(horizon) * num_envs);
}

void RolloutBuffer::Add(const StepBatch& batch, std::span<const uint8_t> begins,
                        std::span<const std::span<const float>> more) {
  assert(!full() && static_cast<int>(more.size()) == store_.schema().size() - kMore);
  const bool last = steps() + 1 == horizon_;
  const int first_row = static_cast<int>(store_.rows());
  store_.Append(kObservations, batch.observations);
  store_.Append(kActions, batch.actions);
  store_.Append(kRewards, batch.rewards);
  for (size_t k = 0; k < more.size(); ++k) store_.Append(kMore + static_cast<int>(k), more[k]);
  const std::vector<uint8_t> nowhere(begins.empty() ? num_envs_ : 0);
  store_.Append(kBegins, begins.empty() ? std::span<const uint8_t>(nowhere) : begins);
  for (int i = 0; i < num_envs_; ++i) {
    const StepEnd end = EndOf(batch.results[i]);
    const auto code = static_cast<uint8_t>(end);
    store_.Append(kEnds, std::span<const uint8_t>(&code, 1));
    if (end != StepEnd::kTruncated && !(last && end == StepEnd::kContinues)) continue;
    successor_rows_.push_back(first_row + i);
    const auto next = batch.next_observations.subspan(static_cast<size_t>(i) * obs_dim_, obs_dim_);
    successors_.insert(successors_.end(), next.begin(), next.end());
  }
}

void RolloutBuffer::Clear() {
  store_.Clear();
  successors_.clear();
  successor_rows_.clear();
}

std::span<const StepEnd> RolloutBuffer::ends() const {
  const auto codes = store_.Values<uint8_t>(kEnds);
  return {reinterpret_cast<const StepEnd*>(codes.data()), codes.size()};
}

std::vector<int> RolloutBuffer::LearnableRows() const {
  std::vector<int> rows;
  for (size_t row = 0; row < ends().size(); ++row) {
    if (ends()[row] != StepEnd::kDiverged) rows.push_back(static_cast<int>(row));
  }
  return rows;
}

SequenceRows RolloutBuffer::Sequences(int length) const {
  std::vector<std::vector<int64_t>> sequences;
  for (int env = 0; env < num_envs_; ++env) {
    bool begins = true;
    for (int t = 0; t < steps(); ++t) {
      const int64_t row = static_cast<int64_t>(t) * num_envs_ + env;
      const StepEnd end = ends()[row];
      if (end != StepEnd::kDiverged) {
        if (begins || static_cast<int>(sequences.back().size()) == length) sequences.emplace_back();
        sequences.back().push_back(row);
      }
      begins = end != StepEnd::kContinues;
    }
  }
  return ArrangeSequences(sequences);
}

void RolloutBuffer::GatherNextValues(std::span<const float> values,
                                     std::span<const float> successor_values,
                                     std::span<float> next_values) const {
  for (size_t row = 0; row < values.size(); ++row) {
    const bool next_row = ends()[row] == StepEnd::kContinues && row + num_envs_ < values.size();
    next_values[row] = next_row ? values[row + num_envs_] : 0;
  }
  for (size_t i = 0; i < successor_rows_.size(); ++i) {
    next_values[successor_rows_[i]] = successor_values[i];
  }
}

void RolloutBuffer::Serialize(models::Archive& archive, const std::string& name) {
  int64_t horizon = horizon_, num_envs = num_envs_;
  archive.Value(name + ".horizon", horizon);
  archive.Value(name + ".num_envs", num_envs);
  if (horizon != horizon_ || num_envs != num_envs_) {
    throw UserError(fmt::format(
        "the checkpoint's rollouts are {} steps of {} environments, the configuration's {} of {}",
        horizon, num_envs, horizon_, num_envs_));
  }
  store_.Serialize(archive, name);
  archive.Values(name + ".successors", successors_);
  archive.Values(name + ".successor_rows", successor_rows_);
}

}  // namespace sinew::agents
