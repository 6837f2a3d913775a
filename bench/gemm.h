#pragma once

#include <vector>

namespace sinew::bench {

/// One matrix product C = op(A) op(B), row-major float32: C is [m x n], the sum runs over k.
struct Gemm {
  int m = 0, n = 0, k = 0;
  bool transpose_a = false, transpose_b = false;
};

/// Shapes of a DDPG learner with two equal hidden layers.
struct LearnerShape {
  int batch = 256, hidden = 256, obs = 20, act = 7;
};

/// The matrix products that one DDPG update cannot do without (Lillicrap et al. 2015, Algorithm 1):
/// target actor and target critic forward; critic forward and backward (every weight, every input
/// but the first layer's); actor forward, critic forward on its actions, critic backward to the
/// action (of the first layer the action's columns only), actor backward.
std::vector<Gemm> DdpgGemms(const LearnerShape& shape);

/// Runs such a list through cblas_sgemm, on three buffers that are shared by all products and stay
/// in the cache as far as they fit: a bound from below.
class GemmRunner {
 public:
  explicit GemmRunner(std::vector<Gemm> gemms);
  void Run();
  /// Floating-point operations of one Run.
  double flops() const;

 private:
  std::vector<Gemm> gemms_;
  std::vector<float> a_, b_, c_;
};

}  // namespace sinew::bench
