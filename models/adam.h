#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/aligned_vector.h"
#include "core/thread_pool.h"
#include "models/archive.h"

namespace sinew::models {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;       // L2 penalty: adds weight_decay * parameter to the gradient
  double max_gradient_norm = 0;  // clips the gradient to this norm; 0: never
};

/// A slow copy that follows the parameters: target <- (1 - tau) target + tau parameters.
struct Follower {
  std::span<float> target{};  // [size], or empty
  float tau = 0;
};

/// What a step was like.
struct AdamReport {
  double norm = 0;     // of the gradient before clipping; 0 where it is not clipped
  bool finite = true;  // every new parameter
};

/// Adam over one flat array of parameters. Source: Kingma & Ba 2015, arXiv:1412.6980, Algorithm 1.
class Adam {
 public:
  Adam(int64_t size, const AdamOptions& options);

  /// One step, the follower's besides, in one pass over memory.
  /// @param gradient  [size].
  /// @param pool      halves of the arrays are worked on side by side; null: one thread, same bits.
  AdamReport Step(std::span<float> parameters, std::span<const float> gradient,
                  const Follower& follower = {}, ThreadPool* pool = nullptr);
  void set_learning_rate(double rate) { options_.learning_rate = rate; }
  double learning_rate() const { return options_.learning_rate; }
  /// True if every moment is finite.
  bool Finite() const;
  /// @throws Error on saving if a moment is not finite.
  void Serialize(Archive& archive, const std::string& name);

 private:
  AdamOptions options_;
  int64_t steps_ = 0;
  AlignedVector<float> first_, second_;  // moments
};

}  // namespace sinew::models
