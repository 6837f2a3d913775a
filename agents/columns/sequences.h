#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sinew::agents {

/// Which rows of a store make up several sequences: consecutive steps of one environment each, none
/// across an episode's end. Time-major: entry t * count + i is step t of sequence i, so that a
/// recurrent network takes one span of `count` rows a step.
struct SequenceRows {
  int count = 0;                // sequences
  int length = 0;               // steps of the longest
  std::vector<int64_t> rows{};  // [length x count], -1 behind a sequence's end

  /// Steps of sequence `i`.
  int LengthOf(int i) const;
  /// [length x count], 1 where there is a step, 0 behind a sequence's end.
  std::vector<float> Mask() const;
  /// Some of the sequences, in this order, no longer than the longest of them.
  SequenceRows Take(std::span<const int> sequences) const;
};

/// @param sequences  each the rows of one, in order.
SequenceRows ArrangeSequences(std::span<const std::vector<int64_t>> sequences);

/// to[k, :] = from[rows[k], :], zeros behind a sequence's end.
/// @param from  [any number x width]. @param to  resized to [length x count x width].
void GatherSequences(std::span<const float> from, int width, const SequenceRows& sequences,
                     std::vector<float>* to);

}  // namespace sinew::agents
