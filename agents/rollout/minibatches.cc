#include "agents/rollout/minibatches.h"

#include <algorithm>
#include <utility>

#include "agents/rollout/rollout_buffer.h"

namespace sinew::agents {
namespace {

template <class T>
void ShuffleInPlace(Random* random, std::vector<T>* values) {
  for (size_t i = values->size(); i > 1; --i) {
    std::swap((*values)[i - 1], (*values)[random->Below(i)]);
  }
}

}  // namespace

void MinibatchOrder::Assign(const RolloutBuffer& rollout) {
  rows_ = rollout.LearnableRows();
  shuffled_ = rows_;
  if (sequence_length_ > 0) CutIntoPieces(rollout);
}

void MinibatchOrder::CutIntoPieces(const RolloutBuffer& rollout) {
  num_envs_ = rollout.num_envs();
  steps_ = std::min(sequence_length_, rollout.steps());
  learnable_.assign(rollout.ends().size(), false);
  for (const int row : rows_) learnable_[row] = true;
  owned_.clear();
  for (int first = 0; first < rollout.steps(); first += steps_) {
    for (int env = 0; env < num_envs_; ++env) {
      owned_.push_back({{env, std::min(first, rollout.steps() - steps_)}, first});
    }
  }
}

std::vector<Minibatch> MinibatchOrder::Shuffle(int batch) {
  return sequence_length_ > 0 ? ShufflePieces(batch) : ShuffleRows(batch);
}

std::vector<Minibatch> MinibatchOrder::ShuffleRows(int batch) {
  ShuffleInPlace(&random_, &shuffled_);
  const size_t rows = shuffled_.size(), count = std::max<size_t>(1, rows / batch);
  std::vector<Minibatch> minibatches;
  for (size_t i = 0; i < count; ++i) {
    const size_t begin = rows * i / count, end = rows * (i + 1) / count;
    minibatches.push_back({std::span(shuffled_).subspan(begin, end - begin)});
  }
  return minibatches;
}

std::vector<Minibatch> MinibatchOrder::ShufflePieces(int batch) {
  ShuffleInPlace(&random_, &owned_);
  const size_t size = owned_.size();
  const size_t count = std::clamp<size_t>(rows_.size() / batch, 1, size);
  // room for all, so that views stay valid
  pieces_.clear(), shuffled_.clear(), places_.clear();
  pieces_.reserve(size), shuffled_.reserve(rows_.size()), places_.reserve(rows_.size());
  std::vector<Minibatch> minibatches;
  for (size_t i = 0; i < count; ++i) {
    const size_t begin = size * i / count, end = size * (i + 1) / count, row = shuffled_.size();
    for (size_t p = begin; p < end; ++p) {
      const auto& [piece, fresh] = owned_[p];
      pieces_.push_back(piece);
      for (int step = fresh; step < piece.first + steps_; ++step) {
        const int at = step * num_envs_ + piece.env;
        if (!learnable_[at]) continue;
        shuffled_.push_back(at);
        places_.push_back((step - piece.first) * static_cast<int>(end - begin) +
                          static_cast<int>(p - begin));
      }
    }
    if (shuffled_.size() == row) continue;  // nothing but diverged steps
    minibatches.push_back({std::span(shuffled_).subspan(row), steps_,
                           std::span(pieces_).subspan(begin, end - begin),
                           std::span(places_).subspan(row)});
  }
  return minibatches;
}

}  // namespace sinew::agents
