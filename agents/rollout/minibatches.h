#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "models/archive.h"

namespace sinew::agents {

class RolloutBuffer;

/// Consecutive steps of one environment within a rollout.
struct Piece {
  int env = 0;
  int first = 0;  // step
};

/// Rows of a rollout that are learned from together. Where networks have a memory, they pass over
/// whole pieces of equal length side by side.
struct Minibatch {
  std::span<const int> rows;  // [n]
  int steps = 0;              // of every piece; 0: the rows have nothing to do with each other
  std::span<const Piece> pieces{};
  std::span<const int> places{};  // [n], where rows[i] stands in the pass, step after step of all
                                  // pieces: (row's step - first) * pieces + piece
};

/// The rows of a rollout that can be learned from, in ever new random orders.
class MinibatchOrder {
 public:
  /// @param sequence_length  steps of a piece; 0: rows are shuffled one by one. A last piece that
  /// would be shorter begins earlier, and the steps that it shares are only passed over.
  MinibatchOrder(uint64_t seed, int sequence_length = 0)
      : random_(seed, "minibatches"), sequence_length_(sequence_length) {}

  void Assign(const RolloutBuffer& rollout);
  /// Ascending.
  std::span<const int> rows() const { return rows_; }
  /// All rows once in another order, cut into minibatches: as many of at least `batch` rows as
  /// there are, and none left over. Valid until the next call.
  std::vector<Minibatch> Shuffle(int batch);
  void Serialize(models::Archive& archive) { archive.Value("shuffle_random", random_); }

 private:
  struct OwnedPiece {
    Piece piece;
    int fresh = 0;  // step that it is the first one to learn from
  };
  void CutIntoPieces(const RolloutBuffer& rollout);
  std::vector<Minibatch> ShuffleRows(int batch);
  std::vector<Minibatch> ShufflePieces(int batch);

  Random random_;
  int sequence_length_, num_envs_ = 1, steps_ = 0;
  std::vector<int> rows_, shuffled_;
  std::vector<bool> learnable_;  // of every row
  std::vector<OwnedPiece> owned_;
  std::vector<Piece> pieces_;  // in the order of the minibatches, and their rows and places
  std::vector<int> places_;
};

}  // namespace sinew::agents
