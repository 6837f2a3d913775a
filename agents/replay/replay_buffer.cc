#include "agents/replay/replay_buffer.h"

#include <array>
#include <cassert>

namespace sinew::agents {

void Batch::Resize(int rows, int obs_dim, int act_dim) {
  size = rows;
  observations.resize(static_cast<size_t>(rows) * obs_dim);
  actions.resize(static_cast<size_t>(rows) * act_dim);
  next_observations.resize(observations.size());
  rewards.resize(rows);
  discounts.resize(rows);
}

Schema ReplayBuffer::SchemaOf(const Options& options) {
  std::vector<Column> columns{{"observation", ColumnType::kFloat32, options.obs_dim},
                              {"action", ColumnType::kFloat32, options.act_dim},
                              {"next_observation", ColumnType::kFloat32, options.obs_dim},
                              {"reward", ColumnType::kFloat32, 1},
                              {"discount", ColumnType::kFloat32, 1}};
  if (options.streams > 0) columns.push_back({"next_row", ColumnType::kInt32, 1});
  return Schema(std::move(columns));
}

ReplayBuffer::ReplayBuffer(const Options& options)
    : options_(options), ring_(options.capacity, SchemaOf(options)), last_(options.streams) {
  if (options.priority_alpha) priorities_.emplace(*options.priority_alpha);
}

void ReplayBuffer::Add(const Transition& transition, int stream) {
  const int64_t row = ring_.Append();
  ring_.Set(row, kObservation, transition.observation);
  ring_.Set(row, kAction, transition.action);
  ring_.Set(row, kNextObservation, transition.next_observation);
  ring_.Set(row, kReward, std::span<const float>(&transition.reward, 1));
  ring_.Set(row, kDiscount, std::span<const float>(&transition.discount, 1));
  if (priorities_) priorities_->Add(row);
  if (!last_.empty()) Link(stream, row);
}

// A row is younger than the one it follows and so outlives it in the ring: links that are there
// lead to rows that are there.
void ReplayBuffer::Link(int stream, int64_t row) {
  const int32_t none = -1, next = static_cast<int32_t>(row);
  ring_.Set(row, kNextRow, std::span<const int32_t>(&none, 1));
  Last& last = last_[stream];
  const bool is_there = last.row >= 0 && ring_.appended() - last.appended < ring_.capacity();
  if (is_there) ring_.Set(last.row, kNextRow, std::span<const int32_t>(&next, 1));
  last = {row, ring_.appended()};
}

void ReplayBuffer::EndEpisode(int stream) {
  if (!last_.empty()) last_[stream] = {};
}

void ReplayBuffer::Sample(int size, Random& random, Batch* batch) const {
  batch->Resize(size, options_.obs_dim, options_.act_dim);
  indices_.resize(size);
  Draw(random, indices_);
  Gather(indices_, batch);
}

void ReplayBuffer::Draw(Random& random, std::span<int64_t> indices) const {
  assert(size() > 0);
  for (int64_t& index : indices) index = static_cast<int64_t>(random.Below(size()));
}

void ReplayBuffer::Gather(std::span<const int64_t> indices, Batch* batch) const {
  ring_.Gather(indices,
               std::array<GatherTarget, 5>{{{kObservation, batch->observations.data()},
                                            {kAction, batch->actions.data()},
                                            {kNextObservation, batch->next_observations.data()},
                                            {kReward, batch->rewards.data()},
                                            {kDiscount, batch->discounts.data()}}});
}

SequenceRows ReplayBuffer::Sequences(std::span<const int64_t> starts, int length) const {
  assert(!last_.empty());
  std::vector<std::vector<int64_t>> sequences;
  for (int64_t row : starts) {
    auto& sequence = sequences.emplace_back();
    for (; row >= 0 && static_cast<int>(sequence.size()) < length;
         row = ring_.Get<int32_t>(row, kNextRow)[0]) {
      sequence.push_back(row);
    }
  }
  return ArrangeSequences(sequences);
}

void ReplayBuffer::Serialize(models::Archive& archive, const std::string& name) {
  ring_.Serialize(archive, name);
  if (priorities_) priorities_->Serialize(archive, name + ".priorities");
  for (size_t stream = 0; stream < last_.size(); ++stream) {
    Last& last = last_[stream];
    int64_t age = ring_.appended() - last.appended;
    archive.Value(name + ".last_row" + std::to_string(stream), last.row);
    archive.Value(name + ".last_age" + std::to_string(stream), age);
    last.appended = ring_.appended() - age;
  }
}

}  // namespace sinew::agents
