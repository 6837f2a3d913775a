#include "agents/replay/sequence_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "core/error.h"

namespace sinew::agents {
namespace {

// Writes `values` to place `at` of a ring that has grown up to there.
template <class Vector, class Values>
void Put(size_t at, const Values& values, Vector* ring) {
  if (ring->size() < at + values.size()) ring->resize(at + values.size());
  std::ranges::copy(values, ring->begin() + static_cast<int64_t>(at));
}

}  // namespace

SequenceReplay::SequenceReplay(const Options& options) : options_(options) {
  const int64_t steps = options.capacity / options.num_envs;
  // a whole sequence at any time
  const int64_t least =
      2 + (options.burn_in + options.sequence_length - 1) / options.sequence_length;
  starts_ = std::max(least, steps / options.sequence_length);
  capacity_ = starts_ * options.sequence_length;
}

int64_t SequenceReplay::size() const { return std::min(steps_, capacity_) * options_.num_envs; }

int64_t SequenceReplay::FirstStart() const {
  const int64_t oldest = std::max<int64_t>(0, steps_ - capacity_);
  return (oldest + options_.sequence_length - 1) / options_.sequence_length;
}

int64_t SequenceReplay::LastStart() const {
  const int64_t last = steps_ - options_.burn_in - options_.sequence_length;
  // none yet: one before the first
  return last < 0 ? FirstStart() - 1 : std::max(FirstStart() - 1, last / options_.sequence_length);
}

void SequenceReplay::Add(const StepBatch& batch, std::span<const uint8_t> begins,
                         std::span<const float> states) {
  const auto obs = static_cast<size_t>(options_.obs_dim),
             act = static_cast<size_t>(options_.act_dim);
  const size_t slot = static_cast<size_t>(steps_ % capacity_) * options_.num_envs;
  std::vector<float> row;
  for (int env = 0; env < options_.num_envs; ++env) {
    const auto append = [&](std::span<const float> from, size_t width) {
      const auto values = from.subspan(env * width, width);
      row.insert(row.end(), values.begin(), values.end());
    };
    row.clear();
    append(batch.observations, obs);
    append(batch.actions, act);
    append(batch.next_observations, obs);
    append(batch.rewards, 1);
    Put((slot + env) * row_width(), row, &rows_);
    const uint8_t end = static_cast<uint8_t>(EndOf(batch.results[env]));
    Put(slot + env, std::span(&end, 1), &ends_);
  }
  Put(slot, begins, &begins_);
  if (steps_ % options_.sequence_length == 0) {
    const int64_t start = steps_ / options_.sequence_length % starts_;
    Put(static_cast<size_t>(start) * options_.num_envs * options_.state_width, states, &states_);
  }
  ++steps_;
}

void SequenceReplay::Sample(int count, Random& random, SequenceBatch* batch) const {
  batch->steps = options_.burn_in + options_.sequence_length, batch->count = count;
  const size_t rows = batch->rows();
  batch->observations.resize(rows * options_.obs_dim);
  batch->next_observations.resize(rows * options_.obs_dim);
  batch->actions.resize(rows * options_.act_dim);
  batch->rewards.resize(rows), batch->ends.resize(rows), batch->begins.resize(rows);
  batch->states.resize(static_cast<size_t>(count) * options_.state_width);
  for (int i = 0; i < count; ++i) {
    const auto drawn = static_cast<int64_t>(random.Below(static_cast<uint64_t>(sequences())));
    Copy(FirstStart() + drawn / options_.num_envs, static_cast<int>(drawn % options_.num_envs), i,
         batch);
  }
}

void SequenceReplay::Copy(int64_t start, int env, int sequence, SequenceBatch* batch) const {
  const int obs = options_.obs_dim, act = options_.act_dim;
  for (int step = 0; step < batch->steps; ++step) {
    const int64_t slot = (start * options_.sequence_length + step) % capacity_;
    const int64_t from = slot * options_.num_envs + env;
    const int64_t to = static_cast<int64_t>(step) * batch->count + sequence;
    const float* row = rows_.data() + from * row_width();
    std::copy_n(row, obs, batch->observations.begin() + to * obs);
    std::copy_n(row + obs, act, batch->actions.begin() + to * act);
    std::copy_n(row + obs + act, obs, batch->next_observations.begin() + to * obs);
    batch->rewards[to] = row[2 * obs + act];
    batch->ends[to] = static_cast<StepEnd>(ends_[from]);
    batch->begins[to] = begins_[from];
  }
  const int64_t width = options_.state_width;
  std::copy_n(states_.begin() + (start % starts_ * options_.num_envs + env) * width, width,
              batch->states.begin() + sequence * width);
}

void SequenceReplay::Serialize(models::Archive& archive, const std::string& name) {
  int64_t capacity = capacity_, length = options_.sequence_length, width = options_.state_width;
  archive.Value(name + ".capacity", capacity);
  archive.Value(name + ".sequence_length", length);
  archive.Value(name + ".state_width", width);
  if (capacity != capacity_ || length != options_.sequence_length ||
      width != options_.state_width) {
    throw UserError(fmt::format(
        "the checkpoint's replay holds {} steps an environment, cut every {} steps, with {} "
        "numbers of memory; the configuration's {}, {} and {}",
        capacity, length, width, capacity_, options_.sequence_length, options_.state_width));
  }
  archive.Value(name + ".steps", steps_);
  archive.Values(name + ".rows", rows_);
  archive.Values(name + ".ends", ends_);
  archive.Values(name + ".begins", begins_);
  archive.Values(name + ".states", states_);
}

}  // namespace sinew::agents
